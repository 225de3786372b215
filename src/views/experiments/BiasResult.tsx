import { useMemo } from "react";
import { useStore } from "zustand";
import { curvePlot } from "#charts/curve-plot.ts";
import type { Curve } from "#charts/curve-plot.ts";
import { figureInks } from "#charts/figure-inks.ts";
import { nats } from "#charts/number-format.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../shared/use-width.ts";
import { kLabels, NO_POINT, pointAt } from "./curve-points.ts";
import { biasTable } from "./bias-table.ts";
import { CostTable, costCurves } from "./CostTable.tsx";
import { BiasNeurons } from "./BiasNeurons.tsx";
import { EstimateValue } from "./EstimateValue.tsx";
import { ExperimentExports } from "./ExperimentExports.tsx";
import { biasSentence } from "./experiment-sentences.ts";
import { MarksFigure } from "./MarksFigure.tsx";
import { PublishedFigures } from "./PublishedFigures.tsx";
import { TABLE_12, TABLE_13, TABLE_13_ROWS } from "./published.ts";
import { NumberHeads } from "./NumberHeads.tsx";

type Result = Extract<ExperimentResult, { readonly kind: "bias" }>;
type Found = Result["found"];

/** What is left of a bias over the number of neurons that are scaled, and what that costs. */
export function BiasResult({ result }: { readonly result: Result }) {
  const { found } = result;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const [gaps, costs] = useMemo(
    () => [biasCurves(found, width, dark), costCurves(found, width, dark)],
    [found, width, dark],
  );
  const sentence = biasSentence(result);
  return (
    <div ref={host} className="experiment-figures">
      <h3>Bias with the first k neurons multiplied by {result.request.scale}, in nats</h3>
      <MarksFigure figure={gaps} label="Bias over k: all, each side, random neurons, and Llama-7B’s" />
      <h3>Accuracy lost elsewhere, in percentage points</h3>
      <MarksFigure figure={costs} label="Accuracy lost over k: names’ pronouns, capitals, arithmetic" />
      <p className="small faint">
        Whiskers: 95 % intervals. Dashed: random neurons of the same layers. Dotted: Llama-7B, 18 neurons.
        {result.steps < result.stepsInAll && ` Of ${result.steps} of ${result.stepsInAll} batches so far.`}
      </p>
      <p className="says">{sentence}</p>
      <Table found={found} />
      <CostTable found={found} axis="k" />
      <BiasNeurons found={found} />
      <PublishedFigures tables={[TABLE_12, TABLE_13_ROWS]} />
      <footer className="panel-foot">
        <ExperimentExports
          name="gender-bias"
          result={result}
          figure={(isDarkFigure) => biasCurves(found, 720, isDarkFigure)}
          title={`Bias with the first k neurons multiplied by ${result.request.scale}, in nats`}
          sentence={sentence}
          table={() => biasTable(result)}
        />
      </footer>
    </div>
  );
}

function Table({ found }: { readonly found: Found }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of bias, scrolls">
      <table className="experiment-table">
        <caption>
          Mean gap in nats with 95 % intervals over the words, n = {found.pairs} pairs (
          {found.sides.map(({ name, words }) => `${name} ${words} words`).join(", ")})
        </caption>
        <thead>
          <tr>
            <NumberHeads
              names={["k", "bias", ...found.sides.map(({ name }) => name), "taken away", "unseen prompts", "random k"]}
            />
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">as it is</th>
            <td className="number">
              <EstimateValue of={found.bias} as="nats" />
            </td>
            {found.sides.map(({ name, bias }) => (
              <td key={name} className="number">
                <EstimateValue of={bias} as="nats" />
              </td>
            ))}
            <td />
            <td className="number">
              <EstimateValue of={found.unseen} as="nats" />
            </td>
            <td />
          </tr>
          {found.rows.map((row) => (
            <Row key={row.count} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { readonly row: Found["rows"][number] }) {
  return (
    <tr>
      <th scope="row" className="number">
        {row.count}
      </th>
      {[row.bias, ...row.sides].map((each, index) => (
        <td key={index} className="number">
          <EstimateValue of={each} as="nats" />
        </td>
      ))}
      <td className="number">
        <EstimateValue of={row.reduction} as="percent" />
      </td>
      <td className="number">
        <EstimateValue of={row.unseen} as="nats" />
      </td>
      <td className="number">
        {nats(row.random.mean)} ± {nats(row.random.spread)}
      </td>
    </tr>
  );
}

function biasCurves(found: Found, width: number, dark: boolean) {
  const inks = figureInks(dark);
  const { rows, sides, bias } = found;
  const list: Curve[] = [
    { name: "bias", points: [bias, ...rows.map((row) => row.bias)], colour: inks.series[0]! },
    ...sides.map((side, index) => ({
      name: side.name,
      points: [pointAt(side.bias.value), ...rows.map((row) => pointAt(row.sides[index]?.value ?? Number.NaN))],
      colour: inks.series[index + 1] ?? inks.ink,
    })),
    {
      name: "random",
      points: [pointAt(bias.value), ...rows.map((row) => pointAt(row.random.mean))],
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
    width: Math.min(width, 760),
    inks,
    labels: kLabels(found.rows),
    axis: "k neurons",
    format: nats,
  });
}
