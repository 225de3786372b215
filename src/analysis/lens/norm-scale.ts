import { hasPreNorm } from "#model/spec.ts";
import type { ModelSpec } from "#model/spec.ts";

/**
 * What a norm multiplies a vector by before its gain: 1 / √(mean(x²) + ε), in a LayerNorm model 1 / √(var(x) + ε). Taken once from
 * a layer's true input and kept for every part of it, the norm is linear, and what it makes of the parts adds up.
 */
export function normScale({ norm, normEps }: Pick<ModelSpec, "norm" | "normEps">, x: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    sum += x[i]!;
    squares += x[i]! ** 2;
  }
  const mean = norm === "layer" ? sum / x.length : 0;
  return 1 / Math.sqrt(squares / x.length - mean ** 2 + normEps);
}

/** Scale of the norm that a layer's attention or FFN reads through; 1 where it reads the residual as it is. */
export const preNormScale = (spec: Pick<ModelSpec, "norm" | "norms" | "normEps">, x: ArrayLike<number>): number =>
  hasPreNorm(spec) ? normScale(spec, x) : 1;
