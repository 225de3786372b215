import type { HeadId } from "#model/ids.ts";
import { meanAndSpread } from "../../ablation/neuron-group.ts";
import type { SweptCase } from "../case-sweep.ts";
import { accuracyGroups, estimate, meanOverGroups } from "./accuracy.ts";
import type { AccuracyGroup, AccuracyOptions, Sampled } from "./accuracy.ts";
import { meanOf, relativeDrop } from "./statistics.ts";
import type { Estimate } from "./statistics.ts";

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
export interface HeadLoss {
  /** With the head ablated. */
  readonly accuracy: number;
  /** Accuracy as it is − accuracy with the head ablated: absolute, as a share. */
  readonly drop: Estimate;
  /** The same over the accuracy as it is: the paper's “decrease”. */
  readonly relative: Estimate;
  /** Mean of log p(answer) as it is − with the head ablated, in nats: positive supports the answer. */
  readonly change: Estimate;
  /** Relative drop in this group − the mean of those in the others; NaN for the only one. */
  readonly selectivity: Estimate;
  /** Absolute drop for a random other head of the same layer: mean and standard deviation over all of them. */
  readonly otherHeads: { readonly mean: number; readonly spread: number };
}

export interface HeadRow {
  readonly at: HeadId;
  /** In the order of the groups. */
  readonly effects: readonly HeadLoss[];
  /** The unweighted mean over the groups, as the paper's “all”. */
  readonly all: HeadLoss;
}

export interface HeadTable {
  readonly groups: readonly GroupCount[];
  readonly all: Pick<GroupCount, "accuracy" | "logProbability">;
  readonly heads: readonly HeadRow[];
}

export interface HeadTableOptions extends AccuracyOptions {
  readonly headsPerLayer: number;
}

/** A case's place in the table, and what was found of it; undefined while it has not been run. */
export interface GroupedCase {
  readonly group: string;
  readonly swept: SweptCase | undefined;
}

/**
 * The head × operation table: accuracy and mean log-probability of each group with every single head ablated, against the model as it
 * is. Intervals are percentile bootstraps over the cases, every head under the same resamples, groups resampled each for itself.
 */
export function headTable(cases: readonly GroupedCase[], options: HeadTableOptions): HeadTable {
  const groups = accuracyGroups(
    cases.map(({ group, swept }) => ({ group, scores: swept && [swept.baseline, ...swept.heads] })),
    options,
  );
  const count = Math.max(0, ...groups.map(({ runs }) => runs.length - 1));
  const drops = Array.from({ length: count }, (_, head) => {
    const own = groups.map((group) => pointDrop(group, head));
    return [...own, meanOf(own)];
  });
  return {
    groups: groups.map(({ name, cases: own, scored, correct, runs: [{ accuracy, logProbability }] }) => ({
      name,
      cases: own,
      scored,
      correct,
      accuracy: estimate(accuracy),
      logProbability: estimate(logProbability),
    })),
    all: {
      accuracy: estimate(meanOverGroups(groups.map(({ runs: [{ accuracy }] }) => accuracy))),
      logProbability: estimate(meanOverGroups(groups.map(({ runs: [{ logProbability }] }) => logProbability))),
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
export const effectIn = ({ all, effects }: HeadRow, group?: number): HeadLoss =>
  group === undefined ? all : effects[group]!;

const pointDrop = ({ runs }: AccuracyGroup, head: number) =>
  runs[0].accuracy[0]! - (runs[1 + head]?.accuracy[0] ?? Number.NaN);

/** Each of a group's samples through a formula of the model as it is and with the head ablated. */
function through(
  { runs }: AccuracyGroup,
  head: number,
  what: keyof Sampled,
  formula: (before: number, after: number) => number,
) {
  const off = runs[1 + head]?.[what];
  return runs[0][what].map((before, draw) => formula(before, off?.[draw] ?? Number.NaN));
}

const difference = (before: number, after: number) => before - after;

function effectsOf(
  groups: readonly AccuracyGroup[],
  head: number,
  control: (index: number) => HeadLoss["otherHeads"],
): HeadLoss[] {
  const relative = groups.map((group) => through(group, head, "accuracy", relativeDrop));
  return groups.map((group, index) => {
    const others = relative.filter((_, other) => other !== index);
    return {
      accuracy: group.runs[1 + head]?.accuracy[0] ?? Number.NaN,
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

function meanEffect(groups: readonly AccuracyGroup[], head: number, otherHeads: HeadLoss["otherHeads"]): HeadLoss {
  const mean = (what: keyof Sampled, formula: (before: number, after: number) => number) =>
    meanOverGroups(groups.map((group) => through(group, head, what, formula)));
  const accuracyBefore = meanOverGroups(groups.map(({ runs: [{ accuracy }] }) => accuracy));
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
