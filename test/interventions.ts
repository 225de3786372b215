import type { Intervention } from "#model/interventions.ts";

/** Off, if no scale is given. */
export const headAt = (layer: number, head: number, scale = 0): Intervention => ({
  kind: "head",
  at: { layer, head },
  scale,
});

/** Off, if no scale is given. */
export const neuronAt = (layer: number, neuron: number, scale = 0): Intervention => ({
  kind: "neuron",
  at: { layer, neuron },
  scale,
});
