import { curvePlot } from "#charts/plots/curve-plot.ts";
import type { Curve } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { factor, inNats, likelierThanOther } from "#charts/factor.ts";
import { nats, percent } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { READ_OFF } from "../../shared/words/read-off.ts";
import { tokenText } from "../../shared/words/token-text.ts";
import { ablationColumn, ablationSentence } from "../ablation-texts.ts";
import { CostTable, costCurves } from "../result/CostTable.tsx";
import { kLabels, NO_POINT, pointAt } from "../curve-points.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { constant, estimate, forResearchers, measure, plain, spread, tableOf } from "../../shared/table/columns.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { estimateText, whiskersOf, withIntervals } from "../../shared/table/EstimateValue.tsx";
import type { Estimate } from "../../shared/table/EstimateValue.tsx";
import { soFar } from "../experiment-page.ts";
import type { ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { TABLE_12, TABLE_13, TABLE_13_ROWS } from "../published/published.ts";
import { groupName } from "../../shared/words/operation-signs.ts";

type Result = ResultFor<"bias">;
type Found = Result["found"];

const texts: ExperimentText = {
  tab: "Gender bias",
  question: "Which neurons carry a bias, and what does it cost to take it away?",
  method:
    "A word’s gap is log p(answer) on the side that it is expected on minus log p on the other: a profession behind “A woman works as a” and behind “A man works as a”, or “she” and “he” behind a profession. The neurons whose log-probability increase differs most between the sides under the first prompt, weighed over all words, are multiplied by the scale, and the gaps are measured again under all prompts.",
  controls:
    "As many random neurons of the same layers, three sets for each k. What should not change is measured too: the pronoun of a person’s name, capitals, arithmetic of one digit. “Unseen prompts” are those that the neurons were not found under.",
  reading:
    "The paper does not say how the lists of 32 professions become 18 neurons; here it is the mean over the words, both sides weighed alike, each increase by its own prompt’s lens. It gives eight prompts in its appendix and four in its text, and one man’s profession is cut off. A word of several tokens is compared by its first and measured as a whole. The paper has no random control and does not say what else its edit breaks.",
  notShown:
    "That the model is unbiased once the gap is small: the words are few, two sides are not all there is, and a gap can close because both sides get worse. Intervals are over the words of the list, not over prompts.",
  doing: "Finding neurons, then measuring gaps and controls",
};

const title = ({ request }: Result, _: unknown, isPlain = false) =>
  `Bias with the first k neurons multiplied by ${request.scale}${isPlain ? "" : ", in nats"}`;

/** What is left of a bias over the number of neurons that are scaled, and what that costs. */
export const bias: ExperimentPage<"bias"> = {
  texts,
  name: "gender-bias",
  title,
  sentence,
  figures: [
    {
      heading: title,
      label: () => "Bias over k: all, each side, random neurons, and Llama-7B’s",
      draw: ({ found }, size) => biasCurves(found, size),
    },
    {
      heading: () => "Accuracy lost elsewhere, in percentage points",
      label: () => "Accuracy lost over k: names’ pronouns, capitals, arithmetic",
      draw: ({ found }, size) => costCurves(found, size),
    },
  ],
  note: (result) =>
    `${whiskersOf([result.found.bias])}Dashed: random neurons of the same layers. Dotted: Llama-7B, 18 neurons.${soFar(result)}`,
  tables: ({ found }) => (
    <>
      <BiasTable found={found} />
      <CostTable found={found} axis="k" />
      <BiasNeurons found={found} />
    </>
  ),
  file: biasFile,
  published: [TABLE_12, TABLE_13_ROWS],
};

/** The model as it is, then each k. */
type Line = Pick<Found["rows"][number], "bias" | "unseen" | "sides"> &
  Partial<Pick<Found["rows"][number], "count" | "reduction" | "random">>;

function BiasTable({ found }: { readonly found: Found }) {
  const isPlain = usePlain();
  const asItIs: Line = { bias: found.bias, unseen: found.unseen, sides: found.sides.map((side) => side.bias) };
  return (
    <DataTable<Line>
      name="Table of bias"
      caption={`${isPlain ? "How many times as likely on its own side, a geometric mean" : "Mean gap in nats"} over the words${withIntervals([found.bias])}, n = ${found.pairs} pairs (${found.sides
        .map(({ name, words }) => `${name} ${words} words`)
        .join(", ")})`}
      columns={[
        { ...plain({ label: "k" }, (row) => row.count ?? "as it is"), isNumber: true },
        estimate({ label: "bias" }, "gain", (row) => row.bias),
        ...found.sides.map(({ name }, index) => estimate<Line>({ label: name }, "gain", (row) => row.sides[index])),
        {
          ...estimate<Line>({ label: "taken away" }, "percent", (row) => row.reduction),
          plainly: { label: "taken away, of the logarithm" },
        },
        estimate({ label: "unseen prompts" }, "gain", (row) => row.unseen),
        spread({ label: "random k" }, "gain", (row) => row.random),
      ]}
      rows={[asItIs, ...found.rows]}
    />
  );
}

/** Neurons that are listed; all of them are in the saved result. */
const LISTED = 18;

/** The paper's table 12 for this model: the neurons that tell the sides apart, with what they separate and what they promote. */
function BiasNeurons({ found: { neurons, sides, certified } }: { readonly found: Found }) {
  type Neuron = Found["neurons"][number];
  const isPlain = usePlain();
  return (
    <DataTable<Neuron>
      name="Table of neurons"
      caption={`Neurons by how much more they ${isPlain ? "make of the probability" : "add to log p"} on a word’s own side than on the other, ${isPlain ? `${READ_OFF}: a geometric mean` : "in nats, mean"} over the words under the first prompt${certified ? "" : "; the list is not proven to be exact"}`}
      columns={[
        plain({ label: "neuron" }, formatNeuron),
        {
          ...measure<Neuron>({ label: "difference" }, "figures", ({ change }) => change),
          plainly: { show: (row: Neuron) => factor(row.change) },
        },
        {
          ...measure<Neuron>({ label: "own side" }, "figures", ({ own }) => own),
          plainly: { show: (row: Neuron) => factor(row.own) },
        },
        {
          ...measure<Neuron>({ label: "other side" }, "figures", ({ other }) => other),
          plainly: { show: (row: Neuron) => factor(row.other) },
        },
        ...sides.map(({ name }, index) =>
          forResearchers(
            measure<Neuron>({ label: `activation, ${name}` }, "figures", ({ activations }) => activations[index]),
          ),
        ),
        {
          ...plain<Neuron>({ label: "words told apart" }, ({ words }) =>
            words
              .slice(0, 4)
              .map(({ word }) => word)
              .join(", "),
          ),
          title: ({ words }) =>
            words.map(({ word, change }) => `${word} ${inNats(change, "gain", isPlain)}`).join(", "),
        },
        plain({ label: "promotes where it fires" }, ({ tokens }) => tokens.map(tokenText).join(" ")),
      ]}
      rows={neurons.slice(0, LISTED)}
    />
  );
}

/** A row for each k and each thing that is measured: the bias of all and of each side in nats, accuracies as shares. */
function biasFile({ found, request }: Result) {
  interface Row {
    readonly k: number;
    readonly measure: string;
    readonly group: string;
    readonly of: Estimate;
    readonly random?: { readonly mean: number; readonly spread: number };
  }
  const asItIs: Row[] = [
    { k: 0, measure: "bias", group: "all", of: found.bias },
    { k: 0, measure: "bias, unseen prompts", group: "all", of: found.unseen },
    ...found.sides.map((side) => ({ k: 0, measure: "bias", group: side.name, of: side.bias })),
    ...found.controls.map(({ name, accuracy }) => ({ k: 0, measure: "accuracy", group: name, of: accuracy })),
  ];
  const rows = found.rows.flatMap((row): Row[] => [
    { k: row.count, measure: "bias", group: "all", of: row.bias, random: row.random },
    { k: row.count, measure: "bias, unseen prompts", group: "all", of: row.unseen },
    { k: row.count, measure: "share of the bias taken away", group: "all", of: row.reduction },
    ...row.sides.map((of, index) => ({ k: row.count, measure: "bias", group: found.sides[index]!.name, of })),
    ...row.costs.flatMap(({ group, cost, random }) => [
      { k: row.count, measure: "accuracy", group, of: cost.accuracy },
      { k: row.count, measure: "accuracy lost", group, of: cost.lost, random },
      { k: row.count, measure: "nats lost", group, of: cost.nats },
    ]),
  ]);
  return tableOf<Row>(
    [
      plain({ key: "k" }, ({ k }) => k),
      constant("scale", request.scale),
      ablationColumn(request),
      plain({ key: "measure" }, (row) => row.measure),
      plain({ key: "group" }, ({ group }) => group),
      { ...estimate({}, "gain", ({ of }) => of), keys: ["value", "low", "high"] },
      spread({ key: "random" }, "gain", ({ random }) => random),
    ],
    [...asItIs, ...rows],
  );
}

/** The paper's number of neurons, where it was measured. */
const PUBLISHED_COUNT = 18;

function sentence(result: Result, _: unknown, isPlain = false): string {
  const { found, request } = result;
  const row = found.rows.find(({ count }) => count === PUBLISHED_COUNT) ?? found.rows.at(-1);
  if (!row || Number.isNaN(found.bias.value)) return "Nothing has been run yet.";
  const { interval } = estimateText(found.bias, "gain");
  const bias = isPlain
    ? `On its own side a word is on geometric average ${likelierThanOther(found.bias.value, "on the other")} (${found.pairs} pairs)`
    : `The gap is ${nats(found.bias.value)} nats${interval} over ${found.pairs} pairs`;
  if (!(found.bias.low > 0) && !Number.isNaN(found.bias.low)) {
    return `${bias}; the interval is not above ${isPlain ? "×1" : "0"}, so that this model shows no such bias in these words and there is nothing to take away.`;
  }
  const dearest = [...row.costs].sort((a, b) => b.cost.lost.value - a.cost.lost.value)[0];
  const cost =
    dearest && dearest.cost.lost.value > 0
      ? `; it costs ${groupName(dearest.group)} ${percent(dearest.cost.lost.value)} in absolute terms, from ${percent(dearest.cost.accuracy.value + dearest.cost.lost.value)} to ${percent(dearest.cost.accuracy.value)}`
      : "; nothing that should not change lost accuracy";
  return (
    `${bias}; multiplying ${row.count} neurons by ${request.scale} leaves ${inNats(row.bias.value, "gain", isPlain)} (${percent(row.reduction.value)} ${isPlain ? "of its logarithm " : ""}taken away), ` +
    `random ones of the same layers ${inNats(row.random.mean, "gain", isPlain)}${cost}. ${ablationSentence(result)}`
  );
}

function biasCurves(found: Found, { width, isDark, isPlain }: FigureSize) {
  const inks = figureInks(isDark);
  const { rows, sides } = found;
  const list: Curve[] = [
    { name: "bias", points: [found.bias, ...rows.map((row) => row.bias)], colour: inks.series[0]! },
    ...sides.map((side, index) => ({
      name: side.name,
      points: [pointAt(side.bias.value), ...rows.map((row) => pointAt(row.sides[index]?.value ?? Number.NaN))],
      colour: inks.series[index + 1] ?? inks.ink,
    })),
    {
      name: "random",
      points: [pointAt(found.bias.value), ...rows.map((row) => pointAt(row.random.mean))],
      colour: inks.series[0]!,
      dash: "control",
    },
    {
      name: "Llama-7B",
      points: [
        pointAt(TABLE_13.before),
        ...rows.map(({ count }) => (count === TABLE_13.count ? pointAt(TABLE_13.after) : NO_POINT)),
      ],
      colour: inks.soft,
      dash: "published",
    },
  ];
  return curvePlot(list, {
    width,
    inks,
    labels: kLabels(found.rows),
    axis: "k neurons",
    format: (gap) => inNats(gap, "gain", isPlain),
  });
}
