import type { Family } from "../family.ts";
import { gatedDecoder } from "../gated-decoder.ts";
import type { GatedDecoderConfig } from "../gated-decoder.ts";

interface GraniteConfig extends GatedDecoderConfig {
  readonly embedding_multiplier?: number;
  readonly residual_multiplier?: number;
  readonly attention_multiplier?: number;
  /** Logits are divided by it. */
  readonly logits_scaling?: number;
}

/** Granite: Llama with constants at four places. */
export const granite: Family = {
  modelType: "granite",
  describe: (config: GraniteConfig) =>
    gatedDecoder(config, {
      embeddingScale: config.embedding_multiplier ?? 1,
      values: {
        scoreScale: config.attention_multiplier ?? 1,
        residualScale: config.residual_multiplier ?? 1,
        logitScale: 1 / (config.logits_scaling ?? 1),
      },
    }),
};
