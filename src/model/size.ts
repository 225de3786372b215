import { checkLayers, refuse } from "./config.ts";
import { parametersOf } from "./cost/memory.ts";
import { isGated } from "./spec.ts";
import type { ModelSpec } from "./spec.ts";

/**
 * Limit of a model's parameters: in 4 bits these take 110 GB, more than any browser gives a page. A config beyond it is refused by arithmetic
 * alone, and no product of its fields then comes near 2⁵³.
 */
const MAX_PARAMETERS = 2e11;

/** How many weights the spec has, biases and gains aside; see `parametersOf`. */
export const parameterEstimate = (spec: ModelSpec): number =>
  parametersOf({
    ...spec,
    ffnMatrices: isGated(spec) ? 3 : 2,
    hasLearnedPositions: spec.positions.kind === "learned",
  });

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
