import type { ExperimentResult } from "#protocol/experiments.ts";

export type AdaptersOf = Extract<ExperimentResult, { readonly kind: "adapters" }>;
export type AdapterRow = AdaptersOf["found"]["adapters"][number];

/** Adapters in the order of the first layer that each one changes; equal ones as they were asked. */
export const byLayer = (adapters: readonly AdapterRow[]): readonly AdapterRow[] =>
  [...adapters].sort((a, b) => a.layers[0]! - b.layers[0]!);

/** `3`, `0–5`, `0, 2, 4`: as short as below a point of a figure. */
export function layersLabel(layers: readonly number[]): string {
  const [first, ...rest] = layers;
  const last = rest.at(-1);
  if (last === undefined) return String(first);
  return last - first! === rest.length ? `${first}–${last}` : layers.join(", ");
}
