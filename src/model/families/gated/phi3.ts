import { layersOf, refuse } from "../../config.ts";
import { shown } from "#core/shown.ts";
import { longRotaryPositions, ropeFields, rotaryPositions } from "../../rope.ts";
import type { Config, Family, ModelSpec } from "../../spec.ts";
import { gatedSpec, gatedWeights } from "../llama.ts";

/** What transformers' Phi3Config takes missing fields for. */
const CONTEXT = 4096;
const NORM_EPS = 1e-5;

/**
 * Phi-3, Phi-3.5 and Phi-4-mini: Llama's wiring; queries, keys and values in one tensor, gates and ups in another; a part of each head may
 * turn, and turn slower in prompts beyond the original context.
 */
export const phi3: Family = {
  name: "phi3",
  architectures: ["Phi3ForCausalLM"],
  readConfig(config) {
    const spec = gatedSpec("phi3", config, {
      context: CONTEXT,
      normEps: NORM_EPS,
      positions: (headDim) => phiPositions(config, headDim),
    });
    if (config.raw("sliding_window") === undefined) return spec;
    const window = config.count("sliding_window");
    return { ...spec, perLayer: Array.from({ length: layersOf(config) }, () => ({ window })) };
  },
  weights: (spec, has) => gatedWeights(spec, has, { isFused: true }),
};

function phiPositions(config: Config, headDim: number): ModelSpec["positions"] {
  const fields = ropeFields(config);
  const share = fields.partial_rotary_factor ?? config.raw("partial_rotary_factor") ?? 1;
  refuse(
    typeof share !== "number" || !(share > 0 && share <= 1),
    `partial_rotary_factor is ${shown(share)}; a number above 0, at most 1, is needed`,
  );
  const dims = Math.floor(headDim * (share as number));
  const kind = fields.rope_type ?? fields.type ?? "default";
  // the first Phi-3's configs call it su, and yarn, which it is not
  const isLong = kind === "longrope" || kind === "su" || kind === "yarn";
  return isLong ? longRotaryPositions(config, dims, CONTEXT) : rotaryPositions(config, dims);
}
