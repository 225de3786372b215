import { addScaled } from "#core/numeric/matrix.ts";
import { randomStream, sample } from "#core/numeric/random.ts";
import type { Intervention } from "#model/interventions.ts";
import type { NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { ablateEach, ablatedNeuron } from "./ablations.ts";
import type { Activations } from "./activations.ts";
import type { Capture } from "../capture.ts";
import { coefficientOf } from "../lens/increase.ts";
import type { Runner } from "../runner.ts";

/** Σ c_k v_k at the last position, c_k the coefficients: what the neurons write together, [modelDim]. */
export async function groupOutput(runner: Runner, run: Capture, neurons: readonly NeuronId[]): Promise<Float32Array> {
  const values = await runner.weights.valueVectors(neurons);
  let sum: Float32Array = new Float32Array(runner.spec.modelDim);
  neurons.forEach((at, index) => (sum = addScaled(sum, values[index]!, coefficientOf(run, at))));
  return sum;
}

/** Number of the neurons in each layer, [layer]. */
export function neuronsPerLayer(spec: Pick<ModelSpec, "layers">, neurons: readonly NeuronId[]): number[] {
  const counts = new Array<number>(spec.layers).fill(0);
  for (const { layer } of neurons) counts[layer]! += 1;
  return counts;
}

/**
 * Random groups with as many neurons in each layer as the given one, none of them in it; where a layer has not that many others,
 * they are drawn from the whole layer. One seed gives the same groups everywhere.
 */
export function randomGroups(
  spec: Pick<ModelSpec, "layers" | "neurons">,
  neurons: readonly NeuronId[],
  { draws, seed }: { readonly draws: number; readonly seed: number },
): NeuronId[][] {
  const random = randomStream(seed);
  const taken = new Set(neurons.map(({ layer, neuron }) => layer * spec.neurons + neuron));
  const pools = neuronsPerLayer(spec, neurons).map((count, layer) => {
    const all = Array.from({ length: count > 0 ? spec.neurons : 0 }, (_, neuron) => ({ layer, neuron }));
    const others = all.filter(({ neuron }) => !taken.has(layer * spec.neurons + neuron));
    return { count, pool: others.length >= count ? others : all };
  });
  return Array.from({ length: draws }, () => pools.flatMap(({ count, pool }) => sample(pool, count, random)));
}

export interface AblatedGroupOptions {
  readonly target: number;
  readonly interventions: readonly Intervention[];
  readonly ablationSource?: Activations | undefined;
  readonly signal?: AbortSignal;
}

/**
 * log p(target) at the last position with each of several sets of neurons ablated, on top of the interventions. An empty set is the
 * run with the interventions alone.
 *
 * @throws what `signal` was aborted with
 */
export async function ablatedLogProbabilities(
  runner: Runner,
  clean: Capture,
  sets: readonly (readonly NeuronId[])[],
  { interventions, ...question }: AblatedGroupOptions,
): Promise<number[]> {
  const variants = sets.map((set) => [...interventions, ...set.flatMap(ablatedNeuron)]);
  return (await ablateEach(runner, clean, variants, question)).map(({ logProbability }) => logProbability);
}

/** Mean and standard deviation (of the sample, n − 1; 0 for one value). */
export function meanAndSpread(values: readonly number[]): { readonly mean: number; readonly spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
