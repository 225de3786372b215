import type { Config, Family } from "../spec.ts";
import { gatedSpec, gatedWeights } from "./llama.ts";

/** Llama's wiring with attention that, in some versions, sees only a window of the last tokens. */
export const mistral: Family = {
  name: "mistral",
  architectures: ["MistralForCausalLM"],
  readConfig: (config) => ({ ...gatedSpec("mistral", config), ...slidingWindow(config) }),
  weights: (spec, has) => gatedWeights(spec, has, {}),
};

/** Nothing where the config has no window. */
export function slidingWindow(config: Config): { readonly window?: number } {
  return config.raw("sliding_window") === undefined ? {} : { window: config.count("sliding_window") };
}
