import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { memorySource } from "#formats/byte-source.ts";
import { memoryStore } from "./file-store.ts";
import type { FileStore } from "./file-store.ts";
import { checksumsOf, CHECKED_BYTES, listPacks, Pack, packId } from "./pack.ts";

const RECORD = {
  identity: { kind: "url", name: "https://models.example/a/" },
  dtype: "q8",
  fingerprint: "f",
  family: "llama",
  parameters: 7,
  bytes: 12,
} as const;

async function begun(store: FileStore = memoryStore()): Promise<Pack> {
  const pack = await Pack.open(store, "id");
  await pack.begin(RECORD);
  return pack;
}

async function contents(store: FileStore, folder: string, name: string): Promise<Uint8Array> {
  const file = (await store.open(folder, name))!;
  return new Uint8Array(await file.slice(0, file.byteLength));
}

async function markDone(pack: Pack, ...steps: string[]): Promise<void> {
  const log = await pack.openLog();
  for (const step of steps) log.markDone(step, [`hash of ${step}`]);
  log.close();
}

test("one checkpoint in one dtype has one name, another commit or dtype another", async () => {
  const hub = { kind: "hub", name: "owner/name", revision: "abc" } as const;
  const names = [
    await packId(hub, "q4"),
    await packId({ ...hub, requested: "main" }, "q4"),
    await packId(hub, "q8"),
    await packId({ ...hub, revision: "abd" }, "q4"),
    await packId({ ...hub, kind: "url" }, "q4"),
  ];
  expect(names[1]).toBe(names[0]);
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
});

test("what is done is known to whoever opens the pack next", async () => {
  const store = memoryStore();
  const pack = await begun(store);
  await markDone(pack, "a:0", "a:8", "b:0");
  const again = await Pack.open(store, "id");
  expect(again.record).toMatchObject({ ...RECORD, id: "id" });
  expect(["a:0", "a:8", "b:0", "b:8"].map((step) => again.isDone(step))).toEqual([true, true, true, false]);
});

test("a log that ends within a line counts the whole lines alone", async () => {
  const store = memoryStore();
  const pack = await begun(store);
  await markDone(pack, "a:0");
  (await store.extend("id", "progress.log")).append(new TextEncoder().encode("a:80"));
  const again = await Pack.open(store, "id");
  expect([again.isDone("a:0"), again.isDone("a:80"), again.isDone("a:8")]).toEqual([true, false, false]);
});

test("beginning anew forgets everything that was there", async () => {
  const store = memoryStore();
  const pack = await begun(store);
  await markDone(pack, "a:0");
  await pack.writeFile("config.json", new Uint8Array([1]));
  await pack.begin({ ...RECORD, fingerprint: "g" });
  expect(pack.isDone("a:0")).toBe(false);
  expect(await pack.readFile("config.json")).toBeUndefined();
  expect((await Pack.open(store, "id")).record?.fingerprint).toBe("g");
});

test("a damaged step makes a complete pack incomplete, and the others stay done", async () => {
  const store = memoryStore();
  const pack = await begun(store);
  await markDone(pack, "a:0", "b:0");
  await pack.complete({ checksums: {}, content: "c" });
  expect(pack.record?.completedAt).toBeGreaterThan(0);
  await pack.forget(new Set(["a:0"]));
  const again = await Pack.open(store, "id");
  expect([again.isDone("a:0"), again.isDone("b:0")]).toEqual([false, true]);
  expect(again.record).not.toHaveProperty("completedAt");
  expect(again.record).not.toHaveProperty("checksums");
});

test.each([
  ["cut off", '{"version":2,"id":"id"'],
  ["of another version", '{"version":1,"id":"id"}'],
  ["of another folder", '{"version":2,"id":"other"}'],
  ["empty", ""],
])("a record that is %s is as none", async (_name, text) => {
  const store = memoryStore();
  await store.write("id", "pack.json", new TextEncoder().encode(text));
  expect((await Pack.open(store, "id")).record).toBeUndefined();
  expect(await listPacks(store)).toEqual([]);
});

describe("checksums", () => {
  test("are SHA-256, hexadecimal", async () => {
    // the published digest of "abc" (FIPS 180-2)
    expect(await checksumsOf(memorySource(new TextEncoder().encode("abc")))).toEqual([
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ]);
  });

  test("tell which stretch was changed", async () => {
    const bytes = new Uint8Array(2 * CHECKED_BYTES + 5);
    const before = await checksumsOf(memorySource(bytes));
    bytes[CHECKED_BYTES] = 1;
    const after = await checksumsOf(memorySource(bytes));
    expect(before).toHaveLength(3);
    expect(before.map((sum, index) => sum === after[index])).toEqual([true, false, true]);
  });
});

describe("the store in memory", () => {
  test("gives back what was written last at each place", async () => {
    const edits = fc.array(fc.tuple(fc.nat({ max: 12 }), fc.uint8Array({ maxLength: 4, minLength: 1 })));
    await fc.assert(
      fc.asyncProperty(edits, edits, async (first, second) => {
        const store = memoryStore();
        const expected = new Uint8Array(16);
        for (const round of [first, second]) {
          const file = await store.edit("f", "a", 16);
          for (const [offset, bytes] of round) {
            file.write(offset, new Uint8Array(bytes));
            expected.set(bytes, offset);
          }
          file.close();
        }
        expect(await contents(store, "f", "a")).toEqual(expected);
      }),
    );
  });

  test("lists its folders and loses what is removed", async () => {
    const store = memoryStore();
    await store.write("a", "x", new Uint8Array([1]));
    const end = await store.extend("b", "x");
    end.append(new Uint8Array([2]));
    end.append(new Uint8Array([3]));
    expect(await store.folders()).toEqual(["a", "b"]);
    expect(await contents(store, "b", "x")).toEqual(new Uint8Array([2, 3]));
    await store.remove("b");
    expect([await store.folders(), await store.open("b", "x")]).toEqual([["a"], undefined]);
  });
});
