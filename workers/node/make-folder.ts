import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it, from the uppermost one on. Node's own recursive mkdir takes ENOENT for a folder above that is
 * missing, and tries for ever where a file system answers so to whatever is made in it, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  await mkdir(path).catch(async (reason: unknown) => {
    // another process may have been first
    if (!(await isFolder(path))) throw reason;
  });
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
