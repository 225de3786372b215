import { link, readFile, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, ifThere, ofDisk } from "#workers/node/disk-fault.ts";
import { writeWhole } from "#workers/node/whole-file.ts";

/** Where a plan and its parts lie: what is written there is written once, by whoever comes first. */
export interface PartStore {
  /** As it is told to a person. */
  readonly name: string;
  /** @returns undefined where there is nothing of that name */
  get(key: string): Promise<string | undefined>;
  /** Safe when it resolves. @returns false where there is something of that name already, which stays */
  putIfAbsent(key: string, text: string): Promise<boolean>;
  /** Names in a folder, without it. */
  list(folder: string): Promise<readonly string[]>;
  /** What cannot be read makes room for another, and can still be looked at. */
  setAside(key: string): Promise<void>;
}

/**
 * A folder that every machine sees. A file gets its name once it is whole, and no name is given twice.
 *
 * Every call @throws Fault "storage-full" or "storage-failed"
 */
export function folderParts(root: string): PartStore {
  /** @returns false where there is something of that name */
  const linked = (from: string, to: string) =>
    link(from, to).then(
      () => true,
      (reason: unknown) => {
        if (codeOf(reason) === "EEXIST") return false;
        throw reason;
      },
    );
  return {
    name: root,
    get: (key) => ofDisk(root, () => ifThere(readFile(join(root, key), "utf8"))),
    putIfAbsent: (key, text) => ofDisk(root, () => writeWhole(join(root, key), text, linked)),
    list: (folder) =>
      ofDisk(root, async () =>
        ((await ifThere(readdir(join(root, folder)))) ?? []).filter((name) => name.endsWith(".json")).sort(),
      ),
    setAside: (key) => ofDisk(root, () => ifThere(rename(join(root, key), join(root, `${key}.${Date.now()}.broken`)))),
  };
}
