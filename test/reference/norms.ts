import { hadamard, meanSquare, plus, scaled } from "./vectors.ts";

/** RMSNorm, or LayerNorm where it is centred: `(x − mean) · scale · gain + bias` with `scale = 1 / sqrt(var + ε)`. */
export interface Norm {
  /** True: LayerNorm takes the vector's mean out first. */
  readonly centred: boolean;
  readonly gain: Float64Array;
  /** Undefined: RMSNorm has none. */
  readonly bias: Float64Array | undefined;
  /** What is added to the mean square before its root is taken. */
  readonly epsilon: number;
}

/** `1 / sqrt(mean((x − mean)²) + ε)`; RMSNorm's mean is left in. */
export const normScale = (norm: Norm, x: Float64Array): number =>
  1 / Math.sqrt(meanSquare(middled(norm, x)) + norm.epsilon);

/** What the norm makes of `x` at a scale that is given, which is affine in `x`. */
export function normAtScale(norm: Norm, x: Float64Array, scale: number): Float64Array {
  const linear = normLinearPart(norm, x, scale);
  return norm.bias ? plus(linear, norm.bias) : linear;
}

/** The same without the bias, which is linear in `x`. */
export const normLinearPart = (norm: Norm, x: Float64Array, scale: number): Float64Array =>
  hadamard(scaled(middled(norm, x), scale), norm.gain);

/** The norm itself. */
export const normalised = (norm: Norm, x: Float64Array): Float64Array => normAtScale(norm, x, normScale(norm, x));

function middled({ centred }: Norm, x: Float64Array): Float64Array {
  if (!centred) return x;
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return x.map((value) => value - mean);
}
