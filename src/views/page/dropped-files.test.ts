import { expect, test } from "vitest";
import { droppedFiles } from "./dropped-files.ts";

const file = (fullPath: string, text = "x"): FileSystemFileEntry =>
  ({
    isFile: true,
    fullPath,
    file: (resolve: (file: File) => void) => resolve(new File([text], fullPath.split("/").at(-1)!)),
  }) as unknown as FileSystemFileEntry;

/** As browsers do, a folder is read a hundred entries at a time. */
const folder = (fullPath: string, entries: readonly FileSystemEntry[]): FileSystemDirectoryEntry =>
  ({
    isFile: false,
    fullPath,
    createReader: () => {
      let at = 0;
      return { readEntries: (resolve: (some: FileSystemEntry[]) => void) => resolve(entries.slice(at, (at += 100))) };
    },
  }) as unknown as FileSystemDirectoryEntry;

const item = (entry: FileSystemEntry | null, plain: File | null = null) =>
  ({ webkitGetAsEntry: () => entry, getAsFile: () => plain }) as unknown as DataTransferItem;

test("a folder gives its files with their paths, those of folders below it too", async () => {
  const below = folder("/m/onnx", [file("/m/onnx/config.json", "below")]);
  const { files, paths } = await droppedFiles([item(folder("/m", [file("/m/config.json", "mine"), below]))]);
  expect(paths).toEqual(["m/config.json", "m/onnx/config.json"]);
  expect(await Promise.all(files.map((each) => each.text()))).toEqual(["mine", "below"]);
});

test("a folder is read to its end", async () => {
  const many = Array.from({ length: 250 }, (_, index) => file(`/m/${index}.bin`));
  expect((await droppedFiles([item(folder("/m", many))])).paths).toHaveLength(250);
});

test("files that were dropped alone go by their names, also where the browser has no entries", async () => {
  const plain = new File(["x"], "config.json");
  const { paths } = await droppedFiles([item(file("/a.safetensors")), item(null, plain), item(null)]);
  expect(paths).toEqual(["a.safetensors", "config.json"]);
});

test("a folder that is no checkpoint's is refused by its size", async () => {
  const disk = Array.from({ length: 10_001 }, (_, index) => file(`/disk/${index}`));
  await expect(droppedFiles([item(folder("/disk", disk))])).rejects.toMatchObject({
    code: "bad-request",
    message: "the dropped folder has more than 10000 files; the folder of one checkpoint is needed",
  });
});

test("says which file cannot be read", async () => {
  const gone = {
    isFile: true,
    fullPath: "/m/config.json",
    file: (_: unknown, reject: (reason: DOMException) => void) =>
      reject(new DOMException("it is gone", "NotFoundError")),
  } as unknown as FileSystemFileEntry;
  await expect(droppedFiles([item(folder("/m", [gone]))])).rejects.toMatchObject({
    code: "bad-file",
    message: "/m/config.json could not be read: it is gone",
  });
});
