import type { ReactNode } from "react";
import { costliestFirst, effectIn } from "#analysis/experiments/tables/head-table.ts";
import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import type { MarkedFigure } from "#charts/marks/mark.ts";
import { headMaps } from "#charts/maps/head-maps.ts";
import { intervalPlot } from "#charts/plots/interval-plot.ts";
import { inNats, likelier, shortFactor } from "#charts/factor.ts";
import { nats, perHundred, percent, signedNats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { ablationColumn, ABLATION_TEXTS, ablationSentence } from "../ablation-texts.ts";
import { AblationComparison } from "../form/AblationComparison.tsx";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { headColumn } from "../../shared/table/HeadLink.tsx";
import { constant, estimate, measure, over, plain, onScreen, spread, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { EstimateValue, estimateText, withIntervals } from "../../shared/table/EstimateValue.tsx";
import { soFar } from "../experiment-page.ts";
import { namesOf, tiedFirst } from "../result/tied.ts";
import type { Chosen, ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { TABLE_1, TABLE_2 } from "../published/published.ts";
import { groupName } from "../../shared/words/operation-signs.ts";

type Result = ResultFor<"heads">;
type Found = Result["found"];
type Effect = Found["heads"][number]["all"];

const texts: ExperimentText = {
  tab: "Heads × operations",
  question: "Which heads serve which operation?",
  method:
    "Each head’s output, before the output projection, is switched off at every position, one head at a time, in every case of the suite. The drop is the accuracy as it is minus the accuracy without the head.",
  controls:
    "A random other head of the same layer: the mean and spread over all of them. Intervals are 95 % percentile bootstraps over the cases, seeded, every head under the same resamples.",
  reading:
    "The paper does not say how often each of its 1,600 sentences counts; its percentages fit accuracies per answer token, each read behind the right ones before it (teacher-forced), which is the default here. Its “decrease” is relative (before − after) / before; “all” is the unweighted mean over the operations.",
  notShown:
    "That a head computes the operation: zero is not a head’s neutral state, heads can stand in for each other, and a head may only carry an operand that the rest needs.",
  doing: "Switching every head off in every case",
};

/** What a cell of the map can show; a map in which nothing reaches `pale` stays pale. */
const MEASURES = {
  drop: {
    label: "accuracy lost",
    unit: "Percentage points of accuracy",
    of: (effect: Effect) => effect.drop,
    write: perHundred,
    pale: 0.05,
  },
  relative: {
    label: "relative decrease",
    unit: "Percent of the accuracy as it is",
    of: (effect: Effect) => effect.relative,
    write: perHundred,
    pale: 0.05,
  },
  change: {
    label: "nats lost",
    plainly: {
      label: "the answer without it",
      unit: "What becomes of the right answer, a geometric mean: ÷2 is half as likely",
    },
    unit: "Mean nats of log p(answer)",
    of: (effect: Effect) => effect.change,
    write: nats,
    pale: 0.2,
  },
  selectivity: {
    label: "selectivity",
    unit: "Relative decrease in this group − mean of the others, in percentage points",
    of: (effect: Effect) => effect.selectivity,
    write: perHundred,
    pale: 0.05,
  },
} as const;

const EVERY = "all at once";
const PLOTTED = 10;
/** Heads that are listed; all of them are in the exports. */
const LISTED = 12;

type Measure = (typeof MEASURES)[keyof typeof MEASURES];

const textsOf = (measure: Measure, isPlain: boolean) => (isPlain && "plainly" in measure ? measure.plainly : measure);

/** How a number of the chosen measure is written. */
const writeOf = (chosen: Chosen, isPlain = false) =>
  chosen["measure"] === "change" ? (effect: number) => inNats(effect, "effect", isPlain) : measureOf(chosen).write;

const measureOf = (chosen: Chosen) => MEASURES[chosen["measure"] as keyof typeof MEASURES];

/** The place of the chosen group; undefined: all of them. */
function groupOf({ groups }: Found, chosen: Chosen): number | undefined {
  const place = groups.findIndex(({ name }) => name === chosen["group"]);
  return place < 0 ? undefined : place;
}

const ofGroup = (found: Found, group: number | undefined, all: string) =>
  group === undefined ? all : groupName(found.groups[group]!.name);

/** The head × operation table: maps, the costliest heads with their intervals, and all numbers. */
export const heads: ExperimentPage<"heads"> = {
  texts,
  name: "head-table",
  title: ({ request }, chosen, isPlain = false) =>
    `Heads × operations: ${textsOf(measureOf(chosen), isPlain).label}, ${ABLATION_TEXTS[request.ablation ?? "zero"].name}`,
  sentence: (result, chosen, isPlain = false) => headsSentence(result, groupOf(result.found, chosen), isPlain),
  choices: [
    {
      name: "group",
      label: "Operation",
      isOfButtons: true,
      options: ({ found }) => [[EVERY, EVERY], ...found.groups.map(({ name }) => [name, groupName(name)] as const)],
    },
    {
      name: "measure",
      label: "show",
      options: (_, isPlain = false) =>
        Object.entries(MEASURES).map(([name, measure]) => [name, textsOf(measure, isPlain).label] as const),
    },
  ],
  figures: [
    {
      label: (chosen, _, isPlain = false) =>
        `Maps of heads: ${textsOf(measureOf(chosen), isPlain).label}; blue: the head is needed`,
      draw: ({ found }, size, chosen) => mapsOf(found, size, chosen),
    },
    {
      heading: ({ found }, chosen) => `Costliest heads, ${ofGroup(found, groupOf(found, chosen), "all groups")}`,
      label: (chosen, { found }, isPlain = false) =>
        `The ${PLOTTED} costliest heads: ${textsOf(measureOf(chosen), isPlain).label}${withIntervals(dropsOf(found))}; grey: other heads of the layer`,
      draw: ({ found }, size, chosen) => intervalsOf(found, size, chosen),
    },
  ],
  note: (result, chosen, isPlain = false) =>
    `${textsOf(measureOf(chosen), isPlain).unit}; blue: the model loses without the head, red: it gains, and the full colour is ${writeOf(chosen, isPlain)(limitOf(result.found, chosen))}${isPlain && chosen["measure"] === "change" ? ", or as much the other way" : " either way"}.${chosen["measure"] === "drop" ? " Grey bars: the other heads of the layer, mean ± spread." : ""}${soFar(result)}`,
  tables(result, chosen) {
    const group = groupOf(result.found, chosen);
    return (
      <>
        <HeadsTable found={result.found} group={group} />
        <AblationComparison result={result} group={group} />
      </>
    );
  },
  file: headsFile,
  published: [TABLE_1, TABLE_2],
};

const dropsOf = ({ heads: rows }: Found) => rows.map(({ all }) => all.drop);

/** What the head table shows, with its numbers: over all groups, or in one. */
function headsSentence(result: Result, group: number | undefined, isPlain: boolean): string {
  const { found, request } = result;
  const costliest = tiedFirst(costliestFirst(found.heads, group), (row) => effectIn(row, group).drop.value);
  const [first] = costliest;
  if (!first) return "Nothing has been run yet.";
  const { drop, relative, change, otherHeads } = effectIn(first, group);
  const base = group === undefined ? found.all.accuracy.value : found.groups[group]!.accuracy.value;
  const per = request.per === "token" ? "answer tokens" : "answers";
  const where = group === undefined ? "over all groups" : `in ${ofGroup(found, group, "")}`;
  const { interval } = estimateText(drop, "percent");
  const loss = isPlain
    ? `the right answer becomes ${likelier(0 - change.value)} on geometric average`
    : `${signedNats(change.value)} nats on average`;
  const rest = `${loss}; another head of its layer costs ${percent(otherHeads.mean)} ± ${percent(otherHeads.spread)}. ${ablationSentence(result)}`;
  const fromTo = `in absolute terms, from ${percent(base)} to ${percent(base - drop.value)}`;
  const relatively = `relative ${percent(relative.value)}`;
  return costliest.length > 1
    ? `${namesOf(costliest.map(({ at }) => formatHead(at)))} cost most ${where}: ${percent(drop.value)} of the ${per} each ${fromTo}. ${formatHead(first.at)} of them:${interval && `${interval},`} ${relatively}, and ${rest}`
    : `${formatHead(first.at)} costs most ${where}: ${percent(drop.value)} of the ${per}${interval} ${fromTo} (${relatively}), and ${rest}`;
}

/** What the full colour stands for, in all maps of a measure. */
function limitOf({ heads: rows }: Found, chosen: Chosen): number {
  const { of, pale } = measureOf(chosen);
  return symmetricLimit(
    rows.flatMap(({ effects }) => effects.map((effect) => of(effect).value)),
    pale,
  );
}

function mapsOf(found: Found, { width, isDark, isPlain }: FigureSize, chosen: Chosen): MarkedFigure {
  const { groups, heads: rows } = found;
  const { of, write } = measureOf(chosen);
  const layers = rows.reduce((most, { at }) => Math.max(most, at.layer + 1), 0);
  const maps = groups.map(({ name, scored }, index) => ({
    name: `${groupName(name)}  (n = ${scored})`,
    values: Array.from({ length: layers }, (_, layer) =>
      rows.filter(({ at }) => at.layer === layer).map(({ effects }) => of(effects[index]!).value),
    ),
  }));
  const group = groupOf(found, chosen);
  return headMaps(group === undefined ? maps : [maps[group]!], {
    width,
    inks: figureInks(isDark),
    scale: divergingScale(limitOf(found, chosen), "linear", isDark),
    format: chosen["measure"] === "change" && isPlain ? (effect) => shortFactor(0 - effect) : write,
  });
}

function intervalsOf(found: Found, { width, isDark, isPlain }: FigureSize, chosen: Chosen): MarkedFigure {
  const { of } = measureOf(chosen);
  const group = groupOf(found, chosen);
  const first = found.heads
    .map((row) => ({ at: row.at, effect: effectIn(row, group) }))
    .filter(({ effect }) => !Number.isNaN(of(effect).value))
    .sort((a, b) => of(b.effect).value - of(a.effect).value)
    .slice(0, PLOTTED);
  return intervalPlot(
    first.map(({ at, effect }) => ({
      label: formatHead(at),
      ...of(effect),
      ...(chosen["measure"] === "drop" && { control: effect.otherHeads }),
    })),
    {
      width: Math.min(width, 640),
      inks: figureInks(isDark),
      format: chosen["measure"] === "change" ? writeOf(chosen, isPlain) : percent,
      axis: textsOf(measureOf(chosen), isPlain).label,
    },
  );
}

/** A line of the table: the model as it is, a head, or how many cases there are. */
interface Line {
  readonly name: string;
  /** In a group; undefined: in all. */
  readonly cell: (group: number | undefined) => ReactNode;
  readonly others?: string;
}

/** The paper's table 1 for this model: the accuracy as it is, then the costliest heads, a column for each group. */
function HeadsTable({ found, group }: { readonly found: Found; readonly group: number | undefined }) {
  const { all, groups } = found;
  const scored = groups.reduce((sum, each) => sum + each.scored, 0);
  const lines: Line[] = [
    {
      name: "as it is",
      cell: (each) => <EstimateValue of={each === undefined ? all.accuracy : groups[each]!.accuracy} as="percent" />,
    },
    ...costliestFirst(found.heads, group)
      .slice(0, LISTED)
      .map((row): Line => {
        const { otherHeads } = effectIn(row, group);
        return {
          name: formatHead(row.at),
          cell: (each) => DROP.show(effectIn(row, each)),
          others: `${percent(otherHeads.mean)} ± ${percent(otherHeads.spread)}`,
        };
      }),
    { name: "n", cell: (each) => (each === undefined ? scored : groups[each]!.scored) },
  ];
  return (
    <DataTable
      name="Head table"
      caption={`Accuracy with one head off, and below it the absolute loss in percentage points${withIntervals(dropsOf(found))}`}
      columns={[
        plain<Line>({ label: "head" }, ({ name }) => name),
        ...[undefined, ...groups.keys()].map((each) =>
          onScreen<Line>(ofGroup(found, each, "all"), ({ cell }) => cell(each)),
        ),
        onScreen<Line>("other heads of the layer", ({ others }) => others),
      ]}
      rows={lines}
    />
  );
}

/** A head's accuracy, and below it what is lost. */
const DROP: Column<Effect> = over(
  measure({ label: "accuracy" }, "percent", ({ accuracy }) => accuracy),
  estimate({}, "percent", ({ drop }) => drop),
);

/** A row for each head and each group, and one over all groups. */
function headsFile({ found, request }: Result) {
  const rows = found.heads.flatMap(({ at, effects, all }) => [
    ...effects.map((effect, index) => ({ at, effect, ...found.groups[index]! })),
    { at, effect: all, name: "all", accuracy: found.all.accuracy },
  ]);
  type Row = (typeof rows)[number];
  return tableOf<Row>(
    [
      headColumn(),
      plain({ key: "group" }, ({ name }) => name),
      constant("accuracy_per", request.per),
      ablationColumn(request),
      plain({ key: "accuracy_before" }, ({ accuracy }) => accuracy.value),
      plain({ key: "accuracy_after" }, ({ effect }) => effect.accuracy),
      estimate({ key: "drop" }, "percent", ({ effect }) => effect.drop),
      estimate({ key: "relative_drop" }, "percent", ({ effect }) => effect.relative),
      estimate({ key: "nats" }, "effect", ({ effect }) => effect.change),
      estimate({ key: "selectivity" }, "percent", ({ effect }) => effect.selectivity),
      spread({ key: "other_heads" }, "percent", ({ effect }) => effect.otherHeads),
    ],
    rows,
  );
}
