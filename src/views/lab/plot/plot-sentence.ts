import { solve } from "#analysis/ablation/operation.ts";
import { plotPattern } from "#analysis/plot-pattern.ts";
import type { FactorName, MeasuredCell } from "#analysis/plot-pattern.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import { percent } from "#charts/number-format.ts";
import type { PlotScaleKind } from "#charts/plots/plot-scale.ts";
import type { DrawnPlot, PlotQuantity } from "#state/lab/tools.ts";
import { tokenText } from "../../shared/words/token-text.ts";

interface PlotCell extends MeasuredCell {
  /** The answer's first token. */
  readonly token: string;
}

export const SCALE_KINDS = {
  activation: "signed",
  head: "signedNats",
  probability: "probability",
  logProbability: "logProbability",
} satisfies Record<PlotQuantity["kind"], PlotScaleKind>;

export const UNITS = {
  activation: "activation",
  head: "nats",
  probability: "",
  logProbability: "nats",
} satisfies Record<PlotQuantity["kind"], string>;

/** The same where a number is read as what becomes of the answer, or as its probability. */
export const PLAIN_UNITS = { ...UNITS, head: "times as likely", logProbability: "" };

/** Row by row; an answer is known once the plot is whole. */
export function cellsOf({ asked, values, whole }: DrawnPlot): PlotCell[] {
  return values.flatMap((row, rowIndex) =>
    row.map((value, colIndex) => {
      const [a, b] = [asked.a.from + rowIndex, asked.b.from + colIndex];
      const token = whole?.answers[rowIndex]?.[colIndex] ?? "";
      return {
        a,
        b,
        value,
        token: tokenText(token),
        answer: token === "" ? undefined : solve(asked.operation, a, b),
      };
    }),
  );
}

export function quantityName(quantity: PlotQuantity, isPlain = false): string {
  switch (quantity.kind) {
    case "activation":
      return `Activation of ${formatNeuron(quantity.at)}`;
    case "head":
      return isPlain ? `The answer without ${formatHead(quantity.at)}` : `Effect of ${formatHead(quantity.at)}`;
    case "probability":
      return "Probability of the answer";
    case "logProbability":
      return isPlain ? "Probability of the answer, coloured by its logarithm" : "log p of the answer";
    default:
      throw new Error(`plot: unknown quantity ${String(quantity satisfies never)}`);
  }
}

const PARITY = ["even", "odd"];
const FACTOR_WORDS = {
  aParity: { name: "Whether a is even or odd", level: (level) => `${PARITY[level]} a` },
  bParity: { name: "Whether b is even or odd", level: (level) => `${PARITY[level]} b` },
  answerParity: { name: "Whether the answer is even or odd", level: (level) => `an ${PARITY[level]} answer` },
  parities: {
    name: "Whether a and b are even or odd",
    level: (level) => `${PARITY[level >> 1]} a with ${PARITY[level % 2]} b`,
  },
  a: { name: "a alone", level: (level) => `a = ${level}` },
  b: { name: "b alone", level: (level) => `b = ${level}` },
  lastDigit: { name: "The answer’s last digit", level: (level) => `answers that end in ${level}` },
  answer: { name: "The answer", level: (level) => `the answer ${level}` },
} satisfies Record<FactorName, { readonly name: string; readonly level: (level: number) => string }>;

/** What the plot shows in this case, with its numbers. A mean in nats that `text` writes without them is a geometric one. */
export function plotSentence(plot: DrawnPlot, text: (value: number) => string, isPlain = false): string {
  const cells = cellsOf(plot);
  const known = cells.filter(({ value }) => !Number.isNaN(value));
  const [first] = known;
  if (!first) return plot.whole ? "No pair of these operands has a whole answer to measure." : "";
  const least = known.reduce((low, cell) => (cell.value < low.value ? cell : low), first);
  const most = known.reduce((high, cell) => (cell.value > high.value ? cell : high), first);
  const range = `From ${text(least.value)} at a = ${least.a}, b = ${least.b} to ${text(most.value)} at a = ${most.a}, b = ${most.b}.`;
  const empty = plot.whole && plot.whole.unanswered > 0 ? ` ${plot.whole.unanswered} pairs have no whole answer.` : "";
  const cut =
    plot.whole && plot.whole.lengths.length > 1
      ? ` Prompts have ${plot.whole.lengths.join(" or ")} tokens: numbers are cut into several.`
      : "";
  if (!plot.whole) return range;
  const average = isPlain && UNITS[plot.asked.quantity.kind] === "nats" ? "on geometric average" : "on average";
  const pattern = plotPattern(cells);
  const found = pattern
    ? `${FACTOR_WORDS[pattern.factor].name} explains ${percent(Math.min(1, pattern.explained))} of the variation; farthest from the rest is ${FACTOR_WORDS[pattern.factor].level(pattern.level)}, ${average} ${text(pattern.meanThere)} against ${text(pattern.meanElsewhere)} elsewhere.`
    : "Neither an operand nor the answer alone explains much of it.";
  return `${found} ${range}${empty}${cut}`;
}
