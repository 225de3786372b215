import { refuse } from "../../config.ts";
import type { Family } from "../../spec.ts";
import { gatedSpec, gatedWeights } from "../llama.ts";

/** transformers' own default. */
const CONTEXT = 2048;

/** Granite 3 and 4 where they are dense: Llama's wiring with four constants, of the embedding, the residual, the scores and the logits. */
export const granite: Family = {
  name: "granite",
  architectures: ["GraniteForCausalLM"],
  readConfig(config) {
    const attention = config.positive("attention_multiplier", 1);
    refuse(
      attention > 1,
      `attention_multiplier is ${attention}; a number of at most 1 is needed, or scores leave float32`,
    );
    return {
      ...gatedSpec("granite", config, {
        biased: [
          ...(config.flag("attention_bias", false) ? (["qkv", "attn_out"] as const) : []),
          ...(config.flag("mlp_bias", false) ? (["ffn"] as const) : []),
        ],
        context: CONTEXT,
      }),
      scales: {
        embedding: config.positive("embedding_multiplier", 1),
        residual: config.positive("residual_multiplier", 1),
        attention,
        logits: 1 / config.positive("logits_scaling", 1),
      },
    };
  },
  weights: gatedWeights,
};
