import { createHash } from "node:crypto";
import * as ort from "onnxruntime-web";
import { afterEach, describe, expect, test, vi } from "vitest";
import { memorySource } from "#formats/byte-source.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import { randomCheckpoint, readFolder, safetensors } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { fileSet } from "#test/engine.ts";
import { readModel } from "#test/reference/model.ts";
import { segmentHashes, segmentsOf } from "./content.ts";
import { loadModel } from "./load-model.ts";
import type { LoadedModel } from "./load-model.ts";
import { startRuntime } from "../run/runtime.ts";
import type { CheckpointFiles as OpenedFiles } from "../sources/checkpoint-files.ts";
import { sha256 } from "./sha256.ts";
import { memoryStore } from "../store/file-store.ts";
import type { FileStore } from "../store/file-store.ts";
import { listPacks } from "../store/pack.ts";

const SHAPE = { layers: 2, vocabulary: 40 };
const WEIGHTS = "model.safetensors";
const hash = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

async function load(
  files: CheckpointFiles | OpenedFiles,
  { dtype = "q8", store, signal }: { dtype?: Dtype; store?: FileStore; signal?: AbortSignal } = {},
): Promise<LoadedModel> {
  const opened = files instanceof Map ? fileSet(files) : files;
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  return loadModel(opened, runtime, {
    dtype,
    onProgress: () => undefined,
    ...(store && { store }),
    ...(signal && { signal }),
  });
}

async function contentOf(...args: Parameters<typeof load>): Promise<string> {
  const { content, runner } = await load(...args);
  await runner.dispose();
  return content;
}

/** The definition once more, over whole files: every tensor here is far smaller than a segment. */
function byDefinition(files: CheckpointFiles, leftOut: (name: string) => boolean = () => false): string {
  const text = (name: string) => new TextDecoder().decode(files.get(name));
  const bytes = files.get(WEIGHTS)!;
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = Object.keys(header)
    .filter((name) => name !== "__metadata__" && !leftOut(name))
    .sort()
    .map((name) => {
      const { dtype, shape, data_offsets: offsets } = header[name]!;
      const [start, end] = offsets.map((offset) => 8 + headerBytes + offset) as [number, number];
      return [name, dtype, shape, [hash(bytes.subarray(start, end))]];
    });
  const small = ["config.json", "tokenizer.json", "tokenizer_config.json"].filter((name) => files.has(name));
  const digests = small.map((name) => [name, hash(text(name))]);
  return hash(JSON.stringify(["arithmoscope-content-1", digests, tensors]));
}

/** The same checkpoint with one bit of one file turned. */
function flipped(files: CheckpointFiles, name: string, at: number): CheckpointFiles {
  const bytes = Uint8Array.from(files.get(name)!);
  bytes[at]! ^= 1;
  return new Map(files).set(name, bytes);
}

describe("a model's content", () => {
  test.each(["q4", "q8", "f32"] as const)("is what its definition says, in %s", async (dtype) => {
    const files = randomCheckpoint(SHAPE);
    expect(await contentOf(files, { dtype })).toBe(byDefinition(files));
  });

  test.each(["gpt2", "gpt_neox", "gptj", "qwen3"] as const)(
    "of %s too, whose tensors stand in another order",
    async (family) => {
      const files = randomCheckpoint({ family, layers: 2 });
      expect(await contentOf(files)).toBe(byDefinition(files));
    },
  );

  test("leaves out tensors that no part is made of", async () => {
    const files = randomCheckpoint({ ...SHAPE, family: "gpt2", buffers: true });
    const plain = randomCheckpoint({ ...SHAPE, family: "gpt2" });
    expect(await contentOf(files)).toBe(await contentOf(plain));
  });

  test("does not depend on the files that it is cut into, nor on where it lies", async () => {
    const one = randomCheckpoint(SHAPE);
    const three = randomCheckpoint({ ...SHAPE, shards: 3 });
    expect(await contentOf(three)).toBe(await contentOf(one));
    const elsewhere = { ...fileSet(one), identity: { kind: "hub", name: "a/b", revision: "c".repeat(40) } as const };
    expect(await contentOf(elsewhere)).toBe(await contentOf(one));
  });

  test("is another one for each bit of weights, config and tokenizer", async () => {
    const files = randomCheckpoint(SHAPE);
    const model = readModel(files);
    const contents = [await contentOf(files)];
    // the lowest bit of the first and of the last value of every tensor
    for (const name of model.tensors.keys()) {
      const changed = [...model.tensors].map(([each, { shape, data }]) => {
        const values = Float32Array.from(data);
        if (each === name) new Uint8Array(values.buffer)[0]! ^= 1;
        return { name: each, shape, data: values };
      });
      contents.push(await contentOf(new Map(files).set(WEIGHTS, safetensors(changed))));
    }
    contents.push(await contentOf(flipped(files, WEIGHTS, files.get(WEIGHTS)!.byteLength - 4)));
    for (const name of ["config.json", "tokenizer.json"]) {
      contents.push(await contentOf(new Map(files).set(name, Buffer.concat([files.get(name)!, Buffer.from("\n")]))));
    }
    expect(new Set(contents).size).toBe(contents.length);
  });
});

test.each(Object.entries(SHIPPED_CONTENTS))("what %s contains is published as its files are", (id, content) => {
  expect(byDefinition(readFolder(`public/models/${id}`))).toBe(content);
});

