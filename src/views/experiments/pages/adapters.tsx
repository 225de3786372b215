import { useState } from "react";
import { factor } from "#charts/factor.ts";
import { countOf, percent } from "#charts/number-format.ts";
import { formatNeuron } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { layersText } from "../../header/layers-text.ts";
import { tokenText } from "../../shared/words/token-text.ts";
import { accuracyByLayer, growthByLayer } from "../adapter-curves.ts";
import { byLayer, layersLabel } from "../adapter-rows.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { constant, count, estimate, measure, over, plain, tableOf } from "../../shared/table/columns.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { Value } from "../../shared/figure/Value.tsx";
import { estimateText, whiskersOf, withIntervals } from "../../shared/table/EstimateValue.tsx";
import type { Estimate } from "../../shared/table/EstimateValue.tsx";
import { soFar } from "../experiment-page.ts";
import { namesOf, tiedFirst } from "../result/tied.ts";
import type { ExperimentPage, ExperimentText } from "../experiment-page.ts";
import { groupName } from "../../shared/words/operation-signs.ts";
import { FIGURE_2, TABLE_10, TABLE_9 } from "../published/published-adapters.ts";

type Result = ResultFor<"adapters">;
type Found = Result["found"];
type AdapterRow = Found["adapters"][number];

const texts: ExperimentText = {
  tab: "LoRA",
  question: "What does fine-tuning one layer change?",
  method:
    "Each LoRA adapter of the set is laid over the model and every case of the suite is run with it and without it: accuracy per adapter. For each answer token the base’s first k neurons by log-probability increase are followed: growth is Σ sign(m)(m′ − m) / Σ |m|, m their activations in the base and m′ with the adapter.",
  controls:
    "As many random neurons of the same layers, three sets for each k and token, the same for every adapter. The difference to the base is over the same cases under the same resamples; intervals are 95 % bootstraps over the cases, a case’s tokens together.",
  reading:
    "The paper does not say whether “the most important neurons” are those of the base or of the adapted model, nor how its increases are averaged: here they are the base’s for the right token, weighted by activation, averaged over answer tokens. Its accuracies by layer are in a figure without numbers, but for layer 9; rank and target matrices of its adapters are not stated.",
  notShown:
    "That these neurons are where the adapter works: one in a layer above it changes because its input did. Growth is of activations, not of their effect. Adapters that were trained otherwise, or on other prompts than the suite’s, are not compared on equal terms.",
  doing: "Running the base, then each adapter",
};

/** A set of adapters against the base: accuracy and growth by adapted layer, and the neurons that gain. */
export const adapters: ExperimentPage<"adapters"> = {
  texts,
  name: "lora",
  title: () => "Accuracy by adapted layer",
  sentence,
  figures: [
    {
      heading: () => "Accuracy by adapted layer",
      label: () => "Accuracy by adapted layer, and the base’s",
      draw: ({ found }, size) => accuracyByLayer(found, size),
    },
    {
      heading: () => "Growth of the activations of the base’s first k neurons",
      label: () => "Growth by adapted layer for each k, and of random neurons",
      draw: ({ found }, size) => growthByLayer(found, size),
    },
  ],
  note(result) {
    const { tokens, uncertified, base } = result.found;
    const unproven = uncertified > 0 ? `, ${uncertified} lists not proven to be exact` : "";
    return `${whiskersOf([base.all])}Dashed: the base above, random neurons of the same layers below. Important neurons of ${tokens} answer tokens${unproven}.${soFar(result)}`;
  },
  tables: ({ found }) => (
    <>
      <AdaptersTable found={found} />
      <FollowedNeurons found={found} />
      <ChosenNeurons found={found} />
    </>
  ),
  file: adaptersFile,
  published: [FIGURE_2, TABLE_9, TABLE_10],
};

/** The base, then each adapter. */
interface Line {
  readonly name: string;
  readonly row?: AdapterRow;
  /** Of all, and by group. */
  readonly accuracy: (group?: string) => Estimate | undefined;
}

