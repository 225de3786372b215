import type { Family } from "./family.ts";
import { gatedDecoder } from "./gated-decoder.ts";
import type { GatedDecoderConfig } from "./gated-decoder.ts";

interface MistralConfig extends GatedDecoderConfig {
  /** A token sees itself and the `sliding_window − 1` before it; null is no window, missing is 4096. */
  readonly sliding_window?: number | null;
}

/** Mistral: Llama with a sliding window in every layer. */
export const mistral: Family = {
  modelType: "mistral",
  describe: (config: MistralConfig) => {
    const { sliding_window: window = 4096 } = config;
    return gatedDecoder(config, { window: () => window ?? Infinity });
  },
};
