import { expect, test } from "vitest";
import { guardedStore } from "#test/guarded-store.ts";
import { indexFiles } from "./index-store.ts";
import { memoryStore } from "../store/file-store.ts";
import type { FileStore } from "../store/file-store.ts";

test("a file is opened once, read often, replaced when written, and let go of at the end", async () => {
  const store = guardedStore();
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
