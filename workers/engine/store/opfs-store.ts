import { Fault } from "#core/fault.ts";
import { askedAgain } from "./asked-again.ts";
import { flush, lengthOf, readAll, resize, writeAll } from "./checked-access.ts";
import type { FileStore, StoredFile } from "./file-store.ts";
import { isInUse, ofStorage, storageFailed } from "./storage-faults.ts";

/**
 * A folder in the origin's private file system: files that only this page sees and that stay until somebody deletes them or
 * the browser needs the room. Where site data is cleared, the folder is gone for good: every later call fails, and a store that is
 * opened anew begins with nothing.
 *
 * @throws Fault "storage-failed" where the browser has none or grants none, as in some private windows
 */
export async function opfsStore(root: string): Promise<FileStore> {
  if (!("getDirectory" in navigator.storage)) throw storageFailed("this browser has no private file system");
  return ofStorage(async () => {
    const origin = await askedAgain(() => navigator.storage.getDirectory());
    return opfsIn(await askedAgain(() => origin.getDirectoryHandle(root, { create: true })));
  });
}

/**
 * Files in the browser's private file system. Every call @throws Fault "storage-full" or "storage-failed"; DOMException
 * "NoModificationAllowedError" while another has the file open
 */
function opfsIn(root: FileSystemDirectoryHandle): FileStore {
  const open = (folder: string, name: string): Promise<FileSystemSyncAccessHandle> =>
    ofStorage(async () => {
      const directory = await askedAgain(() => root.getDirectoryHandle(folder, { create: true }));
      const file = await askedAgain(() => directory.getFileHandle(name, { create: true }));
      return askedAgain(
        () => file.createSyncAccessHandle(),
        (late) => late.close(),
      );
    });
  return {
    isPersistent: true,
    folders: () =>
      ofStorage(async () => {
        const names: string[] = [];
        for await (const [name, handle] of root.entries()) if (handle.kind === "directory") names.push(name);
        return names;
      }),
    open: (folder, name) =>
      ofStorage(async () => {
        try {
          const directory = await askedAgain(() => root.getDirectoryHandle(folder));
          return await openForReading(await askedAgain(() => directory.getFileHandle(name)));
        } catch (reason) {
          return absent(reason);
        }
      }),
    async write(folder, name, bytes) {
      const handle = await open(folder, name);
      try {
        resize(handle, bytes.byteLength);
        writeAll(handle, bytes, 0);
        flush(handle);
      } finally {
        handle.close();
      }
    },
    async extend(folder, name) {
      const handle = await open(folder, name);
      return {
        append(bytes) {
          writeAll(handle, bytes, lengthOf(handle));
          flush(handle);
        },
        close: () => handle.close(),
      };
    },
    async edit(folder, name, byteLength) {
      const handle = await open(folder, name);
      try {
        if (lengthOf(handle) !== byteLength) resize(handle, byteLength);
      } catch (reason) {
        handle.close();
        throw reason;
      }
      return {
        write: (offset, bytes) => writeAll(handle, bytes, offset),
        flush: () => flush(handle),
        close: () => handle.close(),
      };
    },
    remove: (folder) =>
      ofStorage(() => root.removeEntry(folder, { recursive: true }).catch(absent)).catch((reason: unknown) => {
        if (!isInUse(reason)) throw reason;
        throw new Fault("bad-request", "a stored model that is in use, here or in another tab, cannot be deleted", {
          cause: reason,
        });
      }),
  };
}

/**
 * Opens a file by a handle rather than as a Blob: reading many slices of stored Blobs has been seen to hang Chromium 156 for good. Where a
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
      byteLength: lengthOf(handle),
      slice: (start, end) => ofStorage(() => Promise.resolve().then(() => readAll(handle, start, end))),
      close: () => handle.close(),
    };
  } catch (reason) {
    if (!isInUse(reason)) throw reason;
    const blob = await file.getFile();
    return {
      byteLength: blob.size,
      slice: (start, end) => ofStorage(() => blob.slice(start, end).arrayBuffer()),
      close: () => undefined,
    };
  }
}

/** @throws what was thrown, unless it says that there is no such thing */
function absent(reason: unknown): undefined {
  if (reason instanceof DOMException && reason.name === "NotFoundError") return undefined;
  throw reason;
}
