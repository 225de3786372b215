/** Bytes that can be read in pieces, wherever they are: a range of a URL, a file on disk, memory. */
export interface ByteSource {
  readonly byteLength: number;
  /**
   * What its keeper calls this state of the file, as a server's ETag: the same name means the same bytes. Left out where nothing but
   * the bytes themselves tells: of a file on disk, whose size and time two checkpoints of one script share.
   */
  readonly version?: string;
  /** Bytes from `start` (inclusive) to `end` (exclusive), exactly that many; rejects with the signal's reason if it is aborted. */
  slice(start: number, end: number, signal?: AbortSignal): Promise<ArrayBuffer>;
}

/** The files of one folder, by name. */
export interface FileSet {
  /** What to call the folder in messages. */
  readonly name: string;
  /** The names of all files, where they can be asked for: of a folder from disk and of a Hub, not of an address. */
  readonly names?: () => Promise<readonly string[]>;
  /** @returns undefined if there is no such file */
  open(path: string): Promise<ByteSource | undefined>;
}

export function memorySource(bytes: Uint8Array, version?: string): ByteSource {
  return {
    byteLength: bytes.byteLength,
    ...(version !== undefined && { version }),
    slice: (start, end) => Promise.resolve(new Uint8Array(bytes.subarray(start, end)).buffer),
  };
}
