import { rotationOf } from "../../rotary.ts";
import type { Family } from "../family.ts";
import { gatedDecoder } from "../gated-decoder.ts";
import type { GatedDecoderConfig } from "../gated-decoder.ts";

interface SmolLm3Config extends GatedDecoderConfig {
  /** 1 where the layer turns. */
  readonly no_rope_layers?: readonly number[];
  readonly no_rope_layer_interval?: number;
}

/** SmolLM3: Llama; in every fourth layer nothing turns. */
export const smollm3: Family = {
  modelType: "smollm3",
  describe: (config: SmolLm3Config) => {
    const { no_rope_layers: turning, no_rope_layer_interval: every = 4 } = config;
    const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
    const rotation = rotationOf({ ...config, rope_theta: config.rope_theta ?? 2e6 }, headDim);
    return gatedDecoder(config, {
      rotation: (layer) => ((turning ? turning[layer] === 1 : (layer + 1) % every !== 0) ? rotation : undefined),
    });
  },
};
