import type { Family } from "./family.ts";
import { gatedDecoder } from "./gated-decoder.ts";
import type { GatedDecoderConfig } from "./gated-decoder.ts";

interface QwenConfig extends GatedDecoderConfig {
  /** Without it `sliding_window` is a number that nothing uses. */
  readonly use_sliding_window?: boolean;
  readonly sliding_window?: number | null;
  /** Layers from this one on have the window. */
  readonly max_window_layers?: number;
}

/** What Qwen's config leaves a token to see. */
export const qwenWindow =
  ({ use_sliding_window: isUsed, sliding_window: window, max_window_layers: from = 28 }: QwenConfig) =>
  (layer: number): number =>
    isUsed && layer >= from ? (window ?? Infinity) : Infinity;

/** Qwen2 and Qwen2.5: Llama with biases on queries, keys and values, whatever `attention_bias` says. */
export const qwen2: Family = {
  modelType: "qwen2",
  describe: (config: QwenConfig) => gatedDecoder(config, { hasQkvBias: true, window: qwenWindow(config) }),
};
