import { plainFrequencies } from "../../rotary.ts";
import type { Rotation } from "../../rotary.ts";
import type { Family } from "../family.ts";
import { gatedDecoder } from "../gated-decoder.ts";
import type { GatedDecoderConfig } from "../gated-decoder.ts";

interface Phi3Config extends Omit<GatedDecoderConfig, "rope_scaling"> {
  readonly sliding_window?: number | null;
  readonly max_position_embeddings: number;
  readonly original_max_position_embeddings?: number;
  /** The share of a head's dimensions that turns. */
  readonly partial_rotary_factor?: number;
  readonly rope_scaling?: {
    readonly type?: string;
    readonly short_factor: readonly number[];
    readonly long_factor: readonly number[];
  } | null;
}

/**
 * Phi-3 and Phi-4-mini: Llama with queries, keys and values in one tensor and gate and up in another. LongRoPE divides each pair's
 * frequency by a number of its own, of one list in prompts up to the original context o and of another beyond, and multiplies what turns by
 * √(1 + ln(context / o) / ln o).
 */
export const phi3: Family = {
  modelType: "phi3",
  describe: (config: Phi3Config) => {
    const { rope_scaling: scaling, sliding_window: window, rope_theta: base = 1e4, ...rest } = config;
    const headDim = config.hidden_size / config.num_attention_heads;
    const plain = plainFrequencies(base, Math.floor(headDim * (config.partial_rotary_factor ?? 1)));
    const original = config.original_max_position_embeddings ?? 4096;
    const stretch = config.max_position_embeddings / original;
    const magnitude = scaling && stretch > 1 ? Math.sqrt(1 + Math.log(stretch) / Math.log(original)) : 1;
    const by = (divisors: readonly number[] | undefined): Rotation => ({
      frequencies: plain.map((frequency, pair) => frequency / (divisors?.[pair] ?? 1)),
      magnitude,
    });
    const [short, long] = [by(scaling?.short_factor), by(scaling?.long_factor)];
    return gatedDecoder(rest, {
      isFused: true,
      window: () => window ?? Infinity,
      rotation: (_layer, tokens) => (tokens > original ? long : short),
    });
  },
};
