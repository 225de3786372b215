import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder.ts";

/**
 * A file is written beside its place, under a name that nobody else has (of two containers both may be process 1), and gets its own by
 * `place` once it is on the disk: nobody reads half of it, and a process that is killed leaves nothing half under that name.
 *
 * @returns what `place` does
 */
export async function writeWhole<T>(
  path: string,
  content: string | Uint8Array,
  place: (from: string, to: string) => Promise<T>,
): Promise<T> {
  await makeFolder(dirname(path));
  const half = `${path}.${randomUUID()}.half`;
  try {
    const handle = await open(half, "wx");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await place(half, path);
  } finally {
    await rm(half, { force: true });
  }
}
