import { HEURISTIC_KINDS } from "#analysis/experiments/operands/heuristics.ts";
import { curvePlot } from "#charts/plots/curve-plot.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { figures as written, percent } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { count, estimate, measure, plain, onScreen, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { soFar } from "../experiment-page.ts";
import type { Chosen, ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { groupChoice, groupOf } from "../group-choice.ts";
import { estimateText, whiskersOf, withIntervals } from "../../shared/table/EstimateValue.tsx";
import { groupName } from "../../shared/words/operation-signs.ts";
import { HEURISTICS_PUBLISHED } from "../published/published-operands.ts";

type Result = ResultFor<"heuristics">;
type Group = Result["found"]["groups"][number];
type Row = Group["rows"][number];
type Sorted = Group["sorted"]["own"];

const texts: ExperimentText = {
  tab: "Heuristics",
  question: "Do neurons fire by rules about the operands, and do the problems that a rule applies to hang on them?",
  method:
    "The neurons of each layer that support the right answers most are sorted by their maps over the operands: into identical operands, values, remainders, ranges and digits, each where at least 60 % of the k pairs that a rule applies to are among the k that the neuron fires most for (operands) or says the answer most clearly in (answer). Then each problem that the model gets right loses the neurons whose rules apply to it, k of each layer at every position.",
  controls:
    "The same neurons with their values dealt out anew over the pairs; as many other neurons of the layer. For each problem as many sorted neurons of each layer none of whose rules applies, and as many random ones; tested problems stand in no map where 100 others are left. 95 % bootstrap intervals over the problems.",
  reading:
    "The paper finds its 200 neurons of a layer by attribution patching, which needs gradients; here they are those that the answers would lose most without, directly, if each had its mean. Its operands go to 299, ours as far as the suite’s, in one template; rules that apply to fewer than 5 pairs or to more than 55 % are left out. It tests problems with up to k of 200 neurons of 14,336 off.",
  notShown:
    "That a rule is why: a neuron whose rule applies fires strongly in that problem by the way it was chosen, and one whose rule does not fires little, so that the first costs more to lose whatever the rule says. What earlier layers and attention do with the operands.",
  doing: "Reading operand maps, then switching neurons off",
};

/** Neurons by the rules that they fire by, and problems without those that apply. */
export const heuristics: ExperimentPage<"heuristics"> = {
  texts,
  name: "heuristics",
  title: (_, chosen) => `A bag of heuristics${chosen["group"] ? `: ${groupName(chosen["group"])}` : ""}`,
  sentence,
  choices: [groupChoice("Operation", groupName)],
  figures: [
    {
      heading: () => "Problems that are still right with k neurons of each layer off",
      label: (chosen, result) =>
        `Accuracy left over k: neurons whose rules apply, others, random ones${withIntervals(groupOf(result, chosen)?.rows.map(({ own }) => own.accuracy) ?? [])}`,
      draw: (result, size, chosen) => curves(groupOf(result, chosen)?.rows ?? [], size),
    },
  ],
  note: (result, chosen) =>
    `${whiskersOf(groupOf(result, chosen)?.rows.map(({ own }) => own.accuracy) ?? [])}Dashed: as many sorted neurons whose rules do not apply. Dotted: as many random ones of the same layers.${soFar(result)}`,
  tables: (result, chosen) => <Tables result={result} group={groupOf(result, chosen)} />,
  file: (result) => tableOf(ROWS, result.found.groups.flatMap(rowsOf)),
  published: [HEURISTICS_PUBLISHED],
};

interface Placed extends Row {
  readonly group: Group;
}
const rowsOf = (group: Group): Placed[] => group.rows.map((row) => ({ ...row, group }));
const shareOf = ({ matched, neurons }: Sorted) => matched / neurons;

const ROWS: Column<Placed>[] = [
  plain({ key: "group" }, ({ group }) => group.name),
  plain({ key: "pairs" }, ({ group }) => group.pairs),
  plain({ key: "held_out" }, ({ group }) => String(group.isHeldOut)),
  plain({ key: "rules" }, ({ group }) => group.heuristics),
  plain({ key: "neurons" }, ({ group }) => group.sorted.own.neurons),
  plain({ key: "with_a_rule" }, ({ group }) => shareOf(group.sorted.own)),
  plain({ key: "shuffled" }, ({ group }) => shareOf(group.sorted.shuffled)),
  plain({ key: "other_neurons" }, ({ group }) => shareOf(group.sorted.others)),
  ...HEURISTIC_KINDS.map((kind) => plain<Placed>({ key: kind }, ({ group }) => group.sorted.own.kinds[kind])),
  plain({ key: "tested" }, ({ group }) => group.tested),
  plain({ key: "right" }, ({ group }) => group.correct),
  count({ label: "k", key: "k" }, (row) => row.count),
  measure({ label: "neurons off", key: "neurons_off" }, "figures", ({ neurons }) => neurons),
  estimate({ label: "rule applies", key: "own" }, "percent", ({ own }) => own.accuracy),
  estimate({ label: "others", key: "others" }, "percent", ({ others }) => others.accuracy),
  estimate({ label: "random", key: "random" }, "percent", ({ random }) => random.accuracy),
  estimate({ label: "others − applies", key: "difference" }, "percent", ({ difference }) => difference),
  {
    ...estimate({ label: "nats lost", key: "own_nats" }, "effect", ({ own }) => own.nats),
    plainly: { label: "the answer, geometric mean" },
  },
  {
    ...estimate({ label: "others, nats", key: "others_nats" }, "effect", ({ others }) => others.nats),
    plainly: { label: "the answer, others off, geometric mean" },
  },
  estimate({ key: "random_nats" }, "effect", ({ random }) => random.nats),
];

interface Count {
  readonly name: string;
  readonly of: Sorted;
}

const COUNTS: Column<Count>[] = [
  plain({ label: "neurons" }, ({ name }) => name),
  count({ label: "n" }, ({ of }) => of.neurons),
  onScreen("with a rule", ({ of }) => percent(shareOf(of))),
  ...HEURISTIC_KINDS.map((kind) => onScreen<Count>(kind, ({ of }) => percent(of.kinds[kind] / of.neurons))),
];

const EXAMPLES: Column<Group["examples"][number]>[] = [
  plain({ label: "neuron" }, ({ at }) => formatNeuron(at)),
  measure({ label: "support" }, "figures", ({ support }) => support),
  plain({ label: "rule that fits best" }, ({ heuristic }) => heuristic || "none"),
  onScreen("fit", ({ score, matches }) => (matches > 0 ? percent(score) : "–")),
  count({ label: "rules" }, ({ matches }) => matches),
];

function Tables({ result, group }: { readonly result: Result; readonly group: Group | undefined }) {
  if (!group) return null;
  const { own, shuffled, others } = group.sorted;
  const rows = [
    { name: "support the answers most", of: own },
    { name: "the same, shuffled", of: shuffled },
    { name: "others of the layers", of: others },
  ];
  return (
    <>
      <DataTable
        name="Table of rules"
        caption={`Neurons of the layers from ${result.found.fromLayer} on by the kinds of ${group.heuristics} rules, over ${group.pairs} pairs of operands; one may have several`}
        columns={COUNTS}
        rows={own.neurons > 0 ? rows : []}
      />
      <DataTable
        name="Table of accuracy"
        caption={`${group.correct} of ${group.tested} problems are right as the model is; of these${withIntervals(group.rows.map(({ difference }) => difference))}${group.isHeldOut ? "" : ". Tested problems stand in the maps too: there are too few others"}`}
        columns={ROWS.filter(({ label }) => label !== undefined)}
        rows={rowsOf(group)}
      />
      <DataTable
        name="Table of neurons"
        caption="Neurons that support the answers most, in logits before the final norm’s scale"
        columns={EXAMPLES}
        rows={group.examples}
      />
    </>
  );
}

function curves(rows: readonly Row[], { width, isDark }: FigureSize) {
  const { series } = figureInks(isDark);
  return curvePlot(
    [
      { name: "rule applies", points: rows.map(({ own }) => own.accuracy), colour: series[0]! },
      { name: "others", points: rows.map(({ others }) => others.accuracy), colour: series[1]!, dash: "control" },
      { name: "random", points: rows.map(({ random }) => random.accuracy), colour: series[2]!, dash: "published" },
    ],
    {
      width,
      inks: figureInks(isDark),
      labels: rows.map((row) => String(row.count)),
      axis: "k neurons of each layer",
      format: percent,
    },
  );
}

function sentence(result: Result, chosen: Chosen): string {
  const group = groupOf(result, chosen);
  if (!group || group.sorted.own.neurons === 0) return "Nothing has been run yet.";
  const { own, shuffled, others } = group.sorted;
  const sorted = `${groupName(group.name)}: ${percent(shareOf(own))} of ${own.neurons} neurons that support the answers most have a rule; with their values shuffled ${percent(shareOf(shuffled))}, of as many others ${percent(shareOf(others))}.`;
  const row = group.rows.at(-1);
  if (!row || group.correct === 0) return sorted;
  const after = (of: Row["own"]) => `${percent(of.accuracy.value)}${estimateText(of.accuracy, "percent").interval}`;
  return `${sorted} With up to ${row.count} of each layer off (${written(row.neurons)} in all) ${after(row.own)} of ${group.correct} right answers stay where their rules apply, ${after(row.others)} where they do not, ${after(row.random)} for random ones.`;
}