/** Accuracy of all and of each group, what is gained, and how the base's neurons grow. */
function AdaptersTable({ found: { base, adapters: list } }: { readonly found: Found }) {
  const rows = byLayer(list);
  const counts = rows[0]?.growth.map((each) => each.count) ?? [];
  const scored = base.groups.reduce((sum, group) => sum + group.scored, 0);
  const of = (row: AdapterRow | undefined, group?: string) =>
    group === undefined ? row?.all : row?.groups.find(({ name }) => name === group);
  const accuracy = (label: string, group?: string) =>
    over<Line>(
      estimate({ label }, "percent", (line) => line.accuracy(group)),
      estimate({}, "percent", ({ row }) => of(row, group)?.gain),
    );
  return (
    <DataTable<Line>
      name="Table of adapters"
      caption={`Accuracy${withIntervals([base.all])}: the mean over the groups and each of them, n = ${scored}; below it what the adapter gains, in percentage points. Growth of the first k neurons; below it that of random ones`}
      columns={[
        {
          ...plain<Line>({ label: "adapter" }, ({ name }) => name),
          title: ({ row }) => row && `${row.source}: ${row.modules.join(", ")}, ${countOf(row.parameters)} parameters`,
        },
        { ...plain({ label: "layer" }, ({ row }) => row && layersLabel(row.layers)), isNumber: true },
        { ...plain({ label: "rank" }, ({ row }) => row?.ranks.join(", ")), isNumber: true },
        accuracy("all"),
        ...base.groups.map(({ name }) => accuracy(groupName(name), name)),
        {
          ...estimate<Line>({ label: "nats gained" }, "increase", ({ row }) => row?.all.nats),
          plainly: { label: "the answer with it, geometric mean" },
          show: ({ row }) =>
            row && (
              <>
                <Value of={row.all.nats.value} as="increase" />
                <span className="researcher">{estimateText(row.all.nats, "gain").interval}</span>
              </>
            ),
        },
        ...counts.map((k, index) =>
          over<Line>(
            estimate({ label: `growth, k = ${k}` }, "percent", ({ row }) => row?.growth[index]?.growth),
            estimate({}, "percent", ({ row }) => row?.growth[index]?.random),
          ),
        ),
      ]}
      rows={[
        {
          name: "base",
          accuracy: (group) =>
            group === undefined ? base.all : base.groups.find(({ name }) => name === group)?.accuracy,
        },
        ...rows.map((row) => ({ name: row.name, row, accuracy: (group?: string) => of(row, group)?.accuracy })),
      ]}
    />
  );
}

/** The paper's table 9 for this model: activations of the base's most listed neurons, in the base and with each adapter. */
function FollowedNeurons({ found }: { readonly found: Found }) {
  const rows = byLayer(found.adapters);
  const followed = rows[0]?.followed ?? [];
  type Followed = (typeof followed)[number];
  if (followed.length === 0) return null;
  const withAdapter = ({ layer, neuron }: Followed, row: AdapterRow) =>
    row.followed.find((each) => each.layer === layer && each.neuron === neuron)?.inAdapted ?? Number.NaN;
  return (
    <DataTable<Followed>
      name="Table of followed neurons"
      caption="Mean activation of the neurons that most answer tokens have among their first ten in the base, over these tokens"
      columns={[
        plain({ label: "neuron" }, formatNeuron),
        count({ label: "tokens" }, ({ tokens }) => tokens),
        measure({ label: "base" }, "figures", ({ inBase }) => inBase),
        ...rows.map((row) => measure<Followed>({ label: row.name }, "figures", (each) => withAdapter(each, row))),
      ]}
      rows={followed}
    />
  );
}

