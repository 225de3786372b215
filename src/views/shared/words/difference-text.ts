/** A link's numbers have four decimals; a difference below the last one is none. */
const SMALLEST_SHOWN = 0.0001;

/** How far a link's number lies from the one found here, without a sign: `below 0.0001`, `0.00042`. */
export const differenceText = (difference: number) =>
  difference < SMALLEST_SHOWN ? `below ${SMALLEST_SHOWN}` : difference.toPrecision(2).replace("-", "−");
