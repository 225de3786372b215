import { layersOf } from "../config.ts";
import type { Config, Family, ModelSpec } from "../spec.ts";
import { gatedSpec, gatedWeights } from "./llama.ts";

/** What transformers' MistralConfig takes a missing field for. */
const DEFAULT_WINDOW = 4096;
const DEFAULT_KV_HEADS = 8;

/** Llama's wiring with attention that, in some versions, sees only a window of the last tokens. */
export const mistral: Family = {
  name: "mistral",
  architectures: ["MistralForCausalLM"],
  readConfig: (config) => ({ ...gatedSpec("mistral", config, { kvHeads: DEFAULT_KV_HEADS }), ...everyLayer(config) }),
  weights: gatedWeights,
};

/** Null is no window; a missing field is the first Mistral's. */
function everyLayer(config: Config): Pick<ModelSpec, "perLayer"> {
  if (config.has("sliding_window") && config.raw("sliding_window") === undefined) return {};
  const window = config.count("sliding_window", DEFAULT_WINDOW);
  return { perLayer: Array.from({ length: layersOf(config) }, () => ({ window })) };
}