function ChosenNeurons({ found }: { readonly found: Found }) {
  const rows = byLayer(found.adapters);
  const [place, choose] = useState(0);
  const row = rows[Math.min(place, rows.length - 1)];
  if (!row) return null;
  return (
    <section aria-label="Neurons that gain" className="experiment-figures">
      <h3>Neurons that gain</h3>
      <label className="lab-form small">
        <span>with</span>
        <select value={rows.indexOf(row)} onChange={({ target }) => choose(Number(target.value))}>
          {rows.map(({ name }, index) => (
            <option key={index} value={index}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <AdapterNeurons row={row} />
    </section>
  );
}

/** Neurons that are listed; more are in the saved result. */
const LISTED = 15;

/** The neurons that do more for the answers with the adapter than without it. */
function AdapterNeurons({ row: { neurons, tokens, uncertified } }: { readonly row: AdapterRow }) {
  type Neuron = AdapterRow["neurons"][number];
  const isPlain = usePlain();
  if (neurons.length === 0) return <p className="small faint">No neuron gains anything.</p>;
  return (
    <DataTable<Neuron>
      name="Table of neurons that gain"
      caption={`Neurons by how much more they ${isPlain ? "make of the probability" : "add to log p"} of the right token with the adapter than without it, ${isPlain ? "a geometric mean " : "in nats, "}over ${tokens} answer tokens, of each of which the first ten count${isPlain ? ", all else as ×1" : ""}; by the adapted model’s lens${
        uncertified > 0 ? `; ${uncertified} of these lists are not proven to be exact` : "; every list is proven"
      }`}
      columns={[
        plain({ label: "neuron" }, formatNeuron),
        {
          ...measure<Neuron>({ label: "gain, nats" }, "figures", ({ gain }) => gain),
          plainly: { label: "more with it, over all tokens", show: ({ gain }: Neuron) => factor(gain) },
        },
        count({ label: "tokens" }, (each) => each.tokens),
        measure({ label: "activation, base" }, "figures", ({ inBase }) => inBase),
        measure({ label: "adapted" }, "figures", ({ inAdapted }) => inAdapted),
        plain({ label: "promotes where it fires" }, ({ promotes }) => promotes.map(tokenText).join(" ")),
      ]}
      rows={neurons.slice(0, LISTED)}
    />
  );
}

/** A row for each adapter and each thing that is measured, of all, of a group or of a neuron; the base first. Shares and nats. */
function adaptersFile({ found, request }: Result) {
  interface Row {
    readonly adapter?: AdapterRow;
    readonly k?: number;
    readonly measure: string;
    readonly group: string;
    readonly of: Estimate | number;
  }
  const base: Row[] = [
    { measure: "accuracy", group: "all", of: found.base.all },
    ...found.base.groups.map(({ name, accuracy }) => ({ measure: "accuracy", group: name, of: accuracy })),
  ];
  const rows = byLayer(found.adapters).flatMap((adapter) =>
    [
      ...[{ name: "all", ...adapter.all }, ...adapter.groups].flatMap(({ name, accuracy, gain, nats }): Row[] => [
        { measure: "accuracy", group: name, of: accuracy },
        { measure: "accuracy gained", group: name, of: gain },
        { measure: "nats gained", group: name, of: nats },
      ]),
      ...adapter.growth.flatMap(({ count: k, growth, random }): Row[] => [
        { k, measure: "growth", group: "all", of: growth },
        { k, measure: "growth of random neurons", group: "all", of: random },
      ]),
      ...adapter.followed.flatMap((at): Row[] => [
        { measure: "followed, activation in the base", group: formatNeuron(at), of: at.inBase },
        { measure: "followed, activation", group: formatNeuron(at), of: at.inAdapted },
      ]),
      ...adapter.neurons.flatMap((at): Row[] => [
        { measure: "neuron's gain in nats", group: formatNeuron(at), of: at.gain },
        { measure: "gaining, activation in the base", group: formatNeuron(at), of: at.inBase },
        { measure: "gaining, activation", group: formatNeuron(at), of: at.inAdapted },
      ]),
    ].map((row) => ({ ...row, adapter })),
  );
  return tableOf<Row>(
    [
      plain({ key: "adapter" }, ({ adapter }) => adapter?.name ?? "base"),
      plain({ key: "source" }, ({ adapter }) => adapter?.source),
      plain({ key: "adapter_revision" }, ({ adapter }) => adapter?.revision),
      plain({ key: "layers" }, ({ adapter }) => adapter?.layers.join(" ")),
      plain({ key: "ranks" }, ({ adapter }) => adapter?.ranks.join(" ")),
      plain({ key: "parameters" }, ({ adapter }) => adapter?.parameters),
      constant("accuracy_per", request.per),
      plain({ key: "k" }, ({ k }) => k),
      plain({ key: "measure" }, (row) => row.measure),
      plain({ key: "of" }, ({ group }) => group),
      plain({ key: "value" }, ({ of }) => (typeof of === "number" ? of : of.value)),
      plain({ key: "low" }, ({ of }) => (typeof of === "number" ? undefined : of.low)),
      plain({ key: "high" }, ({ of }) => (typeof of === "number" ? undefined : of.high)),
    ],
    [...base, ...rows],
  );
}

function sentence({ found, request }: Result): string {
  const first = tiedFirst(byLayer(found.adapters), ({ all }) => all.accuracy.value);
  const [best] = first;
  if (!best) return "No adapter has been run yet.";
  const per = request.per === "token" ? "answer tokens" : "answers";
  const { interval } = estimateText(best.all.gain, "percent");
  const better = found.adapters.filter(({ all }) => all.gain.low > 0).length;
  const isKnown = found.adapters.some(({ all }) => !Number.isNaN(all.gain.low));
  const base = `The base has ${percent(found.base.all.value)} of the ${per} right${isKnown ? `; ${better} of ${found.adapters.length} adapters beat it by an interval above 0` : ""}.`;
  const gain = `a difference of ${percent(best.all.gain.value)}`;
  // what their growth and the intervals are, the table has for each
  if (first.length > 1)
    return `${base} ${namesOf(first.map(({ name }) => name))} are the best with ${percent(best.all.accuracy.value)} each, ${gain}.`;
  const row = best.growth[0];
  const growth = row
    ? `; with it the base’s first ${row.count} neurons grow by ${percent(row.growth.value)}, random ones of the same layers by ${percent(row.random.value)}`
    : "";
  return `${base} The best is ${best.name} (${layersText(best.layers)}) with ${percent(best.all.accuracy.value)}, ${gain}${interval}${growth}.`;
}
