import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unaborted } from "#test/engine.ts";
import { diskFiles } from "#workers/engine/sources/disk-files.ts";
import { alone } from "./alone.ts";
import { folderSource } from "./disk-folder.ts";
import { diskFault } from "./disk-fault.ts";
import { folderStore } from "./folder-store.ts";
import { makeFolder } from "./make-folder.ts";

const newFolder = () => mkdtempSync(join(tmpdir(), "arithmoscope-node-"));
const bytes = (...values: number[]) => Uint8Array.from(values);

describe("a folder as the engine's store", () => {
  const read = async (store: Awaited<ReturnType<typeof folderStore>>, name: string) => {
    const file = await store.open("m", name);
    const all = file && [...new Uint8Array(await file.slice(0, file.byteLength))];
    file?.close();
    return all;
  };

  test("keeps what is written whole, at the end, and in any order", async () => {
    const root = newFolder();
    const store = await folderStore(root);
    expect(await store.open("m", "a")).toBeUndefined();
    await store.write("m", "a", bytes(1, 2, 3));
    await store.write("m", "a", bytes(4));
    expect(await read(store, "a")).toEqual([4]);
    const extended = await store.extend("m", "a");
    extended.append(bytes(5, 6));
    extended.close();
    expect(await read(store, "a")).toEqual([4, 5, 6]);
    const edited = await store.edit("m", "a", 5);
    edited.write(3, bytes(8, 9));
    edited.write(0, bytes(7));
    edited.flush();
    edited.close();
    expect(await read(store, "a")).toEqual([7, 5, 6, 8, 9]);
    // as another visit finds it
    expect(await read(await folderStore(root), "a")).toEqual([7, 5, 6, 8, 9]);
    expect(await store.folders()).toEqual(["m"]);
    expect(readdirSync(join(root, "m"))).toEqual(["a"]);
    await store.remove("m");
    expect(await store.folders()).toEqual([]);
  });

  test("that cannot be one is a fault that the engine goes on in memory after", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    await expect(folderStore(join(file, "models"))).rejects.toMatchObject({
      code: "storage-failed",
      message: `${join(file, "models")}: a file stands where a folder is needed (EEXIST)`,
    });
    await expect(folderStore(file)).rejects.toMatchObject({ message: expect.stringContaining("(EEXIST)") as string });
    await expect(folderStore("/dev/null")).rejects.toMatchObject({ code: "storage-failed" });
    expect(diskFault("x", { code: "ENOSPC" })).toMatchObject({ code: "storage-full", message: "x: the disk is full" });
  });
});

describe("a folder is made with those above it", () => {
  test("by whoever comes first", async () => {
    const root = newFolder();
    const path = join(root, "a", "b", "c");
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, "a", "d"))]);
    await makeFolder(path);
    expect(readdirSync(join(root, "a"))).toEqual(["b", "d"]);
    expect(readdirSync(join(root, "a", "b"))).toEqual(["c"]);
  });

  test("or ends where a file system takes none: /proc says of what is made in it that it is not there", async () => {
    for (const path of ["/proc/arithmoscope", "/proc/arithmoscope/models/x"]) {
      await expect(makeFolder(path)).rejects.toThrow("ENOENT");
      await expect(folderStore(path)).rejects.toMatchObject({ code: "storage-failed" });
      await expect(alone(path, "pack", { signal: unaborted(), onWait: () => undefined }, none)).rejects.toThrow(
        "ENOENT",
      );
    }
  });
});

const none = () => Promise.resolve();

describe("files of the disk", () => {
  test("are read where they lie, and refused once they are written to", async () => {
    const folder = join(newFolder(), "model");
    mkdirSync(join(folder, "others"), { recursive: true });
    writeFileSync(join(folder, "config.json"), "0123456789");
    const files = await diskFiles(await folderSource(folder), () => undefined);
    expect(files.identity).toEqual({ kind: "files", name: "model" });
    const config = (await files.open("config.json"))!;
    expect(config.byteLength).toBe(10);
    expect(new TextDecoder().decode(await config.slice(3, 6))).toBe("345");
    writeFileSync(join(folder, "config.json"), "0123456789ab");
    await expect(config.slice(3, 6)).rejects.toMatchObject({ code: "bad-file" });
  });

  test("may be one model in GGUF", async () => {
    const source = await folderSource(join(import.meta.dirname, "../../test/golden/llama-q4_k_m.gguf"));
    expect(await diskFiles(source, () => undefined)).toMatchObject({ gguf: "llama-q4_k_m.gguf" });
  });

  test("that are not there are named", async () => {
    const folder = newFolder();
    await expect(folderSource(join(folder, "no"))).rejects.toThrow("there is no such file or folder");
    await expect(folderSource(folder)).rejects.toThrow("the folder has no files in it");
    writeFileSync(join(folder, "a.txt"), "");
    await expect(folderSource(join(folder, "a.txt"))).rejects.toMatchObject({ code: "bad-request" });
  });
});

describe("one process at a time", () => {
  const following = { signal: unaborted(), onWait: () => undefined };

  test("does what bears one name, and the next waits", async () => {
    const folder = newFolder();
    const order: string[] = [];
    const [begun, ends] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = alone(folder, "pack", following, async () => {
      begun.resolve();
      await ends.promise;
      order.push("first");
    });
    await begun.promise;
    const waits = Promise.withResolvers<void>();
    const second = alone(folder, "pack", { ...following, onWait: waits.resolve }, () =>
      Promise.resolve(order.push("second")),
    );
    await waits.promise;
    await alone(folder, "other", following, () => Promise.resolve(order.push("other")));
    ends.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(["other", "first", "second"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("takes over from one that was killed", async () => {
    const folder = newFolder();
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(join(folder, "pack.lock"), JSON.stringify({ host: hostname(), pid }));
    await expect(alone(folder, "pack", following, () => Promise.resolve("done"))).resolves.toBe("done");
  });

  test("gives up when whoever waits does", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "pack.lock"), JSON.stringify({ host: hostname(), pid: process.pid }));
    const stop = new AbortController();
    const waiting = alone(folder, "pack", { signal: stop.signal, onWait: () => stop.abort() }, () => Promise.resolve());
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  });
});
