import { suiteCases } from "#analysis/experiments/suite/suite.ts";
import type { SuiteCase } from "#analysis/experiments/suite/suite.ts";
import type { TokenPair } from "#analysis/experiments/patched-pairs.ts";
import { randomStream } from "#core/numeric/random.ts";
import { Fault } from "#core/fault.ts";
import type { LoadedModel } from "../../load/load-model.ts";
import { readCase } from "../suite-reader.ts";
import type { ReadCase } from "../suite-reader.ts";
import type { OperandProblem, OperandSource } from "./operand-problems.ts";

/** A group's first operands, each with its prompt up to it. */
export interface FirstOperands {
  readonly numbers: readonly number[];
  /** Up to the operand, [number]. */
  readonly prompts: readonly (readonly number[])[];
  /** Where the operand stands. */
  readonly position: number;
}

/** A pair to patch, and which of the numbers is the clean one. */
export interface NumberedPatch extends TokenPair {
  readonly number: number;
}

type Problem = SuiteCase & { readonly problem: NonNullable<SuiteCase["problem"]> };

/** Every problem of each group, before any is read. */
export const problemsByGroup = ({ definition }: OperandSource): Map<string, Problem[]> =>
  Map.groupBy(suiteCases(definition, { seed: 0 }).filter(isProblem), ({ group }) => group);

const isProblem = (each: SuiteCase): each is Problem => each.problem !== undefined;

/**
 * Reads one prompt for each first operand: attention looks back, so that what stands behind it is nothing to its residual.
 *
 * @throws Fault "bad-request" where operands are several tokens, or another one stands before
 */
export async function firstOperands(
  group: string,
  problems: readonly Problem[],
  model: LoadedModel,
): Promise<FirstOperands> {
  const byNumber = Map.groupBy(problems, ({ problem }) => problem.a);
  const numbers = [...byNumber.keys()].sort((x, y) => x - y);
  // by turns with the first and the last second operand that there is, so that one that stands before shows
  const read = await Promise.all(
    numbers.map((number, place) => readCase(byNumber.get(number)!.at(place % 2 === 0 ? 0 : -1)!, model)),
  );
  const known = read.flatMap((each, place) =>
    typeof each === "string" ? [] : [{ number: numbers[place]!, ids: each.ids }],
  );
  const position = firstDifference(known.map(({ ids }) => ids));
  const tokens = new Set(known.map(({ ids }) => ids[position]));
  if (tokens.size < known.length) {
    throw new Fault(
      "bad-request",
      `suite: the first operands of ${group} are ${known.length} numbers, but ${tokens.size} different tokens where they begin; each has to be one token of its own, and to stand before the second operand`,
    );
  }
  return {
    numbers: known.map(({ number }) => number),
    prompts: known.map(({ ids }) => ids.slice(0, position + 1)),
    position,
  };
}

/** The first position at which not all prompts are alike. */
function firstDifference(prompts: readonly (readonly number[])[]): number {
  const [first = []] = prompts;
  const place = first.findIndex((id, at) => prompts.some((ids) => ids[at] !== id));
  return Math.max(0, place);
}

/** For each tested problem another one with the same second operand and another answer, drawn by the seed; without those that have none. */
export async function operandPatches(
  tested: readonly OperandProblem[],
  problems: readonly Problem[],
  { numbers }: Pick<FirstOperands, "numbers">,
  { model, seed }: { readonly model: LoadedModel; readonly seed: number },
): Promise<NumberedPatch[]> {
  const random = randomStream(seed);
  const bySecond = Map.groupBy(problems, ({ problem }) => problem.b);
  const found = tested.map(async (clean): Promise<NumberedPatch[]> => {
    const others = (bySecond.get(clean.b) ?? []).filter(({ problem }) => problem.a !== clean.a);
    const draw = random();
    const other = others[Math.floor(draw * others.length)];
    const read = other && (await readCase(other, model));
    const number = numbers.indexOf(clean.a);
    return isPair(clean, read) && number >= 0
      ? [{ clean: clean.ids, corrupted: read.ids, right: clean.answerIds[0]!, wrong: read.answerIds[0]!, number }]
      : [];
  });
  return (await Promise.all(found)).flat();
}

const isPair = (clean: OperandProblem, other: ReadCase | string | undefined): other is ReadCase =>
  typeof other === "object" && other.ids.length === clean.ids.length && other.answerIds[0] !== clean.answerIds[0];
