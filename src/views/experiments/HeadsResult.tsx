import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { effectIn } from "#analysis/experiments/head-table.ts";
import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { figureInks } from "#charts/figure-inks.ts";
import type { MarkedFigure } from "#charts/mark.ts";
import { headMaps } from "#charts/head-maps.ts";
import { intervalPlot } from "#charts/interval-plot.ts";
import { nats, percent } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { isDark, view } from "#state/view.ts";
import { useWidth } from "../shared/use-width.ts";
import { ABLATION_TEXTS } from "./ablation-texts.ts";
import { AblationComparison } from "./AblationComparison.tsx";
import { ExperimentExports } from "./ExperimentExports.tsx";
import { headsSentence } from "./experiment-sentences.ts";
import { HeadsTable } from "./HeadsTable.tsx";
import { MarksFigure } from "./MarksFigure.tsx";
import { PublishedFigures } from "./PublishedFigures.tsx";
import { groupName, TABLE_1, TABLE_2 } from "./published.ts";

type Result = Extract<ExperimentResult, { readonly kind: "heads" }>;
type Effect = Result["found"]["heads"][number]["all"];

/** What a cell of the map can show. */
const MEASURES = {
  drop: { label: "accuracy lost", of: (effect: Effect) => effect.drop, write: (value: number) => bare(value) },
  relative: {
    label: "relative decrease",
    of: (effect: Effect) => effect.relative,
    write: (value: number) => bare(value),
  },
  change: { label: "nats lost", of: (effect: Effect) => effect.change, write: nats },
  selectivity: {
    label: "selectivity",
    of: (effect: Effect) => effect.selectivity,
    write: (value: number) => bare(value),
  },
} as const;
type Measure = keyof typeof MEASURES;

/** Percent without its sign, for a cell. */
const bare = (share: number) => (share * 100).toFixed(1).replace("-", "−");

const EVERY = -1;
const PLOTTED = 10;
/** A map in which nothing matters stays pale. */
const LEAST_LIMIT = { drop: 0.05, relative: 0.05, change: 0.2, selectivity: 0.05 };

