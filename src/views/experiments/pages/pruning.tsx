import { curvePlot } from "#charts/plots/curve-plot.ts";
import type { Curve } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { percent, shortPerHundred } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { ablationColumn, ablationSentence } from "../ablation-texts.ts";
import { CostTable } from "../result/CostTable.tsx";
import { pointAt } from "../curve-points.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { constant, count, estimate, measure, plain, spread, tableOf } from "../../shared/table/columns.tsx";
import { whiskersOf, withIntervals } from "../../shared/table/EstimateValue.tsx";
import type { Estimate } from "../../shared/table/EstimateValue.tsx";
import { soFar } from "../experiment-page.ts";
import type { ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { PrunedSetExport } from "../result/PrunedSetExport.tsx";
import { TABLE_11 } from "../published/published.ts";
import { groupName } from "../../shared/words/operation-signs.ts";

type Result = ResultFor<"pruning">;
type Found = Result["found"];
type Score = Found["rows"][number]["all"];

const texts: ExperimentText = {
  tab: "Pruning",
  question: "How few deep neurons does arithmetic need, and what breaks without the others?",
  method:
    "For each answer token of one suite the deep neurons are ranked by what they lose of their log-probability increase with a head off (comparative neuron analysis), or by that increase itself. The first N of every token together are kept, every other neuron of the deep layers is at 0 at every position, and accuracy is measured on another suite.",
  controls:
    "As many random neurons of each layer kept instead, three sets for each N; N = 0 keeps none. Capitals and the pronouns of names tell what else breaks; the cases that the neurons were found on are measured beside those of the suite.",
  reading:
    "The paper compares the model as it is with one adapted by LoRA in its ninth layer, keeps the first 500 of every one-digit case in the layers 17 to 31 of 32, and trains an adapter on what is left: its 82.3 % are after that training, those here are without any. Deep is here the same share of the layers; N counts deep neurons only.",
  notShown:
    "What a pruned model could learn again, nor that the neurons kept compute the answer. A neuron that only feeds others in the deep layers has no increase of its own, and is cut.",
  doing: "Ranking neurons, then measuring what is left",
};

/** What is left of the answers over how many deep neurons are kept. */
export const pruning: ExperimentPage<"pruning"> = {
  texts,
  name: "pruning",
  title: ({ found }) => `Accuracy with only some neurons of the layers from ${found.fromLayer} on`,
  sentence,
  figures: [
    {
      heading: ({ found }) => `Accuracy with only these neurons of the layers from ${found.fromLayer} on`,
      label: () =>
        "Accuracy over the share of deep neurons kept: the suite, the cases they were found on, controls, random neurons",
      draw: ({ found }, size) => accuracyCurves(found, size),
    },
  ],
  note: (result) => {
    const { found, request } = result;
    const by = request.head ? `what is lost with ${formatHead(request.head)} off` : "increase";
    const unproven = found.uncertified > 0 ? ` ${found.uncertified} lists are not proven to be exact.` : "";
    return `${whiskersOf([found.all])}Dashed: as many random neurons of each layer. Found for ${found.tokens} answer tokens by ${by}.${unproven}${soFar(result)}`;
  },
  tables: (result) => (
    <>
      <PruningTable found={result.found} />
      <CostTable found={result.found} axis="N" />
      <PrunedSetExport result={result} />
    </>
  ),
  file: pruningFile,
  published: [TABLE_11],
};

/** The model as it is, then each N. */
interface Line {
  readonly name: string | number;
  readonly kept?: Found["rows"][number]["kept"];
  readonly neurons: number;
  readonly share: number;
  readonly all: Estimate;
  readonly groups: readonly Estimate[];
  readonly known: Estimate;
  readonly random?: Found["rows"][number]["random"];
}

function PruningTable({ found }: { readonly found: Found }) {
  const asItIs: Line = {
    name: "as it is",
    neurons: found.deep,
    share: 1,
    all: found.all,
    groups: found.groups.map(({ accuracy }) => accuracy),
    known: found.known.accuracy,
  };
  const rows = found.rows.map((row) => ({
    ...row,
    name: row.count,
    all: row.all.accuracy,
    groups: row.groups.map(({ accuracy }) => accuracy),
    known: row.known.accuracy,
  }));
  const scored = found.groups.reduce((sum, group) => sum + group.scored, 0);
  return (
    <DataTable<Line>
      name="Table of pruning"
      caption={`Accuracy${withIntervals([found.all])}: the mean over the groups and each of them; n = ${scored}, and ${found.known.scored} that the neurons were found on`}
      columns={[
        { ...plain({ label: "N" }, ({ name }) => name), isNumber: true },
        {
          ...count({ label: "kept" }, ({ neurons }) => neurons),
          title: ({ kept }) => kept?.map(({ layer, neurons }) => `layer ${layer}: ${neurons.length}`).join(", "),
        },
        measure({ label: "share" }, "percent", ({ share }) => share),
        estimate({ label: "all" }, "percent", ({ all }) => all),
        ...found.groups.map(({ name }, index) =>
          estimate<Line>({ label: groupName(name) }, "percent", ({ groups }) => groups[index]),
        ),
        estimate({ label: "found on" }, "percent", ({ known }) => known),
        spread({ label: "random" }, "percent", ({ random }) => random),
      ]}
      rows={[asItIs, ...rows]}
    />
  );
}

const NOTHING: Estimate = { value: 0, low: 0, high: 0 };

/** A row for each N and each group of cases; all deep neurons first. */
function pruningFile({ found, request }: Result) {
  interface Row extends Score {
    readonly perToken: number | "all";
    readonly kept: number;
    readonly share: number;
    readonly group: string;
    readonly random?: { readonly mean: number; readonly spread: number };
  }
  const whole = [
    { name: "all", accuracy: found.all },
    ...found.groups,
    { name: "found on", accuracy: found.known.accuracy },
    ...found.controls,
  ].map(({ name, accuracy }): Row => ({
    perToken: "all",
    kept: found.deep,
    share: 1,
    group: name,
    accuracy,
    lost: NOTHING,
    nats: NOTHING,
  }));
  const rows = found.rows.flatMap((row) => {
    const { share, random } = row;
    const of = { perToken: row.count, kept: row.neurons, share };
    return [
      { ...of, group: "all", ...row.all, random },
      ...row.groups.map((score, index): Row => ({ ...of, group: found.groups[index]!.name, ...score })),
      { ...of, group: "found on", ...row.known },
      ...row.costs.map(({ group, cost, random: { mean, spread: deviation } }): Row => ({
        ...of,
        group,
        ...cost,
        random: { mean: cost.accuracy.value + cost.lost.value - mean, spread: deviation },
      })),
    ];
  });
  return tableOf<Row>(
    [
      ablationColumn(request),
      constant("ranked_by", request.head ? formatHead(request.head) : "increase"),
      plain({ key: "n_per_token" }, ({ perToken }) => perToken),
      plain({ key: "kept" }, ({ kept }) => kept),
      plain({ key: "share" }, ({ share }) => share),
      plain({ key: "group" }, ({ group }) => group),
      estimate({ key: "accuracy" }, "percent", ({ accuracy }) => accuracy),
      estimate({ key: "lost" }, "percent", ({ lost }) => lost),
      estimate({ key: "nats_lost" }, "effect", ({ nats }) => nats),
      { ...spread({}, "percent", ({ random }) => random), keys: ["random_accuracy", "random_spread"] },
    ],
    [...whole, ...rows],
  );
}

/** Share of the answers that is given up for the smallest set that is named. */
const GIVEN_UP = 0.05;

function sentence(result: Result): string {
  const { found, request } = result;
  const row = found.rows.find(({ all }) => all.lost.value <= GIVEN_UP) ?? found.rows.at(-1);
  if (!row || Number.isNaN(row.all.accuracy.value)) return "Nothing has been run yet.";
  const per = request.per === "token" ? "answer tokens" : "answers";
  const dearest = [...row.costs].sort((a, b) => b.cost.lost.value - a.cost.lost.value)[0];
  const cost = dearest
    ? `; ${groupName(dearest.group)} ${dearest.cost.lost.value > 0 ? "fall to" : "stay at"} ${percent(dearest.cost.accuracy.value)}`
    : "";
  return (
    `Keeping the first ${row.count} deep neurons of each answer token, ${row.neurons} of ${found.deep} (${percent(row.share)}), leaves ${percent(row.all.accuracy.value)} of the ${per} right, ` +
    `from ${percent(found.all.value)}; as many random ones leave ${percent(row.random.mean)} ± ${percent(row.random.spread)}, none at all ${percent(found.rows[0]?.count === 0 ? found.rows[0].all.accuracy.value : Number.NaN)}${cost}. ${ablationSentence(result)}`
  );
}

function accuracyCurves(found: Found, { width, isDark }: FigureSize) {
  const inks = figureInks(isDark);
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
    width,
    inks,
    labels: [...rows.map(({ share }) => shortPerHundred(share)), shortPerHundred(1)],
    axis: "% of the deep neurons kept",
    format: percent,
  });
}
