/** SiLU, the activation of Llama's gate: `x · sigmoid(x)`. */
export const silu = (x: number) => x / (1 + Math.exp(-x));

/** The exact GELU, `x · Φ(x)` with Φ the normal distribution. */
export const gelu = (x: number) => (x * (1 + erf(x / Math.SQRT2))) / 2;

/** GELU by tanh, as GPT-2 has it: `x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))`. */
export const geluNew = (x: number) => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2;

/**
 * The error function by the series `2/√π · e^(−x²) · Σ_n 2^n x^(2n+1) / (1·3·…·(2n+1))`, whose terms all have the sign
 * of x, so that nothing cancels.
 */
export function erf(x: number): number {
  // 1 − erf(6) is 2e-17
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
