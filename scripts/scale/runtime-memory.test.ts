import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Dtype } from "#model/checkpoint.ts";
import { runtimeBytes } from "#model/cost/memory.ts";
import { footprint } from "#workers/engine/load/fit.ts";
import { readFolder } from "../../test/checkpoints.ts";
import { writeScaleCheckpoint } from "./checkpoint.ts";
import type { ScaleShape } from "./checkpoint.ts";

/** Every memory that a WASM module gets, of which none ever shrinks. */
const memories: WebAssembly.Memory[] = [];
const folder = mkdtempSync(join(tmpdir(), "arithmoscope-memory-"));

beforeAll(() => {
  class Counted extends WebAssembly.Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  }
  vi.stubGlobal("WebAssembly", Object.assign(Object.create(WebAssembly), { Memory: Counted }));
});

afterAll(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});

const DEEP: ScaleShape = {
  name: "deep",
  hidden_size: 512,
  intermediate_size: 2048,
  num_attention_heads: 8,
  num_hidden_layers: 8,
  num_key_value_heads: 8,
  tie_word_embeddings: false,
  vocab_size: 4_000,
};
/** One whose unembedding is wider than a slice. */
const WIDE: ScaleShape = { ...DEEP, name: "wide", num_hidden_layers: 2, vocab_size: 60_000, tie_word_embeddings: true };

// from small to large, as that memory is one for all sessions: what is released is used again
test.each<[ScaleShape, Dtype]>([
  [DEEP, "q4"],
  [WIDE, "q8"],
  [DEEP, "f32"],
])("the runtime takes what is estimated for %o in %s, within a fifth", async (shape, dtype) => {
  // after the memories are counted
  const { loadInNode, unaborted } = await import("../../test/engine.ts");
  const { ModelSession } = await import("#workers/engine/session/model-session.ts");
  const before = memoryBytes();
  const model = await loadInNode(readFolder(await writeScaleCheckpoint(folder, shape)), dtype);
  const session = new ModelSession(model);
  const prompt = [1, 2, 3, 4, 5, 6];
  await session.predict(prompt, { top: 1 }, () => undefined, unaborted());
  await session.sweepHeads(prompt, {}, () => undefined, unaborted());
  await session.dispose();
  const measured = memoryBytes();
  expect(measured).toBeGreaterThan(before);
  const share = runtimeBytes(footprint(model)) / measured;
  expect(share).toBeGreaterThan(0.8);
  expect(share).toBeLessThan(1.2);
});

const memoryBytes = () => Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength));
