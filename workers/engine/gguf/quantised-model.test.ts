import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { memorySource } from "#formats/byte-source.ts";
import { decodeBlocks, isBlockType } from "#formats/gguf/blocks.ts";
import { readGguf } from "#formats/gguf/gguf.ts";
import { differencesFromReference } from "#test/agreement.ts";
import { safetensors } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { askAll, unaborted } from "#test/engine.ts";
import { checkpointNames } from "#test/gguf/converted.ts";
import { loadGgufInNode } from "#test/gguf/load.ts";
import { originalModel, quantisedGolden, quantisedModel } from "#test/gguf/quantised-model.ts";
import { readModel } from "#test/reference/model.ts";
import { ModelSession } from "../session/model-session.ts";

const GOLDEN = quantisedGolden();
const bytes = quantisedModel();
const file = await readGguf(memorySource(bytes), "model.gguf");

/** By llama.cpp's names. */
const values = new Map(
  [...file.tensors].map(([name, { type, shape, offset, bytes: size }]) => {
    const stored = bytes.slice(offset, offset + size);
    const data = isBlockType(type) ? decodeBlocks(stored, type) : new Float32Array(stored.buffer);
    return [name, { type, shape, data }] as const;
  }),
);

/** The checkpoint that has the file's very weights: rows of q and k of head h, row 2·i + side of the file, are row side·D/2 + i. */
function dequantised(): CheckpointFiles {
  const files = originalModel();
  const tensors = [...checkpointNames(files)].map(([stored, name]) => {
    const { shape, data } = values.get(stored)!;
    return { name, shape, data: /attn_[qk]\./.test(stored) ? unpermuted(data, shape[1]!, 8) : data };
  });
  return new Map(files).set("model.safetensors", safetensors(tensors));
}

function unpermuted(data: Float32Array, cols: number, headDim: number): Float32Array {
  const into = new Float32Array(data.length);
  for (let row = 0; row < data.length / cols; row++) {
    const inHead = row % headDim;
    const to = row - inHead + (inHead % 2) * (headDim / 2) + Math.floor(inHead / 2);
    into.set(data.subarray(row * cols, (row + 1) * cols), to * cols);
  }
  return into;
}

test("a model that llama.cpp quantised is read in its mixture of types, every value as ggml has it", () => {
  const read = [...values].map(([name, { type, data }]) => {
    const sha256 = createHash("sha256").update(new Uint8Array(data.buffer)).digest("hex");
    return [name, { type, sha256 }];
  });
  expect(Object.fromEntries(read)).toEqual(GOLDEN.tensors);
  expect(new Set([...values.values()].map(({ type }) => type))).toEqual(new Set(["F32", "Q4_K", "Q5_0", "Q6_K"]));
});

test("in stored it is its very weights in every analysis, and after every prompt has llama.cpp's most probable token", async () => {
  const session = new ModelSession(await loadGgufInNode(new Map([["model.gguf", bytes]]), "stored"));
  const question = { ids: GOLDEN.prompts[0]!.ids, target: 17, head: { layer: 1, head: 2 }, count: 12 };
  expect(differencesFromReference(readModel(dequantised()), await askAll(session, question))).toEqual([]);
  for (const { ids, logits } of GOLDEN.prompts) {
    const { top } = await session.predict(ids, { top: 1 }, () => undefined, unaborted());
    expect(top[0]!.id).toBe(logits.indexOf(Math.max(...logits)));
  }
});
