import { link, open, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeOf, diskFault } from "#workers/node/disk-fault.ts";
import { makeFolder } from "#workers/node/make-folder.ts";

/** Where a plan and its parts lie: what is written there is written once, by whoever comes first. */
export interface PartStore {
  /** As it is told to a person. */
  readonly name: string;
  /** @returns undefined where there is nothing of that name */
  get(key: string): Promise<string | undefined>;
  /** Safe when it resolves. @returns false where there is something of that name already, which stays */
  putIfAbsent(key: string, text: string): Promise<boolean>;
  /** In the place of what was there: for what only one writes, and for a sign of life. */
  put(key: string, text: string): Promise<void>;
  /** Names in a folder, without it. */
  list(folder: string): Promise<readonly string[]>;
  /** What cannot be read makes room for another, and can still be looked at. */
  setAside(key: string): Promise<void>;
}

/**
 * A folder that every machine sees. A file gets its name once it is whole, and no name is given twice: a process that is killed leaves
 * nothing half.
 *
 * Every call @throws Fault "storage-full" or "storage-failed"
 */
export function folderParts(root: string): PartStore {
  let half = 0;
  /** Written beside its place, then given its name. */
  const whole = async (key: string, text: string, place: (from: string, to: string) => Promise<void>) => {
    const path = join(root, key);
    await makeFolder(dirname(path));
    const temporary = `${path}.${process.pid}-${half++}.half`;
    try {
      const handle = await open(temporary, "w");
      try {
        await writeFile(handle, text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await place(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  };
  const asked = async <T>(task: () => Promise<T>): Promise<T> => {
    try {
      return await task();
    } catch (reason) {
      throw diskFault(root, reason);
    }
  };
  const absent = (reason: unknown): undefined => {
    if (codeOf(reason) === "ENOENT") return undefined;
    throw reason;
  };
  return {
    name: root,
    get: (key) => asked(() => readFile(join(root, key), "utf8").catch(absent)),
    putIfAbsent: (key, text) =>
      asked(async () => {
        let isOurs = true;
        await whole(key, text, (from, to) =>
          link(from, to).catch((reason: unknown) => {
            if (codeOf(reason) !== "EEXIST") throw reason;
            isOurs = false;
          }),
        );
        return isOurs;
      }),
    put: (key, text) => asked(() => whole(key, text, rename)),
    list: (folder) =>
      asked(async () =>
        ((await readdir(join(root, folder)).catch(absent)) ?? []).filter((name) => name.endsWith(".json")).sort(),
      ),
    setAside: (key) =>
      asked(async () => rename(join(root, key), join(root, `${key}.${Date.now()}.broken`)).catch(absent)),
  };
}
