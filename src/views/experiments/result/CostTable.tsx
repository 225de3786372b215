import { curvePlot } from "#charts/plots/curve-plot.ts";
import type { Curve } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { percent } from "#charts/number-format.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { kLabels, NO_POINT, pointAt } from "../curve-points.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { estimate, measure, over, plain, onScreen } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { EstimateValue, withIntervals } from "../../shared/table/EstimateValue.tsx";
import type { FigureSize } from "../experiment-page.ts";
import { groupName } from "../../shared/words/operation-signs.ts";

type BiasFound = Extract<ExperimentResult, { readonly kind: "bias" }>["found"];

/** Suites that should not change, as the model is and over a number of neurons. */
interface Found {
  readonly controls: BiasFound["controls"];
  readonly rows: readonly Pick<BiasFound["rows"][number], "count" | "costs">[];
}

type Cost = Found["rows"][number]["costs"][number];

/** The model as it is, then each number of neurons. */
interface Line {
  readonly name: string | number;
  readonly costs?: readonly Cost[];
}

/** What should not change, over the number of neurons. */
export function CostTable({ found, axis }: { readonly found: Found; readonly axis: string }) {
  const costOf = (line: Line, name: string) => line.costs?.find(({ group }) => group === name);
  return (
    <DataTable<Line>
      name="Table of costs"
      caption={`Accuracy of what should not change, and below it the percentage points lost${withIntervals(found.controls.map(({ accuracy }) => accuracy))}; random neurons on hover`}
      columns={[
        { ...plain({ label: axis }, ({ name }) => name), isNumber: true },
        ...found.controls.map(({ name, scored, accuracy }): Column<Line> => ({
          ...onScreen(`${groupName(name)}, n = ${scored}`, (line) => {
            const own = costOf(line, name);
            return own ? LOST.show(own) : <EstimateValue of={accuracy} as="percent" />;
          }),
          title(line) {
            const random = costOf(line, name)?.random;
            return random && `random neurons: ${percent(random.mean)} ± ${percent(random.spread)}`;
          },
        })),
      ]}
      rows={[{ name: "as it is" }, ...found.rows.map(({ count, costs }) => ({ name: count, costs }))]}
    />
  );
}

const LOST: Column<Cost> = over(
  measure({}, "percent", ({ cost }) => cost.accuracy.value),
  estimate({}, "percent", ({ cost }) => cost.lost),
);

/** Accuracy lost over k; random neurons of the same layers dashed. */
export function costCurves(found: Found, { width, isDark }: FigureSize) {
  const inks = figureInks(isDark);
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
    width,
    inks,
    labels: kLabels(found.rows),
    axis: "k neurons",
    format: percent,
  });
}
