import { curvePlot } from "#charts/curve-plot.ts";
import type { Curve } from "#charts/curve-plot.ts";
import { figureInks } from "#charts/figure-inks.ts";
import { percent } from "#charts/number-format.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { kLabels, NO_POINT, pointAt } from "./curve-points.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import { groupName } from "./published.ts";

type BiasFound = Extract<ExperimentResult, { readonly kind: "bias" }>["found"];

/** Suites that should not change, as the model is and over a number of neurons. */
interface Found {
  readonly controls: BiasFound["controls"];
  readonly rows: readonly Pick<BiasFound["rows"][number], "count" | "costs">[];
}

/** What should not change, over the number of neurons. */
export function CostTable({ found, axis }: { readonly found: Found; readonly axis: string }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of costs, scrolls">
      <table className="experiment-table">
        <caption>
          Accuracy of what should not change, and below it the percentage points lost with their 95 % interval; random
          neurons on hover
        </caption>
        <thead>
          <tr>
            <th scope="col" className="number">
              {axis}
            </th>
            {found.controls.map(({ name, scored }) => (
              <th key={name} scope="col" className="number">
                {groupName(name)}
                <span className="under">n = {scored}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">as it is</th>
            {found.controls.map(({ name, accuracy }) => (
              <td key={name} className="number">
                <EstimateValue of={accuracy} as="percent" />
              </td>
            ))}
          </tr>
          {found.rows.map(({ count, costs }) => (
            <tr key={count}>
              <th scope="row" className="number">
                {count}
              </th>
              {costs.map(({ group, cost, random }) => (
                <td
                  key={group}
                  className="number"
                  title={`random neurons: ${percent(random.mean)} ± ${percent(random.spread)}`}
                >
                  {percent(cost.accuracy.value)}
                  <span className="under">
                    <EstimateValue of={cost.lost} as="percent" />
                  </span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Accuracy lost over k; random neurons of the same layers dashed. */
export function costCurves(found: Found, width: number, dark: boolean) {
  const inks = figureInks(dark);
  const list = found.controls.flatMap(({ name }, index): Curve[] => {
    const colour = inks.series[index % inks.series.length]!;
    const costs = found.rows.map((row) => row.costs.find(({ group }) => group === name));
    const points = [pointAt(0), ...costs.map((own) => own?.cost.lost ?? NO_POINT)];
    const randoms = [pointAt(0), ...costs.map((own) => pointAt(own?.random.mean ?? Number.NaN))];
    return [
      { name: groupName(name), points, colour },
      { name: "", points: randoms, colour, dash: "control" },
    ];
  });
  return curvePlot(list, {
    width: Math.min(width, 760),
    inks,
    labels: kLabels(found.rows),
    axis: "k neurons",
    format: percent,
  });
}
