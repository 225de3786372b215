import { shown } from "#core/shown.ts";
import { refuse } from "../../config.ts";
import { kindPositions, rotaryPositions } from "../../rope.ts";
import type { Config, Family, ModelSpec, Softcaps } from "../../spec.ts";
import { layerKinds } from "./layer-kinds.ts";
import { gatedSpec, gatedWeights } from "../llama.ts";

/** What transformers' configs take missing fields for. */
const HEAD_DIM = 256;
const KV_HEADS = 4;
const QUERY_SCALAR = 256;
const WINDOW = 4096;
const CONTEXT_2 = 8192;
const CONTEXT_3 = 131_072;
const GLOBAL_THETA = 1e6;
const LOCAL_THETA = 1e4;
const PATTERN = 6;

/** Gemma's weights; of its gains the files have what they differ from 1 by. */
const weights: Family["weights"] = (spec, has) => gatedWeights(spec, has, { plus: 1 });

/**
 * Gemma 2: embeddings times √modelDim, norms before and behind both parts, attention's scores and the logits soft-capped, every other
 * layer's attention in a sliding window.
 */
export const gemma2: Family = {
  name: "gemma2",
  architectures: ["Gemma2ForCausalLM"],
  readConfig(config) {
    const caps = {
      attention: capOf(config, "attn_logit_softcapping", 50),
      final: capOf(config, "final_logit_softcapping", 30),
    };
    const spec = gemmaSpec("gemma2", config, { context: CONTEXT_2, caps });
    const kinds = layerKinds(config, (layer) => (layer % 2 === 0 ? "sliding_attention" : "full_attention"));
    return { ...spec, perLayer: kinds.map((kind) => (kind === "full_attention" ? {} : windowOf(config))) };
  },
  weights,
};

/** Gemma 3, the part that reads text: Gemma 2 with norms of queries and keys instead of soft-caps, and a rotation for each kind of layer. */
export const gemma3: Family = {
  name: "gemma3_text",
  architectures: ["Gemma3ForCausalLM"],
  readConfig(config) {
    refuse(
      config.raw("attn_logit_softcapping") !== undefined,
      `attn_logit_softcapping is ${shown(config.raw("attn_logit_softcapping"))}; Gemma 3 has none`,
    );
    const spec = gemmaSpec("gemma3_text", config, {
      context: CONTEXT_3,
      caps: { final: capOf(config, "final_logit_softcapping") },
      globalTheta: GLOBAL_THETA,
    });
    const every = config.count("sliding_window_pattern", PATTERN);
    const kinds = layerKinds(config, (layer) => ((layer + 1) % every === 0 ? "full_attention" : "sliding_attention"));
    const localTheta = config.positive("rope_local_base_freq", LOCAL_THETA);
    const local = {
      ...windowOf(config),
      positions: kindPositions(config, "sliding_attention", spec.headDim, localTheta),
    };
    return { ...spec, qkNorm: "head", perLayer: kinds.map((kind) => (kind === "full_attention" ? {} : local)) };
  },
  weights,
};

interface Differences {
  readonly context: number;
  readonly caps: { readonly [part in keyof Softcaps]: Softcaps[part] | undefined };
  /** Gemma 3: the base of the layers that see everything; a rotation of their own. */
  readonly globalTheta?: number;
}

function gemmaSpec(family: string, config: Config, { context, caps, globalTheta }: Differences): ModelSpec {
  const activation = config.raw("hidden_activation") ?? "gelu_pytorch_tanh";
  refuse(activation !== "gelu_pytorch_tanh", `hidden_activation is ${shown(activation)}; gelu_pytorch_tanh is needed`);
  refuse(
    config.flag("use_bidirectional_attention", false),
    "use_bidirectional_attention is true; attention to what came before is needed",
  );
  const spec = gatedSpec(family, config, {
    biased: config.flag("attention_bias", false) ? ["qkv", "attn_out"] : [],
    kvHeads: KV_HEADS,
    headDim: HEAD_DIM,
    context,
    tied: true,
    activation: "gelu-tanh-gated",
    positions: (headDim) =>
      globalTheta === undefined
        ? rotaryPositions(config, headDim)
        : kindPositions(config, "full_attention", headDim, config.positive("rope_theta", globalTheta)),
  });
  const scalar = config.positive("query_pre_attn_scalar", QUERY_SCALAR);
  refuse(scalar < 1, `query_pre_attn_scalar is ${scalar}; a number of at least 1 is needed`);
  const softcap = {
    ...(caps.attention !== undefined && { attention: caps.attention }),
    ...(caps.final !== undefined && { final: caps.final }),
  };
  return {
    ...spec,
    norms: "both",
    scales: { embedding: Math.sqrt(spec.modelDim), attention: 1 / Math.sqrt(scalar) },
    ...(Object.keys(softcap).length > 0 && { softcap }),
  };
}

/** Null is no cap; a missing field is transformers' own. */
const capOf = (config: Config, field: string, fallback?: number): number | undefined =>
  (config.has(field) ? config.raw(field) : fallback) === undefined ? undefined : config.positive(field, fallback);

/** Null is no window. */
const windowOf = (config: Config): { readonly window?: number } =>
  config.has("sliding_window") && config.raw("sliding_window") === undefined
    ? {}
    : { window: config.count("sliding_window", WINDOW) };
