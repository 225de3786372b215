/** The largest of many, found by bounds; `order` by value, largest first. */
export interface CertifiedTop {
  readonly order: readonly { readonly index: number; readonly value: number }[];
  readonly evaluated: number;
  /** True: no value that was not evaluated can be larger than the last one listed. */
  readonly certified: boolean;
}

export interface CertifiedOptions {
  readonly count: number;
  readonly evaluate: (indices: readonly number[]) => Promise<readonly number[]>;
  /** Give up after this many exact values; the list is then the best of those and not certified. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Exact values come from float32 log-sum-exps, which are good to some 1e-6 nats; a bound has to be beaten by more than that
 * before it settles anything.
 */
export const EVALUATION_SLACK = 1e-5;

/** One batch after the first: small enough that little is evaluated in vain, large enough that a session run pays. */
const CHUNK = 8;

/**
 * The `count` largest of `bounds.length` values, of which only upper bounds are known: values are evaluated in the order of
 * their bounds until the last one that makes the list exceeds the next bound. What is left cannot belong in the list.
 *
 * @throws what `signal` was aborted with
 */
export async function certifiedTop(bounds: Float64Array, options: CertifiedOptions): Promise<CertifiedTop> {
  const { count, evaluate, limit = bounds.length, signal } = options;
  const byBound = Uint32Array.from(bounds, (_, index) => index).sort((a, b) => bounds[b]! - bounds[a]! || a - b);
  const found: { index: number; value: number }[] = [];
  let evaluated = 0;
  const isSettled = () => {
    if (evaluated === byBound.length) return true;
    return found.length >= count && found[count - 1]!.value - EVALUATION_SLACK >= bounds[byBound[evaluated]!]!;
  };
  while (!isSettled() && evaluated < limit) {
    signal?.throwIfAborted();
    const size = Math.min(evaluated === 0 ? count : CHUNK, limit - evaluated);
    const indices = Array.from(byBound.subarray(evaluated, evaluated + size));
    const values = await evaluate(indices);
    indices.forEach((index, i) => found.push({ index, value: values[i]! }));
    found.sort((a, b) => b.value - a.value || a.index - b.index);
    evaluated += indices.length;
  }
  return { order: found.slice(0, count), evaluated, certified: isSettled() };
}
