import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource } from "#formats/byte-source.ts";

/** Folders of files, one level deep: what is kept of models between two visits where the browser can, else for this one. */
export interface FileStore {
  /** Whether what is written is still there on the next visit. */
  readonly isPersistent: boolean;
  folders(): Promise<string[]>;
  /** For reading, by as many as want to; whoever opens closes. @returns undefined if there is no such file */
  open(folder: string, name: string): Promise<StoredFile | undefined>;
  /** The whole file, in place of what was there; safe when it resolves. */
  write(folder: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** For writing at the end of a file, which is made if it is not there. As with `edit`, one at a time. */
  extend(folder: string, name: string): Promise<ExtendedFile>;
  /**
   * A file of that length to write to in any order: made if it is not there, what it holds kept if it is. Only one may be
   * open for a file at a time, and nobody reads it until it is closed.
   *
   * @throws Fault "storage-full"; in memory "too-large"
   */
  edit(folder: string, name: string, byteLength: number): Promise<EditedFile>;
  remove(folder: string): Promise<void>;
}

export interface StoredFile extends ByteSource {
  close(): void;
}

export interface EditedFile {
  /** @throws Fault "storage-full" */
  write(offset: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** From now on what was written survives the end of the page. */
  flush(): void;
  close(): void;
}

export interface ExtendedFile {
  /** Safe when it returns. @throws Fault "storage-full" */
  append(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/**
 * A store in memory: for a browser that grants no storage, for models that the page itself serves, and for tests. Plain arrays rather
 * than Blobs, which Chromium 156 has been seen to stop reading for good.
 */
export function memoryStore(): FileStore {
  const folders = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();
  const folder = (name: string) => {
    const known = folders.get(name) ?? new Map<string, Uint8Array<ArrayBuffer>>();
    folders.set(name, known);
    return known;
  };
  return {
    isPersistent: false,
    folders: () => Promise.resolve([...folders.keys()]),
    open(name, file) {
      const bytes = folders.get(name)?.get(file);
      return Promise.resolve(bytes && { ...memorySource(bytes), close: () => undefined });
    },
    write(name, file, bytes) {
      folder(name).set(file, bytes.slice());
      return Promise.resolve();
    },
    extend: (name, file) =>
      Promise.resolve({
        append(added) {
          const before = folder(name).get(file) ?? new Uint8Array(0);
          const bytes = new Uint8Array(before.length + added.length);
          bytes.set(before);
          bytes.set(added, before.length);
          folder(name).set(file, bytes);
        },
        close: () => undefined,
      }),
    edit(name, file, byteLength) {
      const before = folder(name).get(file);
      const bytes = before?.length === byteLength ? before : zeros(byteLength);
      if (before && bytes !== before) bytes.set(before.subarray(0, byteLength));
      folder(name).set(file, bytes);
      return Promise.resolve({
        write: (offset, written) => bytes.set(written, offset),
        // nothing here outlives the page
        flush: () => undefined,
        close: () => undefined,
      });
    },
    remove(name) {
      folders.delete(name);
      return Promise.resolve();
    },
  };
}

/** @throws Fault "too-large" where the browser gives no more memory */
function zeros(byteLength: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw new Fault(
      "too-large",
      `a part of the model takes ${byteLength} bytes, and this browser gives no more memory`,
      {
        cause,
      },
    );
  }
}
