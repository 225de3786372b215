import type { Family } from "../spec.ts";
import { gatedSpec, gatedWeights } from "./llama.ts";
import { slidingWindow } from "./mistral.ts";

/** Llama's wiring with biases on queries, keys and values. Its sliding window is in the config also where it is not used. */
export const qwen2: Family = {
  name: "qwen2",
  architectures: ["Qwen2ForCausalLM"],
  readConfig: (config) => ({
    ...gatedSpec("qwen2", config),
    ...(config.flag("use_sliding_window", false) && slidingWindow(config)),
  }),
  weights: (spec, has) => gatedWeights(spec, has, {}),
};
