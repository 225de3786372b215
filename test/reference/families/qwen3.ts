import type { Family } from "./family.ts";
import { gatedDecoder } from "./gated-decoder.ts";
import type { GatedDecoderConfig } from "./gated-decoder.ts";
import { qwenWindow } from "./qwen2.ts";

/** Qwen3: Llama with an RMSNorm of each query and each key over its head's own values, and no biases. */
export const qwen3: Family = {
  modelType: "qwen3",
  describe: (config: GatedDecoderConfig) => gatedDecoder(config, { qkNorm: "head", window: qwenWindow(config) }),
};
