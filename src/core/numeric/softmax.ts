/** `ln Σ exp(x_i)`, with the largest term taken out first so that nothing overflows; `-Infinity` for no terms. */
export function logSumExp(logits: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!);
  if (largest === -Infinity) return largest;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return largest + Math.log(sum);
}

/** ln of one token's probability, in nats: its logit − log-sum-exp. */
export const logProbability = (logits: ArrayLike<number>, id: number): number => logits[id]! - logSumExp(logits);

/** Probabilities in float64; they sum to 1 within rounding. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const total = logSumExp(logits);
  return Float64Array.from(logits, (logit) => Math.exp(logit - total));
}
