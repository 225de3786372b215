import { expect, test } from "vitest";
import { indexFiles } from "./index-store.ts";
import { memoryStore } from "./store/file-store.ts";
import type { FileStore } from "./store/file-store.ts";

/** A store as the browser's: a file that somebody reads cannot be written, nor its folder deleted. */
function guarded(): FileStore & { readonly opened: string[] } {
  const store = memoryStore();
  const opened: string[] = [];
  const inUse = new Set<string>();
  const free = (name: string) => {
    if (inUse.has(name)) throw new DOMException(`${name} is in use`, "NoModificationAllowedError");
  };
  return {
    ...store,
    opened,
    async open(folder, name) {
      const file = await store.open(folder, name);
      if (!file) return undefined;
      opened.push(name);
      inUse.add(name);
      return { ...file, close: () => inUse.delete(name) };
    },
    async write(folder, name, bytes) {
      free(name);
      await store.write(folder, name, bytes);
    },
    async remove(folder) {
      for (const name of inUse) free(name);
      await store.remove(folder);
    },
  };
}

test("a file is opened once, read often, replaced when written, and let go of at the end", async () => {
  const store = guarded();
  const index = indexFiles(store, "model");
  expect(await index.read("layer-0")).toBeUndefined();
  await index.write("layer-0", Uint8Array.of(1, 2, 3));
  expect(await Promise.all([index.read("layer-0"), index.read("layer-0")])).toEqual([
    Uint8Array.of(1, 2, 3),
    Uint8Array.of(1, 2, 3),
  ]);
  expect(store.opened).toEqual(["layer-0"]);
  await index.write("layer-0", Uint8Array.of(4));
  expect(await index.read("layer-0")).toEqual(Uint8Array.of(4));
  await expect(store.remove("model")).rejects.toThrow("in use");
  index.close();
  await Promise.resolve();
  await store.remove("model");
  expect(await index.read("layer-0")).toBeUndefined();
});

test("a store that cannot be read has nothing", async () => {
  const closed: FileStore = { ...memoryStore(), open: () => Promise.reject(new DOMException("no", "SecurityError")) };
  expect(await indexFiles(closed, "model").read("layer-0")).toBeUndefined();
});
