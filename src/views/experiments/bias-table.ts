import type { ExperimentResult } from "#protocol/experiments.ts";
import type { Table } from "../exports/csv.ts";

type Result = Extract<ExperimentResult, { readonly kind: "bias" }>;

/** A row for each k and each thing that is measured: the bias of all and of each side in nats, accuracies as shares. */
export function biasTable({ found, request }: Result): Table {
  const { ablation = "zero", scale } = request;
  const ends = ({ value, low, high }: Result["found"]["bias"]) => [value, low, high];
  const asItIs = [
    ["bias", "all", ...ends(found.bias)],
    ["bias, unseen prompts", "all", ...ends(found.unseen)],
    ...found.sides.map(({ name, bias }) => ["bias", name, ...ends(bias)]),
    ...found.controls.map(({ name, accuracy }) => ["accuracy", name, ...ends(accuracy)]),
  ];
  const rows = found.rows.flatMap((row) =>
    [
      ["bias", "all", ...ends(row.bias), row.random.mean, row.random.spread],
      ["bias, unseen prompts", "all", ...ends(row.unseen), "", ""],
      ["share of the bias taken away", "all", ...ends(row.reduction), "", ""],
      ...row.sides.map((side, index) => ["bias", found.sides[index]!.name, ...ends(side), "", ""]),
      ...row.costs.flatMap(({ group, cost, random }) => [
        ["accuracy", group, ...ends(cost.accuracy), "", ""],
        ["accuracy lost", group, ...ends(cost.lost), random.mean, random.spread],
        ["nats lost", group, ...ends(cost.nats), "", ""],
      ]),
    ].map((cells) => [row.count, scale, ablation, ...cells]),
  );
  return {
    header: ["k", "scale", "ablation", "measure", "group", "value", "low", "high", "random_mean", "random_spread"],
    rows: [...asItIs.map((cells) => [0, scale, ablation, ...cells, "", ""]), ...rows],
  };
}
