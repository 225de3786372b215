import type { Family } from "../spec.ts";
import { gatedSpec, gatedWeights } from "./llama.ts";
import { qwenWindow } from "./qwen-window.ts";

/** What transformers' Qwen3Config takes missing fields for. */
const DEFAULT_KV_HEADS = 32;
const DEFAULT_HEAD_DIM = 128;

/** Llama's wiring with an RMSNorm over each head's queries and keys before they are turned. */
export const qwen3: Family = {
  name: "qwen3",
  architectures: ["Qwen3ForCausalLM"],
  readConfig: (config) => ({
    ...gatedSpec("qwen3", config, {
      biased: config.flag("attention_bias", false) ? ["qkv", "attn_out"] : [],
      kvHeads: DEFAULT_KV_HEADS,
      headDim: DEFAULT_HEAD_DIM,
    }),
    ...qwenWindow(config),
    qkNorm: "head",
  }),
  weights: gatedWeights,
};
