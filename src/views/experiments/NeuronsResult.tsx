import { useMemo } from "react";
import { useStore } from "zustand";
import { curvePlot } from "#charts/curve-plot.ts";
import type { Curve, CurvePoint } from "#charts/curve-plot.ts";
import { figureInks } from "#charts/figure-inks.ts";
import { nats, percent } from "#charts/number-format.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../shared/use-width.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import type { Estimate } from "./EstimateValue.tsx";
import { ExperimentExports } from "./ExperimentExports.tsx";
import { neuronsSentence } from "./experiment-sentences.ts";
import { MarksFigure } from "./MarksFigure.tsx";
import { PublishedFigures } from "./PublishedFigures.tsx";
import { TABLE_5, TABLE_5_COUNTS, TABLES_5_AND_6 } from "./published.ts";

type Result = Extract<ExperimentResult, { readonly kind: "neurons" }>;
type Row = Result["found"]["rows"][number];

/** Columns of the table and the curves, by their names in the exports. */
const COLUMNS = [
  ["mask", "mask"],
  ["randomMask", "random mask"],
  ["keep", "keep"],
  ["randomKeep", "random keep"],
  ["activationLoss", "coef"],
  ["lowestLoss", "coef, lowest off"],
] as const satisfies readonly (readonly [keyof Row, string])[];

/** Mask, keep and loss of activation over the number of neurons. */
export function NeuronsResult({ result }: { readonly result: Result }) {
  const { found } = result;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const [accuracy, activation] = useMemo(
    () => [accuracyCurves(found.rows, width, dark), activationCurves(found.rows, width, dark)],
    [found, width, dark],
  );
  const sentence = neuronsSentence(result);
  return (
    <div ref={host} className="experiment-figures">
      <h3>Accuracy lost (relative) with the k neurons off, and with only them on</h3>
      <MarksFigure figure={accuracy} label="Accuracy lost over k: mask, keep, their random controls, and Llama-7B’s" />
      <h3>Activation lost by the k neurons, with the head off and with the lowest of them off</h3>
      <MarksFigure figure={activation} label="Activation lost over k, and Llama-7B’s" />
      <p className="small faint">
        Whiskers: 95 % intervals. Dashed: random neurons of the same layers. Dotted: Llama-7B (L17H22, one digit + and
        −).
      </p>
      <p className="says">{sentence}</p>
      <Table result={result} />
      <PublishedFigures tables={[TABLES_5_AND_6]} />
      <footer className="panel-foot">
        <ExperimentExports
          name="mask-and-keep"
          result={result}
          figure={(isDarkFigure) => accuracyCurves(found.rows, 720, isDarkFigure)}
          title={`Mask and keep: neurons that lose most to ${formatHead(result.request.head)}`}
          sentence={sentence}
          table={() => exportTable(result)}
        />
      </footer>
    </div>
  );
}

function Table({ result: { found, request } }: { readonly result: Result }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of curves, scrolls">
      <table className="experiment-table">
        <caption>
          Relative decreases with 95 % intervals, n = {found.tokens} answer tokens ({found.correct} right as the model
          is); with {formatHead(request.head)} off <EstimateValue of={found.headLoss} as="percent" />
        </caption>
        <thead>
          <tr>
            <th scope="col" className="number">
              k
            </th>
            {COLUMNS.map(([name, label]) => (
              <th key={name} scope="col" className="number">
                {label}
              </th>
            ))}
            <th scope="col" className="number">
              mask, nats
            </th>
          </tr>
        </thead>
        <tbody>
          {found.rows.map((row) => (
            <tr key={row.count}>
              <th scope="row" className="number">
                {row.count}
              </th>
              {COLUMNS.map(([name]) => (
                <td key={name} className="number">
                  <EstimateValue of={row[name]} as="percent" />
                </td>
              ))}
              <td className="number" title={`random: ${nats(row.randomMaskNats.value)}`}>
                <EstimateValue of={row.maskNats} as="nats" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small faint">
        Lowest neurons of the longest lists:{" "}
        {found.lowest.map(({ at, tokens }) => `${formatNeuron(at)} (${tokens})`).join(", ")}.
        {found.uncertified > 0 && ` ${found.uncertified} lists are not proven to be exact.`}
      </p>
    </div>
  );
}

const pointsOf = (rows: readonly Row[], of: (row: Row) => Estimate): CurvePoint[] => rows.map(of);

/** The paper's values at those counts that it has. */
const publishedPoints = (rows: readonly Row[], percents: readonly number[]): CurvePoint[] =>
  rows.map(({ count }) => {
    const place = TABLE_5_COUNTS.findIndex((known) => known === count);
    return { value: place < 0 ? Number.NaN : percents[place]! / 100, low: Number.NaN, high: Number.NaN };
  });

function accuracyCurves(rows: readonly Row[], width: number, dark: boolean) {
  const inks = figureInks(dark);
  const [mask, keep] = [inks.series[0]!, inks.series[1]!];
  return curves(rows, width, dark, [
    { name: "mask", points: pointsOf(rows, (row) => row.mask), colour: mask },
    { name: "keep", points: pointsOf(rows, (row) => row.keep), colour: keep },
    { name: "random mask", points: pointsOf(rows, (row) => row.randomMask), colour: mask, dash: "control" },
    { name: "random keep", points: pointsOf(rows, (row) => row.randomKeep), colour: keep, dash: "control" },
    { name: "mask, Llama-7B", points: publishedPoints(rows, TABLE_5.mask), colour: mask, dash: "published" },
    { name: "keep, Llama-7B", points: publishedPoints(rows, TABLE_5.keep), colour: keep, dash: "published" },
  ]);
}

function activationCurves(rows: readonly Row[], width: number, dark: boolean) {
  const inks = figureInks(dark);
  const [head, lowest] = [inks.series[0]!, inks.series[3]!];
  return curves(rows, width, dark, [
    { name: "head off", points: pointsOf(rows, (row) => row.activationLoss), colour: head },
    { name: "lowest off", points: pointsOf(rows, (row) => row.lowestLoss), colour: lowest },
    { name: "head off, Llama", points: publishedPoints(rows, TABLE_5.coef), colour: head, dash: "published" },
    { name: "lowest off, Llama", points: publishedPoints(rows, TABLE_5.lowest), colour: lowest, dash: "published" },
  ]);
}

const curves = (rows: readonly Row[], width: number, dark: boolean, list: readonly Curve[]) =>
  curvePlot(list, {
    width: Math.min(width, 760),
    inks: figureInks(dark),
    labels: rows.map(({ count }) => String(count)),
    axis: "k neurons",
    format: percent,
  });

const exportTable = ({ found, request }: Result) => ({
  header: [
    "head",
    "ablation",
    "k",
    "tokens",
    "accuracy_before",
    ...[...COLUMNS.map(([name]) => name), "maskNats", "randomMaskNats"].flatMap((name) => [
      name,
      `${name}_low`,
      `${name}_high`,
    ]),
  ],
  rows: found.rows.map((row) => [
    formatHead(request.head),
    request.ablation ?? "zero",
    row.count,
    found.tokens,
    found.accuracy.value,
    ...[...COLUMNS.map(([name]) => row[name]), row.maskNats, row.randomMaskNats].flatMap(({ value, low, high }) => [
      value,
      low,
      high,
    ]),
  ]),
});
