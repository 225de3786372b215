import { useMemo } from "react";
import { useStore } from "zustand";
import { curvePlot } from "#charts/curve-plot.ts";
import type { Curve } from "#charts/curve-plot.ts";
import { figureInks } from "#charts/figure-inks.ts";
import { percent } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../shared/use-width.ts";
import { CostTable } from "./CostTable.tsx";
import { pointAt } from "./curve-points.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import { ExperimentExports } from "./ExperimentExports.tsx";
import { pruningSentence } from "./experiment-sentences.ts";
import { MarksFigure } from "./MarksFigure.tsx";
import { PrunedSetExport } from "./PrunedSetExport.tsx";
import { pruningTable } from "./pruning-table.ts";
import { PublishedFigures } from "./PublishedFigures.tsx";
import { groupName, TABLE_11 } from "./published.ts";
import { NumberHeads } from "./NumberHeads.tsx";

type Result = Extract<ExperimentResult, { readonly kind: "pruning" }>;
type Found = Result["found"];

/** What is left of the answers over how many deep neurons are kept. */
export function PruningResult({ result }: { readonly result: Result }) {
  const { found, request } = result;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const figure = useMemo(() => accuracyCurves(found, width, dark), [found, width, dark]);
  const sentence = pruningSentence(result);
  return (
    <div ref={host} className="experiment-figures">
      <h3>Accuracy with only these neurons of the layers from {found.fromLayer} on</h3>
      <MarksFigure
        figure={figure}
        label="Accuracy over the share of deep neurons kept: the suite, the cases they were found on, controls, random neurons"
      />
      <p className="small faint">
        Whiskers: 95 % intervals. Dashed: as many random neurons of each layer. Found for {found.tokens} answer tokens
        by {request.head ? `what is lost with ${formatHead(request.head)} off` : "increase"}.
        {found.uncertified > 0 && ` ${found.uncertified} lists are not proven to be exact.`}
        {result.steps < result.stepsInAll && ` Of ${result.steps} of ${result.stepsInAll} batches so far.`}
      </p>
      <p className="says">{sentence}</p>
      <Table found={found} />
      <CostTable found={found} axis="N" />
      <PrunedSetExport result={result} />
      <PublishedFigures tables={[TABLE_11]} />
      <footer className="panel-foot">
        <ExperimentExports
          name="pruning"
          result={result}
          figure={(isDarkFigure) => accuracyCurves(found, 720, isDarkFigure)}
          title={`Accuracy with only some neurons of the layers from ${found.fromLayer} on`}
          sentence={sentence}
          table={() => pruningTable(result)}
        />
      </footer>
    </div>
  );
}

function Table({ found }: { readonly found: Found }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of pruning, scrolls">
      <table className="experiment-table">
        <caption>
          Accuracy with 95 % intervals, the mean over the groups and each of them; n ={" "}
          {found.groups.reduce((sum, { scored }) => sum + scored, 0)}, and {found.known.scored} that the neurons were
          found on
        </caption>
        <thead>
          <tr>
            <NumberHeads
              names={[
                "N",
                "kept",
                "share",
                "all",
                ...found.groups.map(({ name }) => groupName(name)),
                "found on",
                "random",
              ]}
            />
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">as it is</th>
            <td className="number">{found.deep}</td>
            <td className="number">{percent(1)}</td>
            {[found.all, ...found.groups.map(({ accuracy }) => accuracy), found.known.accuracy].map((each, index) => (
              <td key={index} className="number">
                <EstimateValue of={each} as="percent" />
              </td>
            ))}
            <td />
          </tr>
          {found.rows.map((row) => (
            <tr key={row.count}>
              <th scope="row" className="number">
                {row.count}
              </th>
              <td
                className="number"
                title={row.kept.map(({ layer, neurons }) => `layer ${layer}: ${neurons.length}`).join(", ")}
              >
                {row.neurons}
              </td>
              <td className="number">{percent(row.share)}</td>
              {[row.all, ...row.groups, row.known].map(({ accuracy }, index) => (
                <td key={index} className="number">
                  <EstimateValue of={accuracy} as="percent" />
                </td>
              ))}
              <td className="number">
                {percent(row.random.mean)} ± {percent(row.random.spread)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Narrow enough for nine of them on a phone. */
const shortPercent = (share: number) => (share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0);

function accuracyCurves(found: Found, width: number, dark: boolean) {
  const inks = figureInks(dark);
  const { rows } = found;
  const list: Curve[] = [
    { name: "suite", points: [...rows.map(({ all }) => all.accuracy), found.all], colour: inks.series[0]! },
    {
      name: "random",
      points: [...rows.map(({ random }) => pointAt(random.mean)), pointAt(Number.NaN)],
      colour: inks.series[0]!,
      dash: "control",
    },
    {
      name: "found on",
      points: [...rows.map(({ known }) => pointAt(known.accuracy.value)), pointAt(found.known.accuracy.value)],
      colour: inks.series[2] ?? inks.ink,
    },
    ...found.controls.map(({ name, accuracy }, index) => ({
      name: groupName(name),
      points: [
        ...rows.map(({ costs }) =>
          pointAt(costs.find(({ group }) => group === name)?.cost.accuracy.value ?? Number.NaN),
        ),
        pointAt(accuracy.value),
      ],
      colour: inks.series[index + 3] ?? inks.soft,
    })),
  ];
  return curvePlot(list, {
    width: Math.min(width, 760),
    inks,
    labels: [...rows.map(({ share }) => shortPercent(share)), shortPercent(1)],
    axis: "% of the deep neurons kept",
    format: percent,
  });
}
