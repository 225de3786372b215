import { formatNeuron } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import type { Table } from "../exports/csv.ts";
import type { Estimate } from "./EstimateValue.tsx";

export type AdaptersOf = Extract<ExperimentResult, { readonly kind: "adapters" }>;
export type AdapterRow = AdaptersOf["found"]["adapters"][number];

/** By the first layer that each one changes; of equals as they were asked. */
export const byLayer = (adapters: readonly AdapterRow[]): readonly AdapterRow[] =>
  [...adapters].sort((a, b) => a.layers[0]! - b.layers[0]!);

/** `3`, `0–5`, `0, 2, 4`: as short as below a point of a figure. */
export function layersLabel(layers: readonly number[]): string {
  const [first, ...rest] = layers;
  const last = rest.at(-1);
  if (last === undefined) return String(first);
  return last - first! === rest.length ? `${first}–${last}` : layers.join(", ");
}

/** A row for each adapter and each thing that is measured, of all, of a group or of a neuron; the base first. Shares and nats. */
export function adaptersTable({ found, request }: AdaptersOf): Table {
  const ends = ({ value, low, high }: Estimate) => [value, low, high];
  const of = ({ name, source, revision, layers, ranks, parameters }: AdapterRow) => [
    name,
    source,
    revision ?? "",
    layers.join(" "),
    ranks.join(" "),
    parameters,
    request.per,
  ];
  const base = [
    ["accuracy", "all", ...ends(found.base.all)],
    ...found.base.groups.map(({ name, accuracy }) => ["accuracy", name, ...ends(accuracy)]),
  ].map((cells) => ["base", "", "", "", "", "", request.per, "", ...cells]);
  const rows = byLayer(found.adapters).flatMap((row) =>
    [
      ...[{ name: "all", ...row.all }, ...row.groups].flatMap(({ name, accuracy, gain, nats }) => [
        ["", "accuracy", name, ...ends(accuracy)],
        ["", "accuracy gained", name, ...ends(gain)],
        ["", "nats gained", name, ...ends(nats)],
      ]),
      ...row.growth.flatMap(({ count, growth, random }) => [
        [count, "growth", "all", ...ends(growth)],
        [count, "growth of random neurons", "all", ...ends(random)],
      ]),
      ...row.followed.flatMap((at) => [
        ["", "followed, activation in the base", formatNeuron(at), at.inBase, "", ""],
        ["", "followed, activation", formatNeuron(at), at.inAdapted, "", ""],
      ]),
      ...row.neurons.flatMap((at) => [
        ["", "neuron's gain in nats", formatNeuron(at), at.gain, "", ""],
        ["", "gaining, activation in the base", formatNeuron(at), at.inBase, "", ""],
        ["", "gaining, activation", formatNeuron(at), at.inAdapted, "", ""],
      ]),
    ].map((cells) => [...of(row), ...cells]),
  );
  return {
    header: [
      "adapter",
      "source",
      "adapter_revision",
      "layers",
      "ranks",
      "parameters",
      "accuracy_per",
      "k",
      "measure",
      "of",
      "value",
      "low",
      "high",
    ],
    rows: [...base, ...rows],
  };
}
