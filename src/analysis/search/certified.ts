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
  /**
   * Tighter upper bounds at a part of an exact value's cost. Left out: there are none. What is evaluated was refined before, unless it
   * is among the first `count`.
   */
  readonly refine?: (indices: readonly number[]) => Promise<readonly number[]>;
  /** Give up after looking at this many; the list is then the best of those evaluated and not certified. */
  readonly limit?: number;
  /** Told after each batch how many may still belong in the list; there is no saying before `count` are known. */
  readonly onOpen?: (open: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Exact values come from float32 log-sum-exps, which are good to some 1e-6 nats; a bound has to be beaten by more than that
 * before it settles anything.
 */
export const EVALUATION_SLACK = 1e-5;

/** Size of a batch after the first: small enough that little is evaluated in vain, large enough that a session run pays. */
const CHUNK = 8;
/** Size of a long search's next batch, as a share of what was looked at: a session run costs much besides its rows. */
const GROWTH = 1 / 2;
/** Largest batch, so that a stop is felt. */
const MAX_CHUNK = 48;

interface Bounded {
  readonly index: number;
  readonly bound: number;
}

/**
 * The `count` largest of `bounds.length` values, of which only upper bounds are known: values are evaluated in the order of
 * their bounds until the last one that makes the list exceeds the next bound. What is left cannot belong in the list. Where bounds
 * can be made tighter, that is done first, and only what is still open then is evaluated.
 *
 * @throws what `signal` was aborted with
 */
export async function certifiedTop(bounds: Float64Array, options: CertifiedOptions): Promise<CertifiedTop> {
  const { count, evaluate, refine, limit = bounds.length, onOpen, signal } = options;
  const byBound = Uint32Array.from(bounds, (_, index) => index).sort((a, b) => bounds[b]! - bounds[a]! || a - b);
  const found: { index: number; value: number }[] = [];
  /** Refined and not evaluated, the largest bound first. */
  let refined: Bounded[] = [];
  let looked = 0;
  /** Bounds below this settle their values, once `count` are known. */
  const needed = () => (found.length >= count ? found[count - 1]!.value - EVALUATION_SLACK : -Infinity);
  const nextBound = () => (looked < byBound.length ? bounds[byBound[looked]!]! : -Infinity);
  const isOpen = (bound: number) => found.length < count || bound > needed();
  const isSettled = () => {
    if (looked === byBound.length && refined.length === 0) return true;
    return found.length >= count && Math.max(nextBound(), refined[0]?.bound ?? -Infinity) <= needed();
  };
  const batch = () => Math.min(MAX_CHUNK, Math.max(CHUNK, Math.floor(looked * GROWTH)));
  /** Indices not looked at yet, in the order of their bounds, of those that are open. */
  const take = (size: number) => {
    const last = Math.min(looked + size, limit, byBound.length);
    const indices: number[] = [];
    while (looked < last && isOpen(nextBound())) indices.push(byBound[looked++]!);
    return indices;
  };
  const evaluateAll = async (indices: readonly number[]) => {
    const values = await evaluate(indices);
    indices.forEach((index, i) => found.push({ index, value: values[i]! }));
    found.sort((a, b) => b.value - a.value || a.index - b.index);
  };
  while (!isSettled()) {
    signal?.throwIfAborted();
    const isRefinedNext = refined.length > 0 && (refined[0]!.bound >= nextBound() || looked >= limit);
    if (isRefinedNext) {
      await evaluateAll(refined.splice(0, batch()).map(({ index }) => index));
    } else {
      const isFirst = looked === 0;
      const indices = take(isFirst ? count : batch());
      if (indices.length === 0) break;
      if (isFirst || !refine) await evaluateAll(indices);
      else {
        const tighter = await refine(indices);
        refined.push(...indices.map((index, i) => ({ index, bound: Math.min(bounds[index]!, tighter[i]!) })));
        refined.sort((a, b) => b.bound - a.bound || a.index - b.index);
      }
    }
    refined = refined.filter(({ bound }) => isOpen(bound));
    if (onOpen && found.length >= count) onOpen(refined.length + openFrom(looked));
  }
  return { order: found.slice(0, count), evaluated: found.length, certified: isSettled() };

  /** How many that were not looked at may belong in the list. */
  function openFrom(from: number): number {
    let end = from;
    while (end < byBound.length && isOpen(bounds[byBound[end]!]!)) end++;
    return end - from;
  }
}
