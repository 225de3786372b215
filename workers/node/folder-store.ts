import { closeSync, fsyncSync, ftruncateSync, fstatSync, openSync, writeSync } from "node:fs";
import { open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "#core/fault.ts";
import type { FileStore, StoredFile } from "#workers/engine/store/file-store.ts";
import { diskFault, ifThere, ofDisk } from "./disk-fault.ts";
import { makeFolder } from "./make-folder.ts";
import { writeWhole } from "./whole-file.ts";

/**
 * A folder on disk as the engine's store. What is written whole is put in place by a new name, so that nobody reads half of it.
 *
 * Every call @throws Fault "storage-full" or "storage-failed"
 */
export async function folderStore(root: string): Promise<FileStore> {
  await ofDisk(root, () => makeFolder(root));
  const inFolder = async (folder: string, name: string) => {
    await makeFolder(join(root, folder));
    return join(root, folder, name);
  };
  const opened = (folder: string, name: string) =>
    // made if it is not there, what it holds kept
    ofDisk(root, async () => openSync(await inFolder(folder, name), "a"));
  return {
    isPersistent: true,
    folders: () =>
      ofDisk(root, async () =>
        (await readdir(root, { withFileTypes: true })).filter((each) => each.isDirectory()).map(({ name }) => name),
      ),
    open: (folder, name) => ofDisk(root, () => openForReading(join(root, folder, name))),
    write: (folder, name, bytes) => ofDisk(root, () => writeWhole(join(root, folder, name), bytes, rename)),
    async extend(folder, name) {
      const file = await opened(folder, name);
      return {
        append: (bytes) =>
          ofDiskNow(root, () => {
            writeAll(file, bytes, undefined);
            fsyncSync(file);
          }),
        close: () => closeSync(file),
      };
    },
    async edit(folder, name, byteLength) {
      // opening for appending would make every write go to the end
      closeSync(await opened(folder, name));
      const file = await ofDisk(root, async () => openSync(await inFolder(folder, name), "r+"));
      try {
        ofDiskNow(root, () => {
          if (fstatSync(file).size !== byteLength) ftruncateSync(file, byteLength);
        });
      } catch (reason) {
        closeSync(file);
        throw reason;
      }
      return {
        write: (offset, bytes) => ofDiskNow(root, () => writeAll(file, bytes, offset)),
        flush: () => ofDiskNow(root, () => fsyncSync(file)),
        close: () => closeSync(file),
      };
    },
    remove: (folder) => ofDisk(root, () => rm(join(root, folder), { recursive: true, force: true })),
  };
}

async function openForReading(path: string): Promise<StoredFile | undefined> {
  const handle = await ifThere(open(path));
  if (!handle) return undefined;
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0)
          throw new Fault(
            "storage-failed",
            `${path}: the file ended at byte ${start + at} of ${size} while it was read; something else has changed it`,
          );
        at += bytesRead;
      }
      return bytes.buffer;
    },
    close: () => void handle.close(),
  };
}

function writeAll(file: number, bytes: Uint8Array, offset: number | undefined): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(file, bytes, at, bytes.length - at, offset === undefined ? null : offset + at);
  }
}

function ofDiskNow<T>(root: string, task: () => T): T {
  try {
    return task();
  } catch (reason) {
    throw diskFault(root, reason);
  }
}
