import type { Family } from "./family.ts";
import { gatedDecoder } from "./gated-decoder.ts";
import type { GatedDecoderConfig } from "./gated-decoder.ts";

interface QwenConfig extends GatedDecoderConfig {
  /** Without it `sliding_window` is a number that nothing uses. */
  readonly use_sliding_window?: boolean;
  readonly sliding_window?: number | null;
}

/** What Qwen's config leaves a token to see; that only layers from `max_window_layers` on have a window is not here. */
export const qwenWindow = ({ use_sliding_window: isUsed, sliding_window: window }: QwenConfig): number =>
  isUsed ? (window ?? Infinity) : Infinity;

/** Qwen2 and Qwen2.5: Llama with biases on queries, keys and values, whatever `attention_bias` says. */
export const qwen2: Family = {
  modelType: "qwen2",
  describe: (config: QwenConfig) =>
    gatedDecoder(config, { hasQkvBias: true, hasHeadNorms: false, window: qwenWindow(config) }),
};
