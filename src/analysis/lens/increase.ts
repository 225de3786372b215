import { addScaled, fromRows, rowOf } from "#core/numeric/matrix.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import { attentionFactor, coefficientAt, headZ } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { lensLogProbabilities } from "./lens.ts";
import type { FrozenLens } from "./lens.ts";
import { ofHead, subvalues } from "./subvalues.ts";

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

/** Heads whose increases are found in one go: rows of logits that a GPU holds. */
const HEADS_AT_ONCE = 256;

/**
 * `headIncrease` of every head, [layer][head]: log p(residPre + head's output) − log p(residPre), in nats, all heads in one batch
 * as far as they fit. The sister paper's head-level increase.
 *
 * @see Yu & Ananiadou (2024), arXiv 2312.12141
 */
export async function headIncreases(lens: FrozenLens, run: Capture, target: number): Promise<number[][]> {
  const { spec } = lens.runner;
  const raised: Float32Array[] = [];
  for (const [layer, { residPre }] of run.layers.entries()) {
    const base = rowOf(residPre, run.ids.length - 1);
    for (let head = 0; head < spec.heads; head++) {
      raised.push(addScaled(base, await headOutput(lens, run, { layer, head })));
    }
  }
  const bases = run.layers.map(({ residPre }) => rowOf(residPre, run.ids.length - 1));
  const before = await lensLogProbabilities(lens, fromRows(bases, spec.modelDim), target);
  const after: number[] = [];
  for (let from = 0; from < raised.length; from += HEADS_AT_ONCE) {
    const chunk = fromRows(raised.slice(from, from + HEADS_AT_ONCE), spec.modelDim);
    after.push(...(await lensLogProbabilities(lens, chunk, target)));
  }
  return run.layers.map((_, layer) =>
    after.slice(layer * spec.heads, (layer + 1) * spec.heads).map((value) => value - before[layer]!),
  );
}

/** What a head takes from one position, and what that does to the target. */
export interface PositionIncrease {
  readonly position: number;
  /** α[h, last, p], 0 to 1. */
  readonly attention: number;
  /** In nats. */
  readonly increase: number;
  /** W_O^h (α v_p), through the norm behind it where there is one, [modelDim]: they sum to the head's output. */
  readonly vector: Float32Array;
}

/**
 * The increase of each source position inside a head: log p(residPre + W_O^h (α[last, p] · v_p)) − log p(residPre), in nats.
 * The vectors add up to the head's output; the increases do not add up.
 */
export async function positionIncreases(
  lens: FrozenLens,
  run: Capture,
  at: HeadId,
  target: number,
): Promise<PositionIncrease[]> {
  const { spec, weights } = lens.runner;
  const positions = run.ids.length;
  const base = rowOf(run.layers[at.layer]!.residPre, positions - 1);
  const mixed = await subvalues(lens.runner, run, at.layer);
  const zs = run.ids.map((_, position) => ofHead(rowOf(mixed, position), at.head, spec.headDim));
  const factor = attentionFactor(run, at.layer, positions - 1);
  const vectors = (await weights.attentionOutputs(at.layer, zs)).map((vector) => scaled(vector, factor));
  const raised = fromRows([base, ...vectors.map((vector) => addScaled(base, vector))], spec.modelDim);
  const [before, ...after] = await lensLogProbabilities(lens, raised, target);
  const pattern = run.layers[at.layer]!.pattern.subarray((at.head * positions + positions - 1) * positions);
  return vectors.map((vector, position) => ({
    position,
    attention: pattern[position]!,
    increase: after[position]! - before!,
    vector,
  }));
}

/**
 * What a head writes at the last position, [modelDim]; where a norm stands behind attention, its part of what that norm gives, the norm's
 * scale kept as in this run.
 */
export async function headOutput(
  { runner }: Pick<FrozenLens, "runner">,
  run: Capture,
  at: HeadId,
): Promise<Float32Array> {
  const last = run.ids.length - 1;
  const output = await runner.weights.headOutput(at, headZ(run, runner.spec, at, last));
  return scaled(output, attentionFactor(run, at.layer, last));
}

const scaled = (vector: Float32Array, factor: number) =>
  factor === 1 ? vector : vector.map((value) => value * factor);

/** A neuron's activation at the last position, the paper's coefficient score. */
export function activationOf(run: Capture, at: NeuronId): number {
  return rowOf(run.layers[at.layer]!.post, run.ids.length - 1)[at.neuron]!;
}

/** What a neuron's value vector is multiplied by at the last position. */
export const coefficientOf = (run: Capture, at: NeuronId) => coefficientAt(run, at, run.ids.length - 1);

/** A neuron in one run, and log p(target) at that run's residMid of its layer. */
export interface NeuronInRun {
  readonly run: Capture;
  readonly at: NeuronId;
  readonly atBase: number;
}

/** log p(residMid + coefficient · value vector) − log p(residMid) at the last position, for each neuron asked for. */
export async function neuronIncreases(
  lens: FrozenLens,
  neurons: readonly NeuronInRun[],
  target: number,
): Promise<number[]> {
  const { spec, weights } = lens.runner;
  const values = await weights.valueVectors(neurons.map(({ at }) => at));
  const vectors = fromRows(
    neurons.map(({ run, at }, index) => addScaled(midOf(run, at.layer), values[index]!, coefficientOf(run, at))),
    spec.modelDim,
  );
  const raised = await lensLogProbabilities(lens, vectors, target);
  return neurons.map(({ atBase }, row) => raised[row]! - atBase);
}

/** residMid of a layer at the last position: what the layer's neurons add to. */
export const midOf = (run: Capture, layer: number) => rowOf(run.layers[layer]!.residMid, run.ids.length - 1);
