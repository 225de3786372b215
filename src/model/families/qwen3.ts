import type { Family } from "../spec.ts";
import { gatedSpec, gatedWeights } from "./llama.ts";
import { slidingWindow } from "./mistral.ts";

/** Llama's wiring with an RMSNorm over each head's queries and keys before they are turned. */
export const qwen3: Family = {
  name: "qwen3",
  architectures: ["Qwen3ForCausalLM"],
  readConfig: (config) => ({
    ...gatedSpec("qwen3", config),
    ...(config.flag("use_sliding_window", false) && slidingWindow(config)),
  }),
  weights: (spec, has) => gatedWeights(spec, has, { qkNorm: true }),
};
