import { useMemo } from "react";
import { useStore } from "zustand";
import { ablationAgreement, TOP_HEADS } from "#analysis/experiments/tables/ablation-agreement.ts";
import type { AblationAgreement } from "#analysis/experiments/tables/ablation-agreement.ts";
import { effectIn } from "#analysis/experiments/tables/head-table.ts";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { finishedTables, tablesLike } from "#state/experiments/finished-tables.ts";
import { experiments } from "#state/experiments/slots.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import type { Drawn } from "../../exports/drawn.ts";
import { asSentence } from "../../shared/words/sentence.ts";
import { Exports } from "../../exports/Exports.tsx";
import { ABLATION_TEXTS } from "../ablation-texts.ts";
import { usePlain } from "../../shared/use-plain.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { estimate, over, plain } from "../../shared/table/columns.tsx";
import { originOf } from "../result/experiment-export.ts";

type Result = Extract<ExperimentResult, { readonly kind: "heads" }>;

interface AblationComparisonProps {
  readonly result: Result;
  readonly group: number | undefined;
}

/** Which heads matter under each ablation that was run, and how far these agree; nothing until a second one was. */
export function AblationComparison({ result, group }: AblationComparisonProps) {
  const list = useStore(finishedTables, (state) => state.list);
  const isOfFile = useStore(experiments, (slots) => slots.heads.saved !== undefined);
  const agreement = useMemo(() => {
    const tables = tablesLike(result, list).map(({ request, found }) => ({
      ablation: request.ablation ?? "zero",
      heads: found.heads,
    }));
    return tables.length > 1 ? ablationAgreement(tables, group) : undefined;
  }, [result, list, group]);
  const from = useStore(experiments, (slots) => slots.heads.from);
  const isPlain = usePlain();
  // a file's table is another model's; it is not compared with those of this page
  if (isOfFile) return null;
  if (!agreement)
    return (
      <p className="small faint">
        Run it with something else in the place of a head that is off, and the ablations are compared here.
      </p>
    );
  const title = "Does it depend on what a head is replaced by?";
  const says = (plainly: boolean) => [agreementSentence(agreement, plainly)];
  const drawn: Drawn = {
    name: "ablations",
    title: from ? `${title} In ${from.about.model.name}` : title,
    says,
    origin: originOf({ from, saved: undefined }),
    // a link holds one run, not those that were run beside each other
    link: undefined,
    settings: {
      suite: result.request.suite.kind === "pasted" ? "pasted" : result.request.suite.definition.name,
      cases: result.suite.cases,
      seed: result.request.seed,
      ablations: agreement.costliest.map(({ ablation }) => ablation),
    },
    unit: "shares of 1",
    table: () => exportTable(agreement, group),
  };
  return (
    <section aria-label="Ablations compared" className="experiment-figures">
      <h3>{title}</h3>
      <p className="says">{says(isPlain)}</p>
      <Costliest agreement={agreement} group={group} />
      <footer className="panel-foot">
        <Exports drawn={drawn} />
      </footer>
    </section>
  );
}

type Row = AblationAgreement["costliest"][number];

const Costliest = ({ agreement, group }: Agreement) => (
  <DataTable<Row>
    name="Costliest heads by ablation"
    caption="Costliest heads by ablation, and the accuracy lost, in percentage points"
    columns={[
      plain({ label: "ablation" }, ({ ablation }) => ABLATION_TEXTS[ablation].choice),
      ...Array.from({ length: TOP_HEADS }, (_, place) => {
        const drop = estimate<Row>({}, "percent", ({ heads }) => heads[place] && effectIn(heads[place], group).drop);
        const head = plain<Row>({ label: `${place + 1}.` }, ({ heads }) => heads[place] && formatHead(heads[place].at));
        return { ...over(head, drop), isNumber: true };
      }),
    ]}
    rows={agreement.costliest}
  />
);

interface Agreement {
  readonly agreement: AblationAgreement;
  readonly group: number | undefined;
}

function agreementSentence({ pairs, costliest }: AblationAgreement, isPlain = false): string {
  const first = costliest.map(({ ablation, heads }) => ({ ablation, head: heads[0] ? formatHead(heads[0].at) : "–" }));
  const isSame = first.every(({ head }) => head === first[0]!.head);
  const most = isSame
    ? `${first[0]!.head} costs most under each`
    : `${first.map(({ ablation, head }) => `${head} costs most with ${ABLATION_TEXTS[ablation].choice}`).join(", ")}`;
  const each = pairs.map(
    ({ first: a, second: b, byDrop, byNats, shared }) =>
      `${ABLATION_TEXTS[a].choice} and ${ABLATION_TEXTS[b].choice} order the heads with ρ = ${nats(byDrop)} by accuracy lost and ${nats(byNats)} by ${isPlain ? "what becomes of the answer" : "nats"} (Spearman) and share ${shared} of the ${TOP_HEADS} costliest`,
  );
  return `${most}. ${asSentence(each.join("; "))}`;
}

function exportTable({ costliest, pairs }: AblationAgreement, group: number | undefined) {
  const tops = costliest.flatMap(({ ablation, heads }) =>
    heads.map((row, place) => {
      const { drop } = effectIn(row, group);
      return ["costliest", ablation, "", place + 1, formatHead(row.at), drop.value, drop.low, drop.high, "", "", ""];
    }),
  );
  const agreements = pairs.map(({ first, second, byDrop, byNats, shared }) => [
    "pair",
    first,
    second,
    ...Array.from({ length: 5 }, () => ""),
    byDrop,
    byNats,
    shared,
  ]);
  const header = ["row", "ablation", "against", "place", "head", "drop", "drop_low", "drop_high"];
  return { header: [...header, "spearman_drop", "spearman_nats", "shared_top"], rows: [...tops, ...agreements] };
}
