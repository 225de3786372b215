import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import { askedAgain } from "./asked-again.ts";
import { resize, writeAll } from "./checked-write.ts";

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
   * @throws Fault "storage-full"
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
 * In memory: for a browser that grants no storage, for models that the page itself serves, and for tests. Plain arrays rather
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
      const bytes = before?.length === byteLength ? before : new Uint8Array(byteLength);
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

/**
 * A folder in the origin's private file system: files that only this page sees and that stay until somebody deletes them or
 * the browser needs the room.
 *
 * @returns undefined where the browser has none or grants none, as in some private windows
 */
export async function opfsStore(root: string): Promise<FileStore | undefined> {
  if (!("getDirectory" in navigator.storage)) return undefined;
  try {
    const origin = await navigator.storage.getDirectory();
    return opfsIn(await origin.getDirectoryHandle(root, { create: true }));
  } catch {
    return undefined; // a browser that refuses storage says so here; the page then works without
  }
}

function opfsIn(root: FileSystemDirectoryHandle): FileStore {
  /** @throws Fault "storage-full"; DOMException "NoModificationAllowedError" while somebody else has the file open */
  const open = async (folder: string, name: string): Promise<FileSystemSyncAccessHandle> => {
    const directory = await askedAgain(() => root.getDirectoryHandle(folder, { create: true }));
    const file = await askedAgain(() => directory.getFileHandle(name, { create: true }));
    return askedAgain(
      () => file.createSyncAccessHandle(),
      (late) => late.close(),
    );
  };
  return {
    isPersistent: true,
    async folders() {
      const names: string[] = [];
      for await (const [name, handle] of root.entries()) if (handle.kind === "directory") names.push(name);
      return names;
    },
    async open(folder, name) {
      try {
        const directory = await askedAgain(() => root.getDirectoryHandle(folder));
        return await openForReading(await askedAgain(() => directory.getFileHandle(name)));
      } catch (reason) {
        return absent(reason);
      }
    },
    async write(folder, name, bytes) {
      const handle = await open(folder, name);
      try {
        resize(handle, bytes.byteLength);
        writeAll(handle, bytes, 0);
        handle.flush();
      } finally {
        handle.close();
      }
    },
    async extend(folder, name) {
      const handle = await open(folder, name);
      return {
        append(bytes) {
          writeAll(handle, bytes, handle.getSize());
          handle.flush();
        },
        close: () => handle.close(),
      };
    },
    async edit(folder, name, byteLength) {
      const handle = await open(folder, name);
      try {
        if (handle.getSize() !== byteLength) resize(handle, byteLength);
      } catch (reason) {
        handle.close();
        throw reason;
      }
      return {
        write: (offset, bytes) => writeAll(handle, bytes, offset),
        flush: () => handle.flush(),
        close: () => handle.close(),
      };
    },
    remove: (folder) =>
      root.removeEntry(folder, { recursive: true }).catch((reason: unknown) => {
        if (reason instanceof DOMException && reason.name === "NoModificationAllowedError") {
          throw new Fault("bad-request", "a stored model that is in use, here or in another tab, cannot be deleted", {
            cause: reason,
          });
        }
        return absent(reason);
      }),
  };
}

/**
 * By a handle rather than as a Blob: reading many slices of stored Blobs has been seen to hang Chromium 156 for good. Where a
 * browser knows no shared handles and another tab has its own, a Blob it is.
 */
async function openForReading(file: FileSystemFileHandle): Promise<StoredFile> {
  try {
    const open = file.createSyncAccessHandle.bind(file) as (options: {
      mode: string;
    }) => Promise<FileSystemSyncAccessHandle>;
    const handle = await askedAgain(
      () => open({ mode: "read-only" }),
      (late) => late.close(),
    );
    return {
      byteLength: handle.getSize(),
      slice(start, end) {
        const bytes = new ArrayBuffer(end - start);
        const count = handle.read(bytes, { at: start });
        return Promise.resolve(count === bytes.byteLength ? bytes : bytes.slice(0, count));
      },
      close: () => handle.close(),
    };
  } catch (reason) {
    if (!(reason instanceof DOMException && reason.name === "NoModificationAllowedError")) throw reason;
    const blob = await file.getFile();
    return {
      byteLength: blob.size,
      slice: (start, end) => blob.slice(start, end).arrayBuffer(),
      close: () => undefined,
    };
  }
}

/** @throws what was thrown, unless it says that there is no such thing */
function absent(reason: unknown): undefined {
  if (reason instanceof DOMException && reason.name === "NotFoundError") return undefined;
  throw reason;
}
