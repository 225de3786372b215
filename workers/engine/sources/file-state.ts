/** What a server's answer says of the state of a file; null where it says nothing, or another origin does not let a page see it. */
export interface FileState {
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** When it was answered, by the server's clock if that may be read; milliseconds since 1970. */
  readonly seen: number;
}

export const stateOf = (headers: Headers): FileState => ({
  etag: headers.get("etag"),
  lastModified: headers.get("last-modified"),
  seen: Date.parse(headers.get("date") ?? "") || Date.now(),
});

/** A time counts whole seconds, and clocks differ: a file that was young when it was read may have changed since without another time. */
const YOUNG_MS = 60_000;
/** Earlier than the web: the same time for every file of an archive or image that is made to be reproducible. */
const FIRST_TIME = Date.UTC(1990);

/**
 * The name of a file's state, see `ByteSource`; undefined where the server gives neither an ETag nor a time that tells states apart
 * (RFC 9110, 8.8.2.2).
 */
export function versionOf({ etag, lastModified, seen }: FileState, byteLength: number): string | undefined {
  const time = Date.parse(lastModified ?? "");
  const isTold = etag !== null || (time >= FIRST_TIME && seen - time >= YOUNG_MS);
  return isTold ? JSON.stringify([etag, lastModified, byteLength]) : undefined;
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
