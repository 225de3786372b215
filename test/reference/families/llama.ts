import type { Family } from "./family.ts";
import { gatedDecoder } from "./gated-decoder.ts";
import type { GatedDecoderConfig } from "./gated-decoder.ts";

/** Llama, TinyLlama, SmolLM2: biases only where the config asks for them; Llama 3 scales the rotation. */
export const llama: Family = {
  modelType: "llama",
  describe: (config: GatedDecoderConfig) => gatedDecoder(config, {}),
};
