import { addScaled, fromRows, rowOf } from "#core/matrix.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import { headZ } from "./capture.ts";
import type { Capture } from "./capture.ts";
import { lensLogProbabilities } from "./lens.ts";
import type { FrozenLens } from "./lens.ts";

/** log p(target) gained by each sub-layer, in nats. */
export interface SublayerIncreases {
  readonly attention: number[];
  readonly ffn: number[];
}

/**
 * The paper's log-probability increase of each attention and FFN layer at the last position, through the lens:
 * attention[l] = log p(residMid) − log p(residPre), ffn[l] = log p(residPost) − log p(residMid).
 *
 * They telescope: all of them together are log p at the final residual minus log p at the embedding. It is a difference of
 * two log-softmaxes, not direct logit attribution.
 */
export async function layerIncreases(lens: FrozenLens, run: Capture, target: number): Promise<SublayerIncreases> {
  const last = run.ids.length - 1;
  const stages = run.layers.flatMap(({ residPre, residMid }) => [rowOf(residPre, last), rowOf(residMid, last)]);
  const vectors = fromRows([...stages, rowOf(run.residFinal, last)], run.residFinal.cols);
  const logProbability = await lensLogProbabilities(lens, vectors, target);
  const gain = (stage: number) => logProbability[stage + 1]! - logProbability[stage]!;
  return {
    attention: run.layers.map((_, layer) => gain(2 * layer)),
    ffn: run.layers.map((_, layer) => gain(2 * layer + 1)),
  };
}

/** log p(residPre + head's output) − log p(residPre) at the last position: what the head alone adds to its layer's input. */
export async function headIncrease(lens: FrozenLens, run: Capture, at: HeadId, target: number): Promise<number> {
  const base = rowOf(run.layers[at.layer]!.residPre, run.ids.length - 1);
  const vectors = fromRows([base, addScaled(base, await headOutput(lens, run, at))], base.length);
  const [before, after] = await lensLogProbabilities(lens, vectors, target);
  return after! - before!;
}

/** What a head writes at the last position, [modelDim]. */
export function headOutput({ runner }: FrozenLens, run: Capture, at: HeadId): Promise<Float32Array> {
  return runner.weights.headOutput(at, headZ(run, runner.spec, at, run.ids.length - 1));
}

/** A neuron's activation at the last position, the paper's coefficient score. */
export function activationOf(run: Capture, at: NeuronId): number {
  return rowOf(run.layers[at.layer]!.post, run.ids.length - 1)[at.neuron]!;
}

/** A neuron in one run, and log p(target) at that run's residMid of its layer. */
export interface NeuronInRun {
  readonly run: Capture;
  readonly at: NeuronId;
  readonly atBase: number;
}

/** log p(residMid + activation · value vector) − log p(residMid) at the last position, for each neuron asked for. */
export async function neuronIncreases(
  lens: FrozenLens,
  neurons: readonly NeuronInRun[],
  target: number,
): Promise<number[]> {
  const { spec, weights } = lens.runner;
  const values = await weights.valueVectors(neurons.map(({ at }) => at));
  const vectors = fromRows(
    neurons.map(({ run, at }, index) => addScaled(midOf(run, at.layer), values[index]!, activationOf(run, at))),
    spec.modelDim,
  );
  const raised = await lensLogProbabilities(lens, vectors, target);
  return neurons.map(({ atBase }, row) => raised[row]! - atBase);
}

/** residMid of a layer at the last position: what the layer's neurons add to. */
export const midOf = (run: Capture, layer: number) => rowOf(run.layers[layer]!.residMid, run.ids.length - 1);
