import type { CurvePoint } from "#charts/plots/curve-plot.ts";

export const NO_POINT: CurvePoint = { value: Number.NaN, low: Number.NaN, high: Number.NaN };

/** A point of a curve without an interval. */
export const pointAt = (value: number): CurvePoint => ({ ...NO_POINT, value });

/** Over k, with the model as it is before the first of them. */
export const kLabels = (rows: readonly { readonly count: number }[]) => [
  "0",
  ...rows.map(({ count }) => String(count)),
];
