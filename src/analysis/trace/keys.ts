import { dot, rowOf } from "#core/numeric/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Capture } from "../capture.ts";
import type { NeuronKeys, Runner } from "../runner.ts";

/**
 * An inner product with a neuron's keys, γ ⊙ its rows of up and gate: what a vector adds to what the neuron reads, before the
 * norm divides the sum by the root mean square of the whole residual. No unit. In an FFN without a gate there is `up` alone.
 */
export interface KeyScore {
  readonly up: number;
  readonly gate?: number;
}

/** One residual direction for each key of a neuron: the keys themselves, or what they read through an attention layer. */
export interface KeyDirections {
  readonly up: Float64Array;
  readonly gate?: Float64Array;
}

export const asDirections = ({ up, gate }: NeuronKeys): KeyDirections => ({
  up: Float64Array.from(up),
  ...(gate && { gate: Float64Array.from(gate) }),
});

/** The inner products of a vector with both directions. */
export const scoreOf = (vector: ArrayLike<number>, { up, gate }: KeyDirections): KeyScore => ({
  up: dot(vector, up),
  ...(gate && { gate: dot(vector, gate) }),
});

/** Does the same for both keys, one after the other: each may read weights. */
export async function forBoth<From, To>(
  { up, gate }: { readonly up: From; readonly gate?: From },
  make: (each: From) => Promise<To> | To,
): Promise<{ readonly up: To; readonly gate?: To }> {
  const first = await make(up);
  return gate === undefined ? { up: first } : { up: first, gate: await make(gate) };
}

/** up + gate: what the paper sorts heads and neurons by. */
export const sumOfKeys = ({ up, gate = 0 }: KeyScore): number => up + gate;

/** What a layer's FFN reads at a position, before its norm where it has one. */
export function ffnInput({ spec }: Runner, run: Capture, layer: number, position: number): Float32Array {
  const { residPre, residMid } = run.layers[layer]!;
  return rowOf(spec.block === "sequential" ? residMid : residPre, position);
}

/** The keys' products with the residual that the neuron reads at the last position, and the sign of each: [C] cell 7. */
export async function residualScore(runner: Runner, run: Capture, at: NeuronId): Promise<KeyScore> {
  const keys = asDirections(await runner.weights.neuronKeys(at));
  return scoreOf(ffnInput(runner, run, at.layer, run.ids.length - 1), keys);
}
