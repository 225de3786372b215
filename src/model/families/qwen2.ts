import type { Family } from "../spec.ts";
import { gatedSpec, gatedWeights } from "./llama.ts";
import { qwenWindow } from "./qwen-window.ts";

/** What transformers' Qwen2Config takes a missing `num_key_value_heads` for. */
const DEFAULT_KV_HEADS = 32;

/** Llama's wiring with biases on queries, keys and values, always. Its sliding window is in the config also where it is not used. */
export const qwen2: Family = {
  name: "qwen2",
  architectures: ["Qwen2ForCausalLM"],
  readConfig: (config) => ({
    ...gatedSpec("qwen2", config, { biased: ["qkv"], kvHeads: DEFAULT_KV_HEADS }),
    ...qwenWindow(config),
  }),
  weights: gatedWeights,
};
