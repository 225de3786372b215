import type { HeadId, NeuronId } from "#model/ids.ts";
import type { Capture } from "../capture.ts";
import { asDirections, scoreOf } from "../trace/keys.ts";
import type { KeyDirections, KeyScore } from "../trace/keys.ts";
import type { Runner } from "../runner.ts";
import { sourcesAt, throughHop, traceNeurons, traceSources } from "../trace/source-tracing.ts";
import { sumScores, transferAlong } from "../trace/transfer.ts";

/** A score with its keys' signs: up and gate each count towards where the reference neuron stands. */
export interface SignedScore extends KeyScore {
  readonly claimed: number;
}

/** A neuron whose keys paths are measured by, and on which side of 0 each of its keys stands. */
export interface Reference {
  readonly at: NeuronId;
  readonly directions: KeyDirections;
  readonly sign: KeyScore;
}

export async function referenceOf({ weights }: Runner, at: NeuronId, residual: Float32Array): Promise<Reference> {
  const directions = asDirections(await weights.neuronKeys(at));
  const { up, gate } = scoreOf(residual, directions);
  return { at, directions, sign: { up: signOf(up), ...(gate !== undefined && { gate: signOf(gate) }) } };
}

const signOf = (value: number) => (value < 0 ? -1 : 1);

export const signed = (score: KeyScore, { sign }: Reference): SignedScore => ({
  ...score,
  claimed: score.up * sign.up + (score.gate ?? 0) * (sign.gate ?? 0),
});

/**
 * One place that the predicting head reads: a position directly (`via` undefined), or one that a shallow attention layer has
 * brought to the last position, where the head reads it.
 */
export interface Reading {
  readonly via: number | undefined;
  readonly position: number;
}

export interface ScoredReading extends Reading {
  readonly score: SignedScore;
}

/** What a head reads from all places, and the directions that it reads by at the last position. */
export interface HeadInput {
  readonly readings: readonly ScoredReading[];
  /** Σ |claimed| of all readings: what shares are of. */
  readonly total: number;
  readonly atLast: KeyDirections;
}

/**
 * The head's output, as the reference neuron's keys read it, split by where it comes from: each earlier position that the head
 * attends to; and, for the last position, each position that a lower attention layer brought there, and what the last token has of
 * its own (embedding and FFNs). Attention weights are in it, so the parts add up to the head's whole product but for biases.
 */
export async function headInput(runner: Runner, run: Capture, head: HeadId, reference: Reference): Promise<HeadInput> {
  const last = run.ids.length - 1;
  const { table } = await transferAlong(runner, run, head.layer, reference.directions);
  const direct = run.ids
    .slice(0, last)
    .map((_, position) => ({ via: undefined, position, score: signed(table[head.head]![position]!, reference) }));
  const atLast = await throughHop(runner, run, { ...head, position: last, weights: "attention" }, reference.directions);
  const own = sourcesAt(run, last, head.layer)
    .filter(({ kind }) => kind !== "attention")
    .map(({ vector }) => scoreOf(vector, atLast));
  const brought: ScoredReading[] = [];
  for (let via = 0; via < head.layer; via++) {
    const { byPosition } = await transferAlong(runner, run, via, atLast);
    byPosition.forEach((score, position) => brought.push({ via, position, score: signed(score, reference) }));
  }
  const readings = [
    ...direct,
    { via: undefined, position: last, score: signed(sumScores(own), reference) },
    ...brought,
  ];
  return { readings, total: readings.reduce((sum, { score }) => sum + Math.abs(score.claimed), 0), atLast };
}

/** Who wrote what a reading reads, and the scores of the embedding and of asked-for neurons among them. */
export interface ReadingSources {
  readonly embedding: SignedScore;
  /** [layer], of whole FFN outputs below the reader. */
  readonly ffn: readonly SignedScore[];
  /** Σ |claimed| of embedding, attention and FFN outputs: what shares are of. */
  readonly total: number;
  readonly neurons: (layer: number) => Promise<readonly ShallowScore[]>;
}

export interface ShallowScore extends NeuronId {
  readonly activation: number;
  readonly score: SignedScore;
}

/** Traces one reading back to what was written at its position below the layer that reads it there. */
export async function readingSources(
  runner: Runner,
  run: Capture,
  path: { readonly head: HeadId; readonly reading: Reading; readonly atLast: KeyDirections },
  reference: Reference,
): Promise<ReadingSources> {
  const { head, reading, atLast } = path;
  const { position, via } = reading;
  const directions =
    via !== undefined
      ? await throughHop(runner, run, { layer: via, position, weights: "attention" }, atLast)
      : await throughHop(runner, run, { ...head, position, weights: "attention" }, reference.directions);
  const traced = traceSources(run, { position, belowLayer: via ?? head.layer }, directions).map((source) => ({
    ...source,
    score: signed(source.score, reference),
  }));
  return {
    embedding: traced[0]!.score,
    ffn: traced.filter(({ kind }) => kind === "ffn").map(({ score }) => score),
    total: traced.reduce((sum, { score }) => sum + Math.abs(score.claimed), 0),
    neurons: async (layer) =>
      (await traceNeurons(runner, run, { layer, position }, directions)).map((neuron) => ({
        ...neuron,
        score: signed(neuron.score, reference),
      })),
  };
}
