/** Bytes that can be read in pieces, wherever they are: a range of a URL, a file on disk, memory. */
export interface ByteSource {
  readonly byteLength: number;
  /** Bytes from `start` (inclusive) to `end` (exclusive), exactly that many; rejects with the signal's reason if it is aborted. */
  slice(start: number, end: number, signal?: AbortSignal): Promise<ArrayBuffer>;
}

/** Which checkpoint a folder holds, so that it is known again. */
export interface SourceIdentity {
  readonly kind: "hub" | "url" | "files";
  /** `owner/name` on the Hub, a base URL, or a folder's name. */
  readonly name: string;
  /** The commit that a Hub revision stood for when it was opened. */
  readonly revision?: string;
  /** The branch, tag or commit that was asked for. */
  readonly requested?: string;
}

/** The files of one folder, by name. */
export interface FileSet {
  readonly identity: SourceIdentity;
  /** What to call the folder in messages. */
  readonly name: string;
  /** @returns undefined if there is no such file */
  open(path: string): Promise<ByteSource | undefined>;
  /** What a person should know of how the files came, in sentences; it grows while they are read. */
  readonly notes?: readonly string[];
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.byteLength,
    slice: (start, end) => Promise.resolve(new Uint8Array(bytes.subarray(start, end)).buffer),
  };
}
