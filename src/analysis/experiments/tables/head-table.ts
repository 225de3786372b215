import type { HeadId } from "#model/ids.ts";
import { meanAndSpread } from "../../ablation/neuron-group.ts";
import type { SweptCase } from "../case-sweep.ts";
import type { CaseScore } from "../suite/scored-cases.ts";
import { interval, meanOf, relativeDrop, resamples, weightedMean, weightedShare } from "./statistics.ts";
import type { Estimate, ResampleOptions, Resamples } from "./statistics.ts";

/** `token`: every token of an answer counts, given the true ones before it, as in the paper; `answer`: it is right as a whole. */
export type Per = "token" | "answer";

/** How many there are of what an accuracy is a share of, and how many of these were right as the model is. */
export interface GroupCount {
  readonly name: string;
  /** Cases that were run so far and are taken into account. */
  readonly cases: number;
  /** Answer tokens, or answers. */
  readonly scored: number;
  readonly correct: number;
  readonly accuracy: Estimate;
  /** Mean log-probability of the whole answer, in nats. */
  readonly logProbability: Estimate;
}

/** What the loss of one head does to one group of cases. */
export interface HeadEffect {
  /** With the head off. */
  readonly accuracy: number;
  /** Accuracy as it is − accuracy with the head off: absolute, as a share. */
  readonly drop: Estimate;
  /** The same over the accuracy as it is: the paper's “decrease”. */
  readonly relative: Estimate;
  /** Mean of log p(answer) as it is − with the head off, in nats: positive supports the answer. */
  readonly change: Estimate;
  /** Relative drop in this group − the mean of those in the others; NaN for the only one. */
  readonly selectivity: Estimate;
  /** Absolute drop for a random other head of the same layer: mean and standard deviation over all of them. */
  readonly otherHeads: { readonly mean: number; readonly spread: number };
}

export interface HeadRow {
  readonly at: HeadId;
  /** In the order of the groups. */
  readonly effects: readonly HeadEffect[];
  /** The unweighted mean over the groups, as the paper's “all”. */
  readonly all: HeadEffect;
}

export interface HeadTable {
  readonly groups: readonly GroupCount[];
  readonly all: Pick<GroupCount, "accuracy" | "logProbability">;
  readonly heads: readonly HeadRow[];
}

export interface HeadTableOptions extends ResampleOptions {
  readonly headsPerLayer: number;
  readonly per: Per;
  /** Leaves out the cases whose answer is not right as the model is. */
  readonly onlyCorrect: boolean;
}

/** A case's place in the table, and what was found of it; undefined while it has not been run. */
export interface GroupedCase {
  readonly group: string;
  readonly swept: SweptCase | undefined;
}

/**
 * The head × operation table: accuracy and mean log-probability of each group with every single head off, against the model as it
 * is. Intervals are percentile bootstraps over the cases, every head under the same resamples, groups resampled each for itself.
 */
export function headTable(cases: readonly GroupedCase[], options: HeadTableOptions): HeadTable {
  const groups = [...new Set(cases.map(({ group }) => group))].map((name, index) => {
    const swept = cases.flatMap((each) => (each.group === name && each.swept ? [each.swept] : []));
    const taken = options.onlyCorrect ? swept.filter(({ baseline }) => isRight(baseline)) : swept;
    return sampledGroup(name, taken, { ...options, seed: options.seed + index });
  });
  const count = groups.reduce((most, { heads }) => Math.max(most, heads.length), 0);
  const drops = Array.from({ length: count }, (_, head) => {
    const own = groups.map((group) => pointDrop(group, head));
    return [...own, meanOf(own)];
  });
  return {
    groups: groups.map((group) => countOf(group, options)),
    all: {
      accuracy: overGroups(groups, (group) => group.baseline, "accuracy"),
      logProbability: overGroups(groups, (group) => group.baseline, "logProbability"),
    },
    heads: drops.map((own, head) => {
      const layer = Math.floor(head / options.headsPerLayer);
      const others = drops.filter((_, other) => other !== head && Math.floor(other / options.headsPerLayer) === layer);
      const control = (column: number) => meanAndSpread(others.map((row) => row[column]!));
      return {
        at: { layer, head: head % options.headsPerLayer },
        effects: effectsOf(groups, head, control),
        all: meanEffect(groups, head, control(own.length - 1)),
      };
    }),
  };
}

/** The heads whose loss costs most accuracy first: over all groups, or in one. */
export const costliestFirst = (heads: readonly HeadRow[], group?: number): HeadRow[] =>
  [...heads].sort((a, b) => effectIn(b, group).drop.value - effectIn(a, group).drop.value);

/** @param group left out: over all groups */
export const effectIn = ({ all, effects }: HeadRow, group?: number): HeadEffect =>
  group === undefined ? all : effects[group]!;

/** A statistic of the cases as they are and under each resample: [0] and [1 …]. */
export interface Sampled {
  readonly accuracy: Float64Array;
  readonly logProbability: Float64Array;
}

interface SampledGroup {
  readonly name: string;
  readonly swept: readonly SweptCase[];
  readonly baseline: Sampled;
  readonly heads: readonly Sampled[];
}

