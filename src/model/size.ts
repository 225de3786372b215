import { checkLayers, refuse } from "./config.ts";
import { isGated } from "./spec.ts";
import type { ModelSpec } from "./spec.ts";

/**
 * In 4 bits these take 110 GB, more than any browser gives a page. A config beyond it is refused by arithmetic alone, and no
 * product of its fields then comes near 2⁵³.
 */
const MAX_PARAMETERS = 2e11;

/**
 * How many weights the spec has, biases and gains aside:
 * V·d·(1 or 2) + L·(d·dh·(2·H + 2·K) + N·d·(3 gated, else 2)), and C·d where positions are learned.
 */
export function parameterEstimate(spec: ModelSpec): number {
  const { modelDim: d, headDim, heads, kvHeads, neurons, vocabulary, layers, context } = spec;
  const attention = d * headDim * (2 * heads + 2 * kvHeads);
  const ffn = neurons * d * (isGated(spec) ? 3 : 2);
  const tables = vocabulary * d * (spec.tied ? 1 : 2) + (spec.positions.kind === "learned" ? context * d : 0);
  return tables + layers * (attention + ffn);
}

/** @throws Fault "bad-config" for a model that no machine here could hold */
export function checkSize(spec: ModelSpec): ModelSpec {
  const parameters = parameterEstimate(spec);
  checkLayers(spec.layers);
  refuse(
    parameters > MAX_PARAMETERS,
    `it describes a model of some ${parameters.toPrecision(3)} parameters; at most ${MAX_PARAMETERS.toPrecision(1)} can be read`,
  );
  return spec;
}
