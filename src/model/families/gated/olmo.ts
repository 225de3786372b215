import { kindPositions, rotaryPositions } from "../../rope.ts";
import type { Config, Family, ModelSpec } from "../../spec.ts";
import { gatedSpec, gatedWeights } from "../llama.ts";
import { layerKinds } from "./layer-kinds.ts";

/** What transformers' configs take missing fields for. */
const CONTEXT = 2048;
const NORM_EPS = 1e-5;
const WINDOW = 4096;
const THETA_3 = 5e5;

/** What OLMo 2 and 3 share: norms behind attention and FFN and none before, and of all heads' queries together, and keys. */
const olmoSpec = (
  family: string,
  config: Config,
  positions: (headDim: number) => ModelSpec["positions"],
): ModelSpec => ({
  ...gatedSpec(family, config, {
    biased: config.flag("attention_bias", false) ? ["qkv", "attn_out"] : [],
    context: CONTEXT,
    normEps: NORM_EPS,
    positions,
  }),
  norms: "post",
  qkNorm: "full",
});

export const olmo2: Family = {
  name: "olmo2",
  architectures: ["Olmo2ForCausalLM"],
  readConfig: (config) => olmoSpec("olmo2", config, (headDim) => rotaryPositions(config, headDim)),
  weights: gatedWeights,
};

/** OLMo 3: three layers of four see a window only, and only the others stretch their rotation. */
export const olmo3: Family = {
  name: "olmo3",
  architectures: ["Olmo3ForCausalLM"],
  readConfig(config) {
    const theta = config.positive("rope_theta", THETA_3);
    const spec = olmoSpec("olmo3", config, (headDim) => kindPositions(config, "full_attention", headDim, theta));
    const sliding = {
      positions: kindPositions(config, "sliding_attention", spec.headDim, theta),
      ...(config.has("sliding_window") && config.raw("sliding_window") === undefined
        ? {}
        : { window: config.count("sliding_window", WINDOW) }),
    };
    const kinds = layerKinds(config, (layer) => ((layer + 1) % 4 === 0 ? "full_attention" : "sliding_attention"));
    return { ...spec, perLayer: kinds.map((kind) => (kind === "full_attention" ? {} : sliding)) };
  },
  weights: gatedWeights,
};
