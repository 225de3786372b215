import { curvePlot } from "#charts/plots/curve-plot.ts";
import type { Curve } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { percent } from "#charts/number-format.ts";
import { byLayer, layersLabel } from "./adapter-rows.ts";
import type { AdaptersOf } from "./adapter-rows.ts";
import { pointAt } from "./curve-points.ts";
import type { FigureSize } from "./experiment-page.ts";

type Found = AdaptersOf["found"];

/** Labels below points that stand closer than this would run into each other. */
const LABELS = 12;

/** Accuracy by adapted layer, the base as a level line. */
export function accuracyByLayer(found: Found, size: FigureSize) {
  const inks = figureInks(size.isDark);
  const rows = byLayer(found.adapters);
  return plot(found, size, [
    { name: "adapted", points: rows.map(({ all }) => all.accuracy), colour: inks.series[0]! },
    { name: "base", points: rows.map(() => pointAt(found.base.all.value)), colour: inks.soft, dash: "control" },
  ]);
}

/** Growth of the base's first k neurons by adapted layer; random neurons dashed. */
export function growthByLayer(found: Found, size: FigureSize) {
  const inks = figureInks(size.isDark);
  const rows = byLayer(found.adapters);
  const counts = rows[0]?.growth.map(({ count }) => count) ?? [];
  const list = counts.flatMap((count, index): Curve[] => {
    const colour = inks.series[index % inks.series.length]!;
    return [
      { name: `first ${count}`, points: rows.map(({ growth }) => growth[index]!.growth), colour },
      {
        name: index === 0 ? "random" : "",
        points: rows.map(({ growth }) => pointAt(growth[index]!.random.value)),
        colour,
        dash: "control",
      },
    ];
  });
  return plot(found, size, list);
}

function plot({ adapters }: Found, { width, isDark }: FigureSize, curves: readonly Curve[]) {
  const every = Math.ceil(adapters.length / LABELS);
  return curvePlot(curves, {
    width,
    inks: figureInks(isDark),
    labels: byLayer(adapters).map(({ layers }, place) => (place % every === 0 ? layersLabel(layers) : "")),
    axis: "adapted layer",
    format: percent,
  });
}
