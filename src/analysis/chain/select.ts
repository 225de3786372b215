import type { NeuronRanges } from "../search/ranges.ts";
import type { HeadId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { activationOf } from "../lens/increase.ts";
import { effectOf } from "../ablation/effect.ts";
import { lowestNeuron } from "../trace/enhancing-graph.ts";
import type { Capture } from "../capture.ts";
import { ffnInput } from "../trace/keys.ts";
import { promotedTokens } from "../lens/lens.ts";
import type { FrozenLens } from "../lens/lens.ts";
import { compareNeurons } from "../lens/neurons.ts";
import type { ComparedNeuron, RunPair } from "../lens/neurons.ts";
import type { Runner } from "../runner.ts";
import type { ChainThresholds, Criterion, CriterionMeasure } from "./chain.ts";
import type { Feature } from "./outline.ts";
import { measuredMoves } from "./moves.ts";
import type { MoveQuestion } from "./moves.ts";
import { headInput, readingSources } from "./readings.ts";
import type { HeadInput, Reading } from "./readings.ts";
import {
  CANDIDATES,
  COMPARED,
  MAX_DEEP,
  MAX_LAYERS_PER_READING,
  MAX_NEURONS_PER_READING,
  MAX_READINGS,
  MAX_SHALLOW,
} from "./thresholds.ts";

export const criterion = (measure: CriterionMeasure, value: number | undefined, threshold: number): Criterion => ({
  measure,
  value,
  threshold,
  holds: value !== undefined && value >= threshold,
});

export interface HeadEffect {
  readonly head: HeadId;
  /** What it is worth to the target; see `effectOf`. */
  readonly effect: number;
}

/** Every head by what the answer owes it, the largest effect first. */
export const rankedHeads = (logProbability: readonly (readonly number[])[], baseline: number): HeadEffect[] =>
  logProbability
    .flatMap((row, layer) =>
      row.map((withoutIt, head) => ({ head: { layer, head }, effect: effectOf({ baseline, withoutIt }) })),
    )
    .sort((a, b) => b.effect - a.effect);

/** The first layer whose FFN sees what a head of `layer` wrote. */
export const firstDeepLayer = ({ block }: Pick<ModelSpec, "block">, layer: number) =>
  block === "sequential" ? layer : layer + 1;

export interface Predicted {
  readonly compared: readonly ComparedNeuron[];
  /** How many of the first `COMPARED` have a token that says the target among their first ten. */
  readonly promoting: number;
  readonly deep: readonly ComparedNeuron[];
}

/**
 * The neurons that lose most without the head, and those of them that it raises: a deep neuron stands where the head's output reaches
 * it, has an increase of its own with the head on, a smaller activation without it, and loses at least the threshold.
 */
export async function predictedNeurons(
  lens: FrozenLens,
  pair: RunPair,
  asked: {
    readonly ranges: NeuronRanges;
    readonly target: number;
    readonly head: HeadId;
    readonly neuronChange: number;
    readonly isTarget: (id: number) => boolean;
    readonly signal?: AbortSignal;
  },
): Promise<Predicted> {
  const { runner } = lens;
  const { rows } = await compareNeurons(lens, pair, asked.ranges, { ...asked, count: CANDIDATES });
  const values = await runner.weights.valueVectors(rows);
  const subvalues = rows
    .slice(0, COMPARED)
    .map((at, index) => values[index]!.map((value) => value * activationOf(pair.before, at)));
  const tokens = await promotedTokens(runner, subvalues, PROMOTED);
  const first = firstDeepLayer(runner.spec, asked.head.layer);
  const isRaised = (at: ComparedNeuron) =>
    at.layer >= first &&
    at.before > 0 &&
    at.change >= asked.neuronChange &&
    Math.abs(activationOf(pair.before, at)) > Math.abs(activationOf(pair.after, at));
  return {
    compared: rows.slice(0, COMPARED),
    promoting: tokens.filter((ids) => ids.some(asked.isTarget)).length,
    deep: rows.filter(isRaised).slice(0, MAX_DEEP),
  };
}

/** Tokens of a vector that are looked at and shown, as in the paper's tables. */
export const PROMOTED = 10;

/** What the head reads, from where, most first. */
export interface HeadReadings {
  /** All above the threshold. */
  readonly readings: readonly Reading[];
  /** Those of them that were not moved, or count also when what moved them is ablated. */
  readonly evidenced: readonly Reading[];
  readonly input: HeadInput;
  /** Of the strongest reading that an attention layer moved and that counts also when it is ablated; else of the strongest at all. */
  readonly transferredShare: number | undefined;
  /** How much of what the head reads goes with that layer at that position; undefined where no share is large enough to be measured. */
  readonly transferredMeasured: number | undefined;
}

export async function headReadings(
  runner: Runner,
  run: Capture,
  question: MoveQuestion & { readonly thresholds: ChainThresholds },
): Promise<HeadReadings> {
  const { head, reference, thresholds } = question;
  const input = await headInput(runner, { run, clean: run }, { head, reference, splitShare: thresholds.transferShare });
  const shareOf = ({ score }: (typeof input.readings)[number]) =>
    input.total === 0 ? 0 : Math.abs(score.claimed) / input.total;
  const byShare = [...input.readings].sort((a, b) => shareOf(b) - shareOf(a));
  const large = byShare.filter((reading) => shareOf(reading) >= thresholds.transferShare);
  const moves = large.filter(({ via }) => via !== undefined);
  const measured = await measuredMoves(runner, run, moves, question);
  const counted = moves.find((_, index) => (measured[index] ?? 0) >= thresholds.transferShare);
  const brought = counted ?? byShare.find(({ via }) => via !== undefined);
  const shown = large.slice(0, MAX_READINGS);
  // what an attention layer brings is what the stage is about: its strongest is shown also where the head reads much by itself
  if (brought && large.includes(brought) && !shown.includes(brought)) shown[MAX_READINGS - 1] = brought;
  const hasEvidence = (reading: (typeof shown)[number]) =>
    reading.via === undefined || (measured[moves.indexOf(reading)] ?? 0) >= thresholds.transferShare;
  const readings = shown.map(({ via, position, at }): Reading => ({ via, position, at }));
  return {
    readings,
    evidenced: readings.filter((_, index) => hasEvidence(shown[index]!)),
    input,
    transferredShare: brought && shareOf(brought),
    transferredMeasured: brought && measured[moves.indexOf(brought)],
  };
}

/** Which shallow neurons wrote what is read: those above the threshold, most first, behind the embeddings. */
export async function shallowFeatures(
  runner: Runner,
  run: Capture,
  { head, reference, thresholds }: MoveQuestion & { readonly thresholds: ChainThresholds },
  { readings, input }: Pick<HeadReadings, "readings" | "input">,
): Promise<{ readonly features: readonly Feature[]; readonly shallowShare: number | undefined }> {
  const found: { feature: Feature; share: number }[] = [];
  let shallowShare: number | undefined;
  for (const reading of readings) {
    const sources = await readingSources(runner, run, { head, reading, ...input }, reference);
    const neurons = await strongestNeurons(sources);
    for (const { share, neuron } of neurons) {
      shallowShare = Math.max(shallowShare ?? 0, share);
      if (share >= thresholds.shallowShare) found.push({ feature: { reading, neuron }, share });
    }
  }
  const kept = found
    .sort((a, b) => b.share - a.share)
    .slice(0, MAX_SHALLOW)
    .map(({ feature }) => feature);
  const embeddings = readings.map((reading): Feature => ({ reading, neuron: undefined }));
  return { features: [...embeddings, ...kept], shallowShare };
}

async function strongestNeurons({ ffn, total, neurons }: Awaited<ReturnType<typeof readingSources>>) {
  const layers = ffn
    .map(({ claimed }, layer) => ({ layer, size: Math.abs(claimed) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, MAX_LAYERS_PER_READING);
  const strongest = [];
  for (const { layer } of layers) {
    for (const { neuron, score } of await neurons(layer)) {
      strongest.push({ neuron: { layer, neuron }, share: total === 0 ? 0 : Math.abs(score.claimed) / total });
    }
  }
  return strongest.sort((a, b) => b.share - a.share).slice(0, MAX_NEURONS_PER_READING);
}

/** The deep neuron of the lowest layer, and of several there the one that loses most: the root of the enhancing graph. */
export const rootOf = (deep: readonly ComparedNeuron[]): ComparedNeuron | undefined => lowestNeuron(deep);

/** What a neuron reads at the last position of a run. */
export const residualAt = (runner: Runner, { before }: RunPair, layer: number) =>
  ffnInput(runner, before, layer, before.ids.length - 1);
