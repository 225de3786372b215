import { addScaled, matrix } from "#core/matrix.ts";
import { randomStream, sample } from "#core/random.ts";
import type { Intervention } from "#model/interventions.ts";
import type { NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { rowsThatFit } from "./batch-budget.ts";
import { scales } from "./capture.ts";
import type { Capture } from "./capture.ts";
import { activationOf } from "./increase.ts";
import { throughLayers } from "./layers.ts";
import type { BlockRun, Runner } from "./runner.ts";

/** Σ m_k v_k at the last position: what the neurons write together, [modelDim]. */
export async function groupOutput(runner: Runner, run: Capture, neurons: readonly NeuronId[]): Promise<Float32Array> {
  const values = await runner.weights.valueVectors(neurons);
  let sum: Float32Array = new Float32Array(runner.spec.modelDim);
  neurons.forEach((at, index) => (sum = addScaled(sum, values[index]!, activationOf(run, at))));
  return sum;
}

/** How many of the neurons lie in each layer, [layer]. */
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

export interface WithoutOptions {
  readonly target: number;
  readonly interventions: readonly Intervention[];
  readonly signal?: AbortSignal;
}

/**
 * log p(target) at the last position with each of several sets of neurons at 0, on top of the interventions: the sets are variants
 * of one batch that starts at the first layer that any of them touches. An empty set is the run with the interventions alone.
 *
 * @throws what `signal` was aborted with
 */
export async function logProbabilitiesWithout(
  runner: Runner,
  clean: Capture,
  sets: readonly (readonly NeuronId[])[],
  options: WithoutOptions,
): Promise<number[]> {
  const atOnce = rowsThatFit(runner.spec, clean.ids.length);
  const found: number[] = [];
  while (found.length < sets.length) {
    found.push(...(await runWithout(runner, clean, sets.slice(found.length, found.length + atOnce), options)));
  }
  return found;
}

async function runWithout(
  runner: Runner,
  clean: Capture,
  sets: readonly (readonly NeuronId[])[],
  { target, interventions, signal }: WithoutOptions,
): Promise<number[]> {
  const { spec } = runner;
  const touched = [...interventions.map(({ at }) => at.layer), ...sets.flat().map(({ layer }) => layer)];
  const first = touched.reduce((least, layer) => Math.min(least, layer), spec.layers - 1);
  const start = runner.upload(clean.layers[first]!.residPre.data, 1, clean.ids.length);
  const residual = await throughLayers(runner, start, {
    from: first,
    runOf: (layer) => ({
      ...(layer === first && { variants: sets.map(() => 0) }),
      ...scalesWithout(spec, layer, sets, interventions),
    }),
    signal,
  });
  try {
    const { logSumExp, targetLogits } = await runner.unembed(residual, {
      positions: [clean.ids.length - 1],
      targets: [target],
      wants: ["logSumExp", "targetLogits"],
    });
    return sets.map((_, row) => targetLogits[row]! - logSumExp[row]!);
  } finally {
    runner.release(residual);
  }
}

function scalesWithout(
  spec: ModelSpec,
  layer: number,
  sets: readonly (readonly NeuronId[])[],
  interventions: readonly Intervention[],
): BlockRun {
  const shared = scales(spec, layer, interventions);
  const here = sets.map((set) => set.filter((at) => at.layer === layer));
  if (here.every((set) => set.length === 0)) return shared;
  const neuronScale = matrix(sets.length, spec.neurons, new Float32Array(sets.length * spec.neurons).fill(1));
  here.forEach((set, row) => {
    if (shared.neuronScale) neuronScale.data.set(shared.neuronScale.data, row * spec.neurons);
    for (const { neuron } of set) neuronScale.data[row * spec.neurons + neuron] = 0;
  });
  return { ...shared, neuronScale };
}

/** Mean and standard deviation (of the sample, n − 1; 0 for one value). */
export function meanAndSpread(values: readonly number[]): { readonly mean: number; readonly spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, spread: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
