import { formatHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import type { Table } from "../exports/csv.ts";

type Result = Extract<ExperimentResult, { readonly kind: "pruning" }>;
type Score = Result["found"]["rows"][number]["all"];

/** A row for each N and each group of cases; all deep neurons first. */
export function pruningTable({ found, request }: Result): Table {
  const by = [request.ablation ?? "zero", request.head ? formatHead(request.head) : "increase"];
  const ends = ({ value, low, high }: Score["accuracy"]) => [value, low, high];
  const cells = ({ accuracy, lost, nats }: Score) => [...ends(accuracy), ...ends(lost), ...ends(nats)];
  const whole = [
    { name: "all", accuracy: found.all },
    ...found.groups,
    { name: "found on", accuracy: found.known.accuracy },
    ...found.controls,
  ].map(({ name, accuracy }) => [...by, "all", found.deep, 1, name, ...ends(accuracy), 0, 0, 0, 0, 0, 0, "", ""]);
  const rows = found.rows.flatMap((row) =>
    [
      ["all", ...cells(row.all), row.random.mean, row.random.spread],
      ...row.groups.map((group, index) => [found.groups[index]!.name, ...cells(group), "", ""]),
      ["found on", ...cells(row.known), "", ""],
      ...row.costs.map(({ group, cost, random }) => [
        group,
        ...cells(cost),
        cost.accuracy.value + cost.lost.value - random.mean,
        random.spread,
      ]),
    ].map((each) => [...by, row.count, row.neurons, row.share, ...each]),
  );
  return {
    header: [
      "ablation",
      "ranked_by",
      "n_per_token",
      "kept",
      "share",
      "group",
      ...["accuracy", "lost", "nats_lost"].flatMap((name) => [name, `${name}_low`, `${name}_high`]),
      "random_accuracy",
      "random_spread",
    ],
    rows: [...whole, ...rows],
  };
}
