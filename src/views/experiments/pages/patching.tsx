import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { legend } from "#charts/legend.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { gridMap } from "#charts/maps/grid-map.ts";
import { gridFigure } from "#charts/maps/grid-map-marks.ts";
import { likelier, likelierThanOther, shortFactor } from "#charts/factor.ts";
import { nats, percent, short } from "#charts/number-format.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { INPUTS } from "#protocol/experiments/inputs.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { constant, count, estimate, measure, plain, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { soFar } from "../experiment-page.ts";
import type { Chosen, ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { groupChoice, groupOf } from "../group-choice.ts";
import { estimateText, withIntervals } from "../../shared/table/EstimateValue.tsx";

type Result = ResultFor<"patching">;
type Group = Result["found"]["groups"][number];
type Cell = Group["rows"][number][number];

/** A cell with its place. */
interface Placed extends Cell {
  readonly group: string;
  readonly pairs: number;
  readonly layer: number;
  readonly col: number;
  readonly name: string;
}

const texts: ExperimentText = {
  tab: "Patching",
  question: "Which activations carry what makes two prompts differ, over many pairs?",
  method:
    "Each pair is two prompts of as many tokens that differ in one thing. One runs with a single activation taken from the other, in every place; the metric is the difference of the two answers’ logits at the last position, or the answer’s log-probability where both prompts have one answer.",
  controls:
    "The same patches with what another pair’s prompt of this length has there, and with the donor’s positions moved round; 95 % bootstrap intervals over the pairs.",
  reading:
    "A normalised cell is (mean metric − mean corrupted) / (mean clean − mean corrupted), as Wang et al. average before they divide: a mean of ratios would hang on the pairs that hardly differ. Positions count from the last token.",
  notShown:
    "What both prompts of every pair have in common, whatever the answer owes to it. Pairs that the model gets wrong count like the others.",
  doing: "Patching pair after pair",
};

const title = ({ request }: Result, chosen: Chosen) =>
  `${INPUTS.site.control.as === "choice" ? INPUTS.site.control.options[request.site] : request.site} patched, ${request.direction}${chosen["group"] ? `: ${chosen["group"]}` : ""}`;

/** Patches between the prompts of many pairs. */
export const patching: ExperimentPage<"patching"> = {
  texts,
  name: "patching-pairs",
  title,
  sentence,
  choices: [groupChoice("Pairs", (name) => name)],
  figures: [
    {
      label: (chosen, result, isPlain = false) =>
        `Patches, ${isPlain && !isNormalised(groupOf(result, chosen)) ? "geometric mean" : "mean"} over the pairs${withIntervals(result.found.groups.map(({ clean }) => clean))}`,
      draw: (result, size, chosen) => mapOf(result, size, chosen),
    },
  ],
  note: (result) =>
    `Blue: towards the clean answer.${result.found.left > 0 ? ` ${result.found.left} pairs are left out: their prompts have different numbers of tokens, or are the same.` : ""}${soFar(result)}`,
  tables: (result, chosen) => (
    <DataTable<Placed>
      name="Table of patches"
      caption={`The ${LISTED} that move the answer most, or all; mean over the pairs`}
      columns={columns(result)}
      rows={strongest(result, groupOf(result, chosen)).slice(0, LISTED)}
    />
  ),
  file: (result) => tableOf(columns(result), result.found.groups.flatMap(cellsOf(result))),
  published: [],
};

const LISTED = 20;

const cellsOf =
  ({ request }: Pick<Result, "request">) =>
  (group: Group): Placed[] =>
    group.rows.flatMap((row, layer) =>
      row.map((cell, col) => ({
        ...cell,
        group: group.name,
        pairs: group.pairs,
        layer,
        col: request.site === "z" ? col : col - row.length,
        name: request.site === "z" ? `L${layer}H${col}` : `L${layer} at ${String(col - row.length).replace("-", "−")}`,
      })),
    );

const strongest = (result: Pick<Result, "request">, group: Group | undefined): Placed[] =>
  group
    ? cellsOf(result)(group)
        .filter(({ moved }) => !Number.isNaN(moved.value))
        .sort((a, b) => Math.abs(b.moved.value) - Math.abs(a.moved.value))
    : [];

const columns = ({ request }: Result): Column<Placed>[] => [
  plain({ label: "patched", key: "part" }, ({ name }) => name),
  plain({ key: "group" }, ({ group }) => group),
  count({ label: "n", key: "pairs" }, ({ pairs }) => pairs),
  plain({ key: "layer" }, ({ layer }) => layer),
  plain({ key: request.site === "z" ? "head" : "position_from_end" }, ({ col }) => col),
  estimate({ label: "value", key: "value" }, "decimals", ({ value }) => value),
  estimate({ label: "moved", key: "moved" }, "decimals", ({ moved }) => moved),
  measure({ label: "another pair’s", key: "value_of_another_pair" }, "decimals", ({ other }) => other),
  measure({ label: "positions moved", key: "value_positions_moved" }, "decimals", ({ shuffled }) => shuffled),
  constant("direction", request.direction),
];

/** A map in which nothing moves the answer stays pale. */
const LEAST_LIMIT = 0.2;

/** Pairs with one answer have no normalised values. */
const isNormalised = (group: Group | undefined) =>
  group?.rows.some((row) => row.some(({ value }) => !Number.isNaN(value.value))) ?? false;

/** The normalised values; where there are none, as of pairs with one answer, how far the metric moved. */
function mapOf(result: Result, { width, isDark, isPlain }: FigureSize, chosen: Chosen) {
  const { request } = result;
  const group = groupOf(result, chosen);
  const rows = group?.rows ?? [];
  const isScaled = isNormalised(group);
  const base = isScaled && request.direction === "noise" ? 1 : 0;
  const values = rows.map((row) => row.map(({ value, moved }) => (isScaled ? value : moved).value));
  const scale = divergingScale(
    symmetricLimit(
      values.flat().map((value) => value - base),
      LEAST_LIMIT,
    ),
    "linear",
    isDark,
  );
  const cols = rows[0]?.length ?? 0;
  const names = {
    rows: rows.map((_, layer) => `L${layer}`),
    columns: Array.from({ length: cols }, (_, col) => ({
      label: request.site === "z" ? `H${col}` : String(col - cols).replace("-", "−"),
    })),
  };
  // what is added to log p is, without nats, what that makes of the answer
  const write = isPlain && !isScaled ? shortFactor : short;
  const key = legend(scale, (value) => write(base + value));
  const grid = gridMap(values, names, { width: Math.min(width, 720), scale, base, write });
  const unit = isScaled ? "0 corrupted, 1 clean" : isPlain ? "times as likely" : "nats moved";
  return gridFigure(grid, key, unit, figureInks(isDark));
}

/** What both prompts have of the metric: a difference of two logits is the logarithm of how many times as likely the one answer is. */
const plainEnds = ({ clean, corrupted }: Group, isOfTwo: boolean) =>
  isOfTwo
    ? `the clean answer is ${likelierThanOther(clean.value, "the corrupted one")} after the clean prompts, and ${likelierThanOther(corrupted.value, "it")} after the corrupted ones`
    : `the answer has ${percent(Math.exp(clean.value))} after the clean prompts and ${percent(Math.exp(corrupted.value))} after the corrupted ones`;

function sentence(result: Result, chosen: Chosen, isPlain = false): string {
  const group = groupOf(result, chosen);
  if (!group) return "Nothing has been run yet.";
  const [first] = strongest(result, group);
  const isScaled = first !== undefined && !Number.isNaN(first.value.value);
  // a mean of log-probabilities and of logit differences, where the pairs are of either kind, is no probability
  const isPlainly = isPlain && (isScaled || (group.clean.value <= 0 && group.corrupted.value <= 0));
  const of = isPlainly
    ? `Over ${group.pairs} pairs (${group.name}), on geometric average, ${plainEnds(group, isScaled)}.`
    : `Over ${group.pairs} pairs (${group.name}) the metric is ${nats(group.clean.value)}${estimateText(group.clean, "decimals").interval} after the clean prompts and ${nats(group.corrupted.value)} after the corrupted ones.`;
  if (!first) return of;
  if (isScaled)
    return `${of} ${first.name} moves it most, to ${nats(first.value.value)}${estimateText(first.value, "decimals").interval} where 0 is corrupted and 1 clean; another pair’s activation there gives ${nats(first.other)}, its own at other positions ${nats(first.shuffled)}.`;
  if (isPlainly)
    return `${of} ${first.name} moves it most: on geometric average the answer becomes ${likelier(first.moved.value)}.`;
  return `${of} Where both prompts have one answer its log-probability is the metric; ${first.name} moves that most, by ${nats(first.moved.value)} nats${estimateText(first.moved, "decimals").interval}.`;
}
