import { expect, test } from "vitest";
import type { BlockType } from "#formats/gguf/blocks.ts";
import { differencesFromReference } from "#test/agreement.ts";
import type { RandomCheckpoint } from "#test/checkpoints.ts";
import { askAll } from "#test/engine.ts";
import { blockCheckpoint, byName, MIXED, WIDE } from "#test/gguf/block-checkpoint.ts";
import { loadGgufInNode } from "#test/gguf/load.ts";
import { GGUF_IDS } from "#test/gguf/variants.ts";
import { randomAdapter } from "#test/random/adapter.ts";
import { merged } from "#test/reference/adapter.ts";
import { readModel } from "#test/reference/model.ts";
import { attach, withVariants } from "#test/variants.ts";
import { ModelSession } from "../session/model-session.ts";

const QUESTION = { ids: GGUF_IDS, target: 17, head: { layer: 1, head: 2 }, count: 12 };

/** As files have it whose rows are no multiple of 256. */
const NARROW = byName([
  [/v_proj/, "Q5_1"],
  [/q_proj/, "Q4_0"],
  [/k_proj/, "Q4_1"],
  [/o_proj/, "IQ4_NL"],
  [/gate_proj/, "Q5_0"],
  [/up_proj/, "Q8_0"],
  [/down_proj/, "Q5_0"],
  [/./, "Q8_0"],
]);

const FUSED = byName([
  [/query_key_value/, "IQ4_XS"],
  [/4h_to_h/, "Q4_K"],
  [/./, "Q5_K"],
]);

test.each<readonly [string, Partial<RandomCheckpoint>, (tensor: string) => BlockType]>([
  ["llama in K-quants, q and k permuted, v in another type", { ...WIDE, seed: 81 }, MIXED],
  ["llama, tied, its embedding in Q6_K", { ...WIDE, tied: true, seed: 82 }, MIXED],
  [
    "qwen2 in blocks of 32, with biases",
    { ...WIDE, family: "qwen2", modelDim: 96, headDim: 24, neurons: 160, seed: 83 },
    NARROW,
  ],
  ["gpt_neox in IQ4_XS and K-quants", { ...WIDE, family: "gpt_neox", kvHeads: 4, rotaryShare: 0.25, seed: 84 }, FUSED],
])("in stored, every analysis is that of the file's very weights: %s", async (_, changes, typeOf) => {
  const { gguf, files } = blockCheckpoint(changes, typeOf);
  const session = new ModelSession(await loadGgufInNode(new Map([["m.gguf", gguf]]), "stored"));
  expect(differencesFromReference(readModel(files), await askAll(session, QUESTION))).toEqual([]);
});

test("an adapter lies over the file's own blocks", async () => {
  const { gguf, files } = blockCheckpoint({ ...WIDE, seed: 85 }, MIXED);
  const adapter = randomAdapter(files);
  const variants = await withVariants(await loadGgufInNode(new Map([["m.gguf", gguf]]), "stored"));
  await attach(variants, adapter);
  const answers = await askAll(variants.session("adapted"), QUESTION);
  expect(differencesFromReference(merged(readModel(files), adapter), answers)).toEqual([]);
  await variants.dispose();
});
