import { symmetricLimit } from "../colour.ts";

/** A bar in shares of the room it has: `start` and `size` from 0 to 1. */
export interface Bar {
  readonly start: number;
  readonly size: number;
}

/**
 * Bars of one list on one scale, longest value full. With a value below 0 the zero line moves to the middle, so that
 * sign is also a side.
 *
 * @param limit the value of a full bar; left out, the largest of the list
 */
export function signedBars(values: readonly number[], limit = symmetricLimit(values)): Bar[] {
  const isSigned = values.some((value) => value < 0);
  const zero = isSigned ? 0.5 : 0;
  const reach = isSigned ? 0.5 : 1;
  return values.map((value) => {
    const size = limit > 0 ? Math.min(1, Math.abs(value) / limit) * reach : 0;
    return { start: value < 0 ? zero - size : zero, size };
  });
}