/** The head × operation table: maps, the costliest heads with their intervals, and all numbers. */
export function HeadsResult({ result }: { readonly result: Result }) {
  const { found } = result;
  const [host, width] = useWidth<HTMLDivElement>(720);
  const dark = useStore(view, isDark);
  const [measure, setMeasure] = useState<Measure>("drop");
  const [group, setGroup] = useState(EVERY);
  const shown = group >= 0 && group < found.groups.length ? group : undefined;
  const maps = useMemo(
    () => (size: number, isDarkFigure: boolean) => mapsOf(found, { measure, shown, width: size, isDark: isDarkFigure }),
    [found, measure, shown],
  );
  const figure = useMemo(() => maps(width, dark), [maps, width, dark]);
  const intervals = useMemo(
    () => intervalsOf(found, { measure, shown, width, isDark: dark }),
    [found, measure, shown, width, dark],
  );
  const sentence = headsSentence(result, shown);
  return (
    <div ref={host} className="experiment-figures">
      <div className="lab-form">
        <span role="group" aria-label="Operation" className="choice">
          {[EVERY, ...found.groups.keys()].map((index) => (
            <button key={index} type="button" aria-pressed={index === (shown ?? EVERY)} onClick={() => setGroup(index)}>
              {index === EVERY ? "all at once" : groupName(found.groups[index]!.name)}
            </button>
          ))}
        </span>
        <label>
          <span>show</span>
          <select value={measure} onChange={(event) => setMeasure(event.target.value as Measure)}>
            {Object.entries(MEASURES).map(([name, { label }]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      <MarksFigure figure={figure} label={`Maps of heads: ${MEASURES[measure].label}; blue: the head is needed`} />
      <p className="small faint">
        {UNITS[measure]}; blue: the model loses without the head, red: it gains.
        {result.steps < result.stepsInAll && ` Of ${result.steps} of ${result.stepsInAll} batches so far.`}
      </p>
      <p className="says">{sentence}</p>
      <h3>Costliest heads, {shown === undefined ? "all groups" : groupName(found.groups[shown]!.name)}</h3>
      <MarksFigure
        figure={intervals}
        label={`The ${PLOTTED} heads of largest ${MEASURES[measure].label}, with 95 % intervals; grey: other heads of the layer`}
      />
      <HeadsTable found={found} group={shown} />
      <AblationComparison result={result} group={shown} />
      <PublishedFigures tables={[TABLE_1, TABLE_2]} />
      <footer className="panel-foot">
        <ExperimentExports
          name="head-table"
          result={result}
          figure={(isDarkFigure) => maps(720, isDarkFigure)}
          title={`Heads × operations: ${MEASURES[measure].label}, ${ABLATION_TEXTS[result.request.ablation ?? "zero"].name}`}
          sentence={sentence}
          table={() => exportTable(result)}
        />
      </footer>
    </div>
  );
}

const UNITS = {
  drop: "Percentage points of accuracy",
  relative: "Percent of the accuracy as it is",
  change: "Mean nats of log p(answer)",
  selectivity: "Relative decrease in this group − mean of the others, in percentage points",
} satisfies Record<Measure, string>;

interface Drawn {
  readonly measure: Measure;
  readonly shown: number | undefined;
  readonly width: number;
  readonly isDark: boolean;
}

function mapsOf({ groups, heads }: Result["found"], { measure, shown, width, isDark: dark }: Drawn): MarkedFigure {
  const { of, write } = MEASURES[measure];
  const chosen = shown === undefined ? [...groups.keys()] : [shown];
  const layers = heads.reduce((most, { at }) => Math.max(most, at.layer + 1), 0);
  const map = (index: number) =>
    Array.from({ length: layers }, (_, layer) =>
      heads.filter(({ at }) => at.layer === layer).map(({ effects }) => of(effects[index]!).value),
    );
  const values = groups.map((_, index) => map(index));
  const limit = symmetricLimit(values.flat(2), LEAST_LIMIT[measure]);
  return headMaps(
    chosen.map((index) => ({
      name: `${groupName(groups[index]!.name)}  (n = ${groups[index]!.scored})`,
      values: values[index]!,
    })),
    { width, inks: figureInks(dark), scale: divergingScale(limit, "linear", dark), format: write },
  );
}

function intervalsOf({ heads }: Result["found"], { measure, shown, width, isDark: dark }: Drawn): MarkedFigure {
  const { of } = MEASURES[measure];
  const effectOf = (row: (typeof heads)[number]) => effectIn(row, shown);
  const first = [...heads]
    .filter((row) => !Number.isNaN(of(effectOf(row)).value))
    .sort((a, b) => of(effectOf(b)).value - of(effectOf(a)).value)
    .slice(0, PLOTTED);
  return intervalPlot(
    first.map((row) => ({
      label: formatHead(row.at),
      ...of(effectOf(row)),
      ...(measure === "drop" && { control: effectOf(row).otherHeads }),
    })),
    {
      width: Math.min(width, 640),
      inks: figureInks(dark),
      format: measure === "change" ? nats : percent,
      axis: MEASURES[measure].label,
    },
  );
}

function exportTable({ found, request }: Result) {
  const header = [
    "head",
    "layer",
    "index",
    "group",
    "accuracy_per",
    "ablation",
    "accuracy_before",
    "accuracy_after",
    ...["drop", "relative_drop", "nats", "selectivity"].flatMap((name) => [name, `${name}_low`, `${name}_high`]),
    "other_heads_mean",
    "other_heads_spread",
  ];
  const cells = (effect: Effect) =>
    [effect.drop, effect.relative, effect.change, effect.selectivity].flatMap(({ value, low, high }) => [
      value,
      low,
      high,
    ]);
  const rows = found.heads.flatMap(({ at, effects, all }) =>
    [
      ...effects.map((effect, index) => ({ effect, ...found.groups[index]! })),
      { effect: all, name: "all", accuracy: found.all.accuracy },
    ].map(({ effect, name, accuracy }) => [
      formatHead(at),
      at.layer,
      at.head,
      name,
      request.per,
      request.ablation ?? "zero",
      accuracy.value,
      effect.accuracy,
      ...cells(effect),
      effect.otherHeads.mean,
      effect.otherHeads.spread,
    ]),
  );
  return { header, rows };
}
