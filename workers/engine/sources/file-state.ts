/** What a server's answer says of the state of a file; null where it says nothing, or another origin does not let a page see it. */
export interface FileState {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export const stateOf = (headers: Headers): FileState => ({
  etag: headers.get("etag"),
  lastModified: headers.get("last-modified"),
});

/** The name of a file's state, see `ByteSource`; undefined where the server gives neither ETag nor time. */
export function versionOf({ etag, lastModified }: FileState, byteLength: number): string | undefined {
  return etag === null && lastModified === null ? undefined : JSON.stringify([etag, lastModified, byteLength]);
}

/**
 * How two answers about one file differ, as the end of a sentence; undefined where nothing that both say differs. Where both have an
 * ETag that alone decides: the servers of one network may have got the same file at different times.
 */
export function differingState(before: FileState, now: FileState): string | undefined {
  const name = before.etag !== null && now.etag !== null ? "etag" : "lastModified";
  const [was, is] = [before[name], now[name]];
  if (was === null || is === null || was === is) return undefined;
  return `its ${HEADERS[name]} was ${was} and is ${is}`;
}

const HEADERS = { etag: "ETag", lastModified: "Last-Modified" } as const;
