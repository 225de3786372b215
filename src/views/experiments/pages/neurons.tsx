import { curvePlot } from "#charts/plots/curve-plot.ts";
import type { Curve, CurvePoint } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { nats, percent } from "#charts/number-format.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { ablationColumn, ablationSentence } from "../ablation-texts.ts";
import { NO_POINT, pointAt } from "../curve-points.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { constant, count, estimate, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { EstimateValue, whiskersOf, withIntervals } from "../../shared/table/EstimateValue.tsx";
import type { ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { TABLE_5, TABLE_5_COUNTS, TABLES_5_AND_6 } from "../published/published.ts";

type Result = ResultFor<"neurons">;
type Row = Result["found"]["rows"][number];

const texts: ExperimentText = {
  tab: "Mask and keep",
  question: "How few neurons carry a prediction?",
  method:
    "For each answer token the neurons that lose most of their log-probability increase to the head are found (comparative neuron analysis). The first k of them are switched off (mask), or every other neuron from the head’s layer on is (keep); loss of activation is Σ sign(m)(m − m′) / Σ |m| with the head off.",
  controls:
    "As many random neurons in the same layers, three sets for each k and token, masked and kept. The lowest-neuron test switches off the list’s neuron of the lowest layer and measures the activations of the rest.",
  reading:
    "Decreases are relative, (before − after) / before, over the answer tokens of the suite; the paper measured on some 76 cases whose choice it does not give. It has no random control in this table. “Coef” is read as the mean over cases of the loss defined above, weighted by activation; where few neurons fire weakly it can pass 100 %.",
  notShown:
    "That these neurons compute the answer: the list is by a direct effect on the output, and what feeds them is not in it. Keep empties whole layers, which no model was trained for.",
  doing: "Comparing neurons, case by case",
};

/** Mask, keep and loss of activation over the number of neurons. */
export const neurons: ExperimentPage<"neurons"> = {
  texts,
  name: "mask-and-keep",
  title: ({ request }) => `Mask and keep: neurons that lose most to ${formatHead(request.head)}`,
  sentence,
  figures: [
    {
      heading: () => "Accuracy lost (relative) with the k neurons off, and with only them on",
      label: () => "Accuracy lost over k: mask, keep, their random controls, and Llama-7B’s",
      draw: ({ found }, size) => accuracyCurves(found.rows, size),
    },
    {
      heading: () => "Activation lost by the k neurons, with the head off and with the lowest of them off",
      label: () => "Activation lost over k, and Llama-7B’s",
      draw: ({ found }, size) => activationCurves(found.rows, size),
    },
  ],
  note: ({ found }) =>
    `${whiskersOf([found.headLoss])}Dashed: random neurons of the same layers. Dotted: Llama-7B (L17H22, one digit + and −).`,
  tables: (result) => <Curves result={result} />,
  file: (result) => tableOf(columns(result), result.found.rows),
  published: [TABLES_5_AND_6],
};

const columns = ({ found, request }: Result): Column<Row>[] => [
  constant("head", formatHead(request.head)),
  ablationColumn(request),
  count({ label: "k", key: "k" }, (row) => row.count),
  constant("tokens", found.tokens),
  constant("accuracy_before", found.accuracy.value),
  estimate({ label: "mask", key: "mask" }, "percent", ({ mask }) => mask),
  estimate({ label: "random mask", key: "randomMask" }, "percent", ({ randomMask }) => randomMask),
  estimate({ label: "keep", key: "keep" }, "percent", ({ keep }) => keep),
  estimate({ label: "random keep", key: "randomKeep" }, "percent", ({ randomKeep }) => randomKeep),
  estimate({ label: "coef", key: "activationLoss" }, "percent", ({ activationLoss }) => activationLoss),
  estimate({ label: "coef, lowest off", key: "lowestLoss" }, "percent", ({ lowestLoss }) => lowestLoss),
  {
    ...estimate({ label: "mask, nats", key: "maskNats" }, "effect", ({ maskNats }) => maskNats),
    title: ({ randomMaskNats }) => `random: ${nats(randomMaskNats.value)} nats`,
    plainly: { label: "the answer, mask, geometric mean" },
  },
  estimate({ key: "randomMaskNats" }, "effect", ({ randomMaskNats }) => randomMaskNats),
];

function Curves({ result }: { readonly result: Result }) {
  const { found, request } = result;
  return (
    <>
      <DataTable
        name="Table of curves"
        caption={
          <>
            Relative decreases{withIntervals([found.headLoss])}, n = {found.tokens} answer tokens ({found.correct} right
            as the model is); with {formatHead(request.head)} off <EstimateValue of={found.headLoss} as="percent" />
          </>
        }
        columns={columns(result)}
        rows={found.rows}
      />
      <p className="small faint">
        Lowest neurons of the longest lists:{" "}
        {found.lowest.map(({ at, tokens }) => `${formatNeuron(at)} (${tokens})`).join(", ")}.
        {found.uncertified > 0 && ` ${found.uncertified} lists are not proven to be exact.`}
      </p>
    </>
  );
}

function sentence(result: Result): string {
  const { found, request } = result;
  const row = found.rows.find(({ count }) => count === 10) ?? found.rows[0];
  if (!row) return "No answer token is taken into account.";
  return (
    `Switching off the ${row.count} neurons that lose most to ${formatHead(request.head)} costs ${percent(row.mask.value)} of the right answer tokens (relative), ` +
    `random ones of the same layers ${percent(row.randomMask.value)}; keeping only these costs ${percent(row.keep.value)}, random ones ${percent(row.randomKeep.value)}. n = ${found.tokens} tokens, ${found.correct} right as the model is. ${ablationSentence(result)}`
  );
}

/** The paper's values at those counts that it has. */
const publishedPoints = (rows: readonly Row[], percents: readonly number[]): CurvePoint[] =>
  rows.map((row) => {
    const place = TABLE_5_COUNTS.findIndex((known) => known === row.count);
    return place < 0 ? NO_POINT : pointAt(percents[place]! / 100);
  });

function accuracyCurves(rows: readonly Row[], size: FigureSize) {
  const { series } = figureInks(size.isDark);
  const [mask, keep] = [series[0]!, series[1]!];
  return curves(rows, size, [
    { name: "mask", points: rows.map((row) => row.mask), colour: mask },
    { name: "keep", points: rows.map((row) => row.keep), colour: keep },
    { name: "random mask", points: rows.map((row) => row.randomMask), colour: mask, dash: "control" },
    { name: "random keep", points: rows.map((row) => row.randomKeep), colour: keep, dash: "control" },
    { name: "mask, Llama-7B", points: publishedPoints(rows, TABLE_5.mask), colour: mask, dash: "published" },
    { name: "keep, Llama-7B", points: publishedPoints(rows, TABLE_5.keep), colour: keep, dash: "published" },
  ]);
}

function activationCurves(rows: readonly Row[], size: FigureSize) {
  const { series } = figureInks(size.isDark);
  const [head, lowest] = [series[0]!, series[3]!];
  return curves(rows, size, [
    { name: "head off", points: rows.map((row) => row.activationLoss), colour: head },
    { name: "lowest off", points: rows.map((row) => row.lowestLoss), colour: lowest },
    { name: "head off, Llama", points: publishedPoints(rows, TABLE_5.coef), colour: head, dash: "published" },
    { name: "lowest off, Llama", points: publishedPoints(rows, TABLE_5.lowest), colour: lowest, dash: "published" },
  ]);
}

const curves = (rows: readonly Row[], { width, isDark }: FigureSize, list: readonly Curve[]) =>
  curvePlot(list, {
    width,
    inks: figureInks(isDark),
    labels: rows.map((row) => String(row.count)),
    axis: "k neurons",
    format: percent,
  });
