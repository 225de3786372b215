import { solve } from "#analysis/ablation/operation.ts";
import type { Operation } from "#analysis/ablation/operation.ts";
import type { OperandPair } from "#analysis/experiments/operands/heuristics.ts";
import { suiteCases } from "#analysis/experiments/suite/suite.ts";
import { Fault } from "#core/fault.ts";
import type { SuiteSource } from "#protocol/experiments.ts";
import { seedBeside } from "#protocol/experiments/fields.ts";
import type { LoadedModel } from "../../load/load-model.ts";
import { readSuite } from "../suite-reader.ts";
import type { ReadCase } from "../suite-reader.ts";

/** A problem as the model reads it. */
export interface OperandProblem extends OperandPair {
  readonly group: string;
  readonly operation: Operation;
  readonly ids: readonly number[];
  readonly answerIds: readonly number[];
}

export type OperandSource = Extract<SuiteSource, { readonly kind: "definition" }>;

/**
 * The arithmetic of a suite, each set in its first template alone: one place for each operand, and one to answer at.
 *
 * @throws Fault "bad-request" for a suite without
 */
export function operandSuite(source: SuiteSource): OperandSource {
  const sets = source.kind === "definition" ? (source.definition.arithmetic ?? []) : [];
  if (source.kind !== "definition" || sets.length === 0) {
    throw new Fault(
      "bad-request",
      "suite: none of its cases is a problem whose operands are known; take one that is made of operands, as abacus-2d",
    );
  }
  const { name, title, about } = source.definition;
  const arithmetic = sets.map((set) => ({ ...set, templates: set.templates.slice(0, 1) }));
  return { ...source, definition: { name, title, about, arithmetic } };
}

/** The problems that a suite draws. */
export async function operandProblems(source: SuiteSource, model: LoadedModel): Promise<OperandProblem[]> {
  const { cases } = await readSuite(source, model);
  return cases.flatMap(problemOf);
}

function problemOf({ asked, ids, answerIds }: ReadCase): OperandProblem[] {
  const { problem, group } = asked;
  const answer = problem && solve(problem.operation, problem.a, problem.b);
  return answer === undefined ? [] : [{ group, ...problem!, answer, ids, answerIds }];
}

/** Pairs of a group's operand map, where it has as many: some of each range and remainder of two digits. */
const MAPPED = 1_000;
/** Least problems of a map that are not tested: with fewer it has room for few heuristics. */
const LEAST_HELD_OUT = 100;

/** What the operand map of a group is made of. */
export interface MapPlan {
  readonly group: string;
  /** As many pairs as it has at most. */
  readonly pairs: number;
  readonly isHeldOut: boolean;
}

/**
 * Number of pairs of each group's map, before any prompt is read: problems drawn beside those that are tested, none of these where enough others
 * are left.
 */
export function mapPlans(source: OperandSource, tested: readonly OperandProblem[]): MapPlan[] {
  const groups = Map.groupBy(suiteCases(source.definition, mapDraw(source)), ({ group }) => group);
  return [...groups].map(([group, cases]) => {
    const others = cases.filter(({ problem }) => !isAmong(tested, { group, ...problem! }));
    const isHeldOut = others.length >= LEAST_HELD_OUT;
    return { group, pairs: (isHeldOut ? others : cases).length, isHeldOut };
  });
}

/** The pairs of each group's map as `mapPlans` has them, [plan]; without those that the model cannot read. */
export async function mappedProblems(
  source: OperandSource,
  plans: readonly MapPlan[],
  tested: readonly OperandProblem[],
  model: LoadedModel,
): Promise<OperandProblem[][]> {
  const all = await operandProblems({ ...source, ...mapDraw(source) }, model);
  return plans.map(({ group, isHeldOut }) =>
    all.filter((each) => each.group === group && !(isHeldOut && isAmong(tested, each))),
  );
}

const mapDraw = ({ seed }: OperandSource) => ({ count: MAPPED, seed: seedBeside(seed, 1) });

const isAmong = (problems: readonly OperandProblem[], { group, a, b }: Pick<OperandProblem, "group" | "a" | "b">) =>
  problems.some((each) => each.group === group && each.a === a && each.b === b);
