import { sum } from "#core/numeric/sum.ts";
import type { HeadId } from "#model/ids.ts";
import type { SweptCase } from "../case-sweep.ts";
import type { DigitLabel } from "../suite/digit-labels.ts";
import { isRight } from "./accuracy.ts";
import { relativeLoss, resamples } from "./statistics.ts";
import type { Estimate, ResampleOptions } from "./statistics.ts";

export const DIGIT_LABELS = ["memorise", "change-one"] as const satisfies readonly DigitLabel[];

/** A swept case with the label of each of its answer's tokens; undefined for those that have none. */
export interface LabelledCase {
  readonly group: string;
  readonly labels: readonly (DigitLabel | undefined)[];
  readonly swept: SweptCase | undefined;
}

/** The tokens of one label in one group. */
export interface LabelLoss {
  readonly label: DigitLabel;
  /** Tokens with that label, and how many of them are right as the model is. */
  readonly tokens: number;
  readonly correct: number;
  /** With the head ablated. */
  readonly correctAfter: number;
  /** (before − after) / before; NaN where there are no such tokens. */
  readonly relative: Estimate;
}

export interface MemoriseRow {
  readonly group: string;
  readonly head: HeadId;
  readonly losses: readonly LabelLoss[];
  /** Tokens that have no label: signs, spaces, answers in words. */
  readonly unlabelled: number;
}

export interface MemoriseOptions extends ResampleOptions {
  readonly headsPerLayer: number;
  readonly onlyCorrect: boolean;
  /** The head that is ablated in each group; left out for a group, the one whose loss costs that group most. */
  readonly heads: Readonly<Record<string, HeadId>>;
}

/**
 * How much of the digits that are looked up and of those that another column changes is lost with a group's head ablated. Accuracy per
 * answer token, each given the true ones before it.
 */
export function memoriseTable(cases: readonly LabelledCase[], options: MemoriseOptions): MemoriseRow[] {
  return [...new Set(cases.map(({ group }) => group))].map((group) => {
    const own = cases.flatMap(({ swept, ...rest }) => (rest.group === group && swept ? [{ ...rest, swept }] : []));
    const taken = options.onlyCorrect ? own.filter(({ swept }) => isRight(swept.baseline)) : own;
    // a group is called as a file calls it, `constructor` too
    const at = Object.hasOwn(options.heads, group) ? options.heads[group] : undefined;
    const index = at ? at.layer * options.headsPerLayer + at.head : costliestHead(taken.map(({ swept }) => swept));
    const draws = resamples(taken.length, options);
    return {
      group,
      head: { layer: Math.floor(index / options.headsPerLayer), head: index % options.headsPerLayer },
      unlabelled: taken.reduce((sum, { labels }) => sum + labels.filter((label) => !label).length, 0),
      losses: DIGIT_LABELS.map((label): LabelLoss => {
        const counts = taken.map((each) => countLabel(each, label, index));
        const of = counts.map(({ tokens }) => tokens);
        const before = counts.map((count) => count.correct);
        const after = counts.map(({ correctAfter }) => correctAfter);
        return {
          label,
          tokens: sum(of),
          correct: sum(before),
          correctAfter: sum(after),
          relative: relativeLoss([before, after], of, draws),
        };
      }),
    };
  });
}

function countLabel(
  { labels, swept }: { readonly labels: LabelledCase["labels"]; readonly swept: SweptCase },
  label: DigitLabel,
  head: number,
) {
  const tokens = labels.flatMap((each, token) => (each === label ? [token] : []));
  return {
    tokens: tokens.length,
    correct: tokens.filter((token) => swept.baseline.isTop[token]).length,
    correctAfter: tokens.filter((token) => swept.heads[head]?.isTop[token]).length,
  };
}

/** The head without which most answer tokens are lost; of equal ones the one that costs more log-probability. */
export function costliestHead(swept: readonly SweptCase[]): number {
  const losses = (swept[0]?.heads ?? []).map((_, head) => ({
    head,
    hits: sum(swept.map(({ heads }) => heads[head]!.isTop.filter(Boolean).length)),
    nats: sum(swept.flatMap(({ heads }) => heads[head]!.logProbability)),
  }));
  return losses.sort((a, b) => a.hits - b.hits || a.nats - b.nats)[0]?.head ?? 0;
}