describe("segments", () => {
  const entry = (shape: readonly number[]) => ({ name: "t", dtype: "F32", shape, startByte: 0, endByte: 0 });

  test("hold as many rows as fit into 8 MiB, at least one", () => {
    // 4,096 float32 values take 16 KiB: 512 rows are 8 MiB
    expect(segmentsOf(entry([1_000, 4_096]))).toEqual([
      { first: 0, count: 512 },
      { first: 512, count: 488 },
    ]);
    expect(segmentsOf(entry([2, 3 * 2 ** 21]))).toEqual([
      { first: 0, count: 1 },
      { first: 1, count: 1 },
    ]);
  });

  test("are the same whether a tensor is read at once or run by run", async () => {
    const rows = 1_200;
    const bytes = new Uint8Array(rows * 4 * 4_096).map((_, at) => at % 251);
    const shape = entry([rows, 4_096]);
    const runs = segmentsOf(shape);
    const rowBytes = 4 * 4_096;
    const expected = runs.map(({ first, count }) => hash(bytes.subarray(first * rowBytes, (first + count) * rowBytes)));
    expect(await segmentHashes(shape, { first: 0, count: rows }, bytes.buffer)).toEqual(expected);
    const oneByOne = runs.map(async (run) =>
      segmentHashes(shape, run, bytes.slice(run.first * rowBytes, (run.first + run.count) * rowBytes).buffer),
    );
    expect((await Promise.all(oneByOne)).flat()).toEqual(expected);
  });
});

describe("without a secure context", () => {
  afterEach(() => vi.unstubAllGlobals());

  test.each(["", "abc", "a".repeat(1_000)])("the hash of %j is the same", async (text) => {
    vi.stubGlobal("crypto", { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const bytes = new TextEncoder().encode(`--${text}--`);
    expect(await sha256(bytes.subarray(2, 2 + text.length))).toBe(hash(text));
  });
});

/** Two checkpoints of one shape and one name, as two seeds of one training script leave them. */
const seeds = () => [randomCheckpoint({ ...SHAPE, seed: 1 }), randomCheckpoint({ ...SHAPE, seed: 2 })] as const;

/** As under one address: `version` of the weights as the server tells it. */
const atAddress = (files: CheckpointFiles, version?: string): OpenedFiles => ({
  ...fileSet(files),
  identity: { kind: "url", name: "https://models.example/a/" },
  open: (path) => Promise.resolve(files.has(path) ? memorySource(files.get(path)!, version) : undefined),
});

/** Begins to load and stops when some of the weights are stored. */
async function breakOff(files: OpenedFiles, store: FileStore): Promise<void> {
  const stop = new AbortController();
  let reads = 0;
  const counted: OpenedFiles = {
    ...files,
    open: async (path) => {
      const source = await files.open(path);
      const slice = (start: number, end: number) => {
        if (path === WEIGHTS && ++reads > 12) stop.abort(new Error("broken off"));
        return source!.slice(start, end);
      };
      return source && { ...source, slice };
    },
  };
  await expect(load(counted, { store, signal: stop.signal })).rejects.toThrow("broken off");
}

describe("what is stored under a name", () => {
  test("is not taken for other weights in a folder of the same name", async () => {
    const store = memoryStore();
    const [first, second] = seeds();
    expect(await contentOf(first, { store })).toBe(byDefinition(first));
    expect(await contentOf(second, { store })).toBe(byDefinition(second));
    // and the first is found again, since its bytes say so
    expect(await contentOf(first, { store })).toBe(byDefinition(first));
    expect(await listPacks(store)).toHaveLength(2);
  });

  test.each([
    ["an ETag or a time that changed", "v1", "v2"],
    ["neither ETag nor time", undefined, undefined],
    ["a version that is new", undefined, "v2"],
    ["a version that is gone", "v1", undefined],
  ])("nor for what an address serves by now, with %s", async (_name, before, after) => {
    const store = memoryStore();
    const [first, second] = seeds();
    expect(await contentOf(atAddress(first, before), { store })).toBe(byDefinition(first));
    expect(await contentOf(atAddress(second, after), { store })).toBe(byDefinition(second));
  });

  test("is read from the store where the server's version is the same", async () => {
    const store = memoryStore();
    const [first] = seeds();
    await contentOf(atAddress(first, "v1"), { store });
    const read: string[] = [];
    const files = atAddress(first, "v1");
    const watched: OpenedFiles = {
      ...files,
      open: async (path) => {
        const source = await files.open(path);
        return (
          source && { ...source, slice: (start, end) => (read.push(`${path} ${start}`), source.slice(start, end)) }
        );
      },
    };
    expect(await contentOf(watched, { store })).toBe(byDefinition(first));
    // the header's length and the header
    expect(read.filter((each) => each.startsWith(WEIGHTS))).toEqual([`${WEIGHTS} 0`, `${WEIGHTS} 8`]);
  });

  test.each([undefined, "v1"])(
    "and broken off half way goes on to the same content, with version %s",
    async (version) => {
      const store = memoryStore();
      const [first] = seeds();
      const files = atAddress(first, version);
      await breakOff(files, store);
      const [broken] = await listPacks(store);
      expect(broken).not.toHaveProperty("content");
      expect(await contentOf(files, { store })).toBe(byDefinition(first));
      expect((await listPacks(store)).map(({ id }) => id)).toEqual([broken!.id]);
    },
  );

  test("and broken off half way does not go on with the bytes of another", async () => {
    const store = memoryStore();
    const [first, second] = seeds();
    await breakOff(fileSet(first), store);
    expect(await contentOf(second, { store })).toBe(byDefinition(second));
  });
});
