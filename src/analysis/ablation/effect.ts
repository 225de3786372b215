interface WithAndWithout {
  /** log p(target) of a run, in nats. */
  readonly baseline: number;
  /** Of the same run with a part ablated. */
  readonly withoutIt: number;
}

/**
 * What a part is worth to the target, in nats: log p(target) as it is − log p(target) with the part ablated. Above 0 it supports the
 * target, below 0 it works against it. Whatever is called an effect, on the page, in a file, a link or a script, is this number.
 */
export const effectOf = ({ baseline, withoutIt }: WithAndWithout): number => baseline - withoutIt;
