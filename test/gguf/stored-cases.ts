import type { BlockType } from "#formats/gguf/blocks.ts";
import type { RandomCheckpoint } from "../checkpoints.ts";
import { byName, MIXED, WIDE } from "./block-checkpoint.ts";

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

/** Mixtures that have every type of blocks between them, each case's checkpoint and the types of its tensors. */
export const STORED_CASES: readonly (readonly [
  name: string,
  changes: Partial<RandomCheckpoint>,
  typeOf: (tensor: string) => BlockType,
])[] = [
  ["llama in K-quants, q and k permuted, v in another type", { ...WIDE, seed: 81 }, MIXED],
  ["llama, tied, its embedding in Q6_K", { ...WIDE, tied: true, seed: 82 }, MIXED],
  [
    "qwen2 in blocks of 32, with biases",
    { ...WIDE, family: "qwen2", modelDim: 96, headDim: 24, neurons: 160, seed: 83 },
    NARROW,
  ],
  ["gpt_neox in IQ4_XS and K-quants", { ...WIDE, family: "gpt_neox", kvHeads: 4, rotaryShare: 0.25, seed: 84 }, FUSED],
];
