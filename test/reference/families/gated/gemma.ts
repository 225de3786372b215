import { geluNew } from "../../activations.ts";
import { rotationOf } from "../../rotary.ts";
import type { RotaryParameters } from "../../rotary.ts";
import type { Description, Family } from "../family.ts";
import { gatedDecoder } from "../gated-decoder.ts";
import type { GatedDecoderConfig } from "../gated-decoder.ts";

interface GemmaConfig extends Omit<GatedDecoderConfig, "rope_parameters"> {
  readonly hidden_activation?: string;
  readonly query_pre_attn_scalar?: number;
  readonly attn_logit_softcapping?: number | null;
  readonly final_logit_softcapping?: number | null;
  readonly sliding_window?: number | null;
  readonly layer_types?: readonly string[];
  /** Of every so many layers the last one sees everything (Gemma 3). */
  readonly sliding_window_pattern?: number;
  readonly rope_local_base_freq?: number;
  readonly rope_parameters?: RotaryParameters & Readonly<Record<string, RotaryParameters>>;
}

/**
 * What Gemma 2 and 3 share: embeddings times √d; gains stored less 1; a norm before and behind attention and FFN; GELU by tanh in the gate;
 * scores over √query_pre_attn_scalar; some layers see a window only.
 */
function gemma(config: GemmaConfig, isFull: (layer: number) => boolean) {
  if ((config.hidden_activation ?? "gelu_pytorch_tanh") !== "gelu_pytorch_tanh") {
    throw new Error("reference: a gemma with another activation is not here");
  }
  const { final_logit_softcapping: logitCap, attn_logit_softcapping: scoreCap } = config;
  const sees = (layer: number) => (config.layer_types ? config.layer_types[layer] === "full_attention" : isFull(layer));
  const values: Partial<Description> = {
    scoreScale: (config.query_pre_attn_scalar ?? 256) ** -0.5,
    logitCap: logitCap ?? undefined,
    scoreCap: scoreCap ?? undefined,
  };
  const parts = {
    norms: "both",
    isGainFrom1: true,
    act: geluNew,
    embeddingScale: Math.sqrt(config.hidden_size),
    window: (layer: number) => (sees(layer) ? Infinity : (config.sliding_window ?? Infinity)),
    values,
  } as const;
  return { parts, sees };
}

/** Gemma 2: scores and logits capped; of two layers the first has the window. */
export const gemma2: Family = {
  modelType: "gemma2",
  describe: (config: GemmaConfig) =>
    gatedDecoder(
      config,
      gemma({ attn_logit_softcapping: 50, final_logit_softcapping: 30, ...config }, (l) => l % 2 === 1).parts,
    ),
};

/** Gemma 3's text model: queries and keys normalised, no caps; the layers with a window turn by another base. */
export const gemma3: Family = {
  modelType: "gemma3_text",
  describe: (config: GemmaConfig) => {
    const { sliding_window_pattern: every = 6, rope_theta: global = 1e6, rope_local_base_freq: local = 1e4 } = config;
    const { parts, sees } = gemma(config, (layer) => (layer + 1) % every === 0);
    const headDim = config.head_dim ?? 256;
    const { full_attention: ofFull, sliding_attention: ofSliding } = config.rope_parameters ?? {};
    const full = rotationOf({ rope_theta: global, rope_scaling: ofFull ?? config.rope_scaling ?? null }, headDim);
    const sliding = rotationOf({ rope_theta: local, rope_scaling: ofSliding ?? null }, headDim);
    return gatedDecoder(config, {
      ...parts,
      qkNorm: "head",
      rotation: (layer) => (sees(layer) ? full : sliding),
    });
  },
};
