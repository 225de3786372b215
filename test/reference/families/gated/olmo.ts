import { rotationOf } from "../../rotary.ts";
import type { RotaryParameters } from "../../rotary.ts";
import type { Family } from "../family.ts";
import { gatedDecoder } from "../gated-decoder.ts";
import type { GatedDecoderConfig } from "../gated-decoder.ts";

/** OLMo 2: `x += norm(attention(x))`, `x += norm(ffn(x))`; all queries of a position are normalised together, and all keys. */
export const olmo2: Family = {
  modelType: "olmo2",
  describe: (config: GatedDecoderConfig) => gatedDecoder(config, { norms: "post", qkNorm: "full" }),
};

interface Olmo3Config extends Omit<GatedDecoderConfig, "rope_parameters"> {
  readonly sliding_window?: number | null;
  readonly layer_types?: readonly string[];
  readonly rope_parameters?: RotaryParameters & Readonly<Record<string, RotaryParameters>>;
}

/** OLMo 3: of four layers three see a window, whose rotation is plain whatever the others' is. */
export const olmo3: Family = {
  modelType: "olmo3",
  describe: (config: Olmo3Config) => {
    const isFull = (layer: number) =>
      config.layer_types ? config.layer_types[layer] === "full_attention" : layer % 4 === 3;
    const { rope_theta: theta = 5e5, rope_parameters: own, sliding_window: window = 4096 } = config;
    const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
    const full = { rope_theta: theta, rope_scaling: own?.["full_attention"] ?? config.rope_scaling ?? null };
    const sliding = { rope_theta: theta, rope_scaling: own?.["sliding_attention"] ?? null };
    return gatedDecoder(config, {
      norms: "post",
      qkNorm: "full",
      window: (layer) => (isFull(layer) ? Infinity : (window ?? Infinity)),
      rotation: (layer) => rotationOf(isFull(layer) ? full : sliding, headDim),
    });
  },
};