function sampledGroup(name: string, swept: readonly SweptCase[], options: HeadTableOptions): SampledGroup {
  const draws = [new Uint32Array(swept.length).fill(1), ...resamples(swept.length, options)];
  const sampled = (scores: readonly CaseScore[]) => sample(scores, draws, options.per);
  return {
    name,
    swept,
    baseline: sampled(swept.map(({ baseline }) => baseline)),
    heads: (swept[0]?.heads ?? []).map((_, head) => sampled(swept.map(({ heads }) => heads[head]!))),
  };
}

export function sample(scores: readonly CaseScore[], draws: Resamples, per: Per): Sampled {
  const hits = scores.map((score) => hitsOf(score, per));
  const of = scores.map((score) => scoredOf(score, per));
  const answers = scores.map(answerLogProbability);
  return {
    accuracy: Float64Array.from(draws, (weights) => weightedShare(hits, of, weights)),
    logProbability: Float64Array.from(draws, (weights) => weightedMean(answers, weights)),
  };
}

export const isRight = ({ isTop }: CaseScore) => isTop.every(Boolean);
export const hitsOf = (score: CaseScore, per: Per) =>
  per === "token" ? score.isTop.filter(Boolean).length : Number(isRight(score));
export const scoredOf = ({ isTop }: CaseScore, per: Per) => (per === "token" ? isTop.length : 1);
/** ln p(answer | prompt): the sum over its tokens. */
export const answerLogProbability = ({ logProbability }: CaseScore) =>
  logProbability.reduce((sum, value) => sum + value, 0);

function countOf({ name, swept, baseline }: SampledGroup, { per }: HeadTableOptions): GroupCount {
  const sum = (count: (score: CaseScore) => number) => swept.reduce((total, each) => total + count(each.baseline), 0);
  return {
    name,
    cases: swept.length,
    scored: sum((score) => scoredOf(score, per)),
    correct: sum((score) => hitsOf(score, per)),
    accuracy: estimate(baseline.accuracy),
    logProbability: estimate(baseline.logProbability),
  };
}

/** A statistic's estimate, from its value and the resampled ones behind it. */
export const estimate = ([value = Number.NaN, ...resampled]: Float64Array): Estimate => interval(value, resampled);

const pointDrop = ({ baseline, heads }: SampledGroup, head: number) =>
  baseline.accuracy[0]! - (heads[head]?.accuracy[0] ?? Number.NaN);

/** Each of a group's samples through a formula of the model as it is and with the head off. */
function through(
  group: SampledGroup,
  head: number,
  what: keyof Sampled,
  formula: (before: number, after: number) => number,
) {
  const off = group.heads[head]?.[what];
  return group.baseline[what].map((before, draw) => formula(before, off?.[draw] ?? Number.NaN));
}

const difference = (before: number, after: number) => before - after;

function effectsOf(
  groups: readonly SampledGroup[],
  head: number,
  control: (index: number) => HeadEffect["otherHeads"],
): HeadEffect[] {
  const relative = groups.map((group) => through(group, head, "accuracy", relativeDrop));
  return groups.map((group, index) => {
    const others = relative.filter((_, other) => other !== index);
    return {
      accuracy: group.heads[head]?.accuracy[0] ?? Number.NaN,
      drop: estimate(through(group, head, "accuracy", difference)),
      relative: estimate(relative[index]!),
      change: estimate(through(group, head, "logProbability", difference)),
      selectivity: estimate(
        relative[index]!.map((own, draw) => own - meanOf(others.map((other) => other[draw] ?? Number.NaN))),
      ),
      otherHeads: control(index),
    };
  });
}

function meanEffect(groups: readonly SampledGroup[], head: number, otherHeads: HeadEffect["otherHeads"]): HeadEffect {
  const mean = (what: keyof Sampled, formula: (before: number, after: number) => number) =>
    meanOverGroups(groups.map((group) => through(group, head, what, formula)));
  const accuracyBefore = meanOverGroups(groups.map(({ baseline }) => baseline.accuracy));
  const accuracyAfter = mean("accuracy", (_, after) => after);
  return {
    accuracy: accuracyAfter[0] ?? Number.NaN,
    drop: estimate(mean("accuracy", difference)),
    relative: estimate(accuracyBefore.map((before, draw) => relativeDrop(before, accuracyAfter[draw]!))),
    change: estimate(mean("logProbability", difference)),
    selectivity: estimate(Float64Array.of(Number.NaN)),
    otherHeads,
  };
}

const overGroups = (groups: readonly SampledGroup[], of: (group: SampledGroup) => Sampled, what: keyof Sampled) =>
  estimate(meanOverGroups(groups.map((group) => of(group)[what])));

/** The mean over the groups of each sample; groups without a case have no say. */
export function meanOverGroups(samples: readonly Float64Array[]): Float64Array {
  const longest = samples.reduce((most, { length }) => Math.max(most, length), 1);
  return Float64Array.from({ length: longest }, (_, draw) =>
    meanOf(samples.map((values) => values[draw] ?? Number.NaN)),
  );
}
