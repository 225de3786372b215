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

/** How two answers about one file differ, as the end of a sentence; undefined where nothing that both say differs. */
export function differingState(before: FileState, now: FileState): string | undefined {
  const differs = (a: string | null, b: string | null) => a !== null && b !== null && a !== b;
  if (differs(before.etag, now.etag)) return `its ETag was ${before.etag} and is ${now.etag}`;
  if (differs(before.lastModified, now.lastModified)) {
    return `its Last-Modified was ${before.lastModified} and is ${now.lastModified}`;
  }
  return undefined;
}
