import type { PlotPrompt } from "#analysis/operand-plot.ts";
import { solve } from "#analysis/ablation/operation.ts";
import { faultsOf } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import type { Asked } from "#protocol/calls.ts";
import { expectedAnswer } from "../session/expected-answer.ts";
import type { ModelTokenizer } from "../tokenizer/tokenizer.ts";

/** A hundred by a hundred: as many as anybody looks at, and as many prompts as a small model answers in a minute. */
const MAX_OPERANDS = 100;
/** The longest decimal that a prompt is asked about. */
const MAX_OPERAND = 9_999;
const MAX_TEMPLATE_CHARACTERS = 400;

export interface OperandCell extends PlotPrompt {
  readonly answer: string;
}

type Grid = Pick<Asked<"operandPlot">, "template" | "operation" | "a" | "b">;
type Range = Grid["a"];
type GridTokenizer = Pick<ModelTokenizer, "tokenize" | "tokenText">;

/**
 * The prompts of a plot, row by row of a, with the first token of each right answer.
 *
 * @throws Fault "bad-request" with what was found and what is needed
 */
export async function gridCells(options: Grid, tokenizer: GridTokenizer): Promise<OperandCell[]> {
  checkGrid(options);
  const cell = async (a: number, b: number): Promise<OperandCell> => {
    const prompt = options.template.replaceAll("{a}", String(a)).replaceAll("{b}", String(b));
    const tokenized = await tokenizer.tokenize(prompt);
    const { ids } = tokenized;
    const answer = solve(options.operation, a, b);
    if (answer === undefined) return { ids, answer: "" };
    const [target] = await expectedAnswer(tokenizer, { prompt, tokenized }, String(answer));
    return { ids, target, answer: target === undefined ? "" : tokenizer.tokenText(target) };
  };
  return Promise.all(operands(options.a).flatMap((a) => operands(options.b).map((b) => cell(a, b))));
}

export const operands = ({ from, to }: Range) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

function checkGrid({ template, a, b }: Grid): void {
  if (template.length > MAX_TEMPLATE_CHARACTERS) {
    throw bad(`the template has ${template.length} characters; at most ${MAX_TEMPLATE_CHARACTERS} are taken`);
  }
  for (const name of ["{a}", "{b}"]) {
    if (!template.includes(name))
      throw bad(`the template “${shownName(template)}” has no ${name}; as in {a}+{b}= it needs both`);
  }
  checkRange("a", a);
  checkRange("b", b);
}

function checkRange(name: string, { from, to }: Range): void {
  if (to > MAX_OPERAND || to < from || to - from >= MAX_OPERANDS) {
    throw bad(
      `${name} goes from ${String(from)} to ${String(to)}; it needs whole numbers from 0 to ${MAX_OPERAND}, upwards, at most ${MAX_OPERANDS} of them`,
    );
  }
}

const bad = faultsOf("bad-request", "operand plot: ");
