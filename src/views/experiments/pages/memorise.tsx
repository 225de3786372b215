import { figureInks } from "#charts/marks/figure-inks.ts";
import { intervalPlot } from "#charts/plots/interval-plot.ts";
import { percent } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { ablationColumn, ablationSentence } from "../ablation-texts.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { count, estimate, plain, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { withIntervals } from "../../shared/table/EstimateValue.tsx";
import type { ExperimentPage, ExperimentText, FigureSize } from "../experiment-page.ts";
import { publishedLoss, TABLE_3 } from "../published/published.ts";
import { groupName } from "../../shared/words/operation-signs.ts";

type Result = ResultFor<"memorise">;
type Found = Result["found"];
type Row = Found[number] & Found[number]["losses"][number];

const texts: ExperimentText = {
  tab: "Memorise or change one",
  question: "Does the head store digits, or what carrying does to them?",
  method:
    "Each token of an answer is labelled by its digits: memorise where its own column gives it, change-one where a carry or a borrow comes in (for × and ÷: every digit but the last). The head that costs an operation most is switched off, and the accuracies of both kinds are compared, each token given the true ones before it.",
  controls:
    "n for each kind; 95 % bootstrap intervals over the cases. It uses the runs of the head table and nothing else.",
  reading:
    "The paper labels single digits. Where a tokenizer writes a whole number as one token, as the bundled model’s does, the token is change-one if any of its digits is; for × and ÷ that is every answer of two digits or more.",
  notShown:
    "A difference between the kinds: overlapping intervals are no evidence of sameness either. The head is chosen on the same cases that it is measured on.",
  doing: "Switching every head off in every case",
};

/** What is lost of digits that are looked up, and of those that another column changes. */
export const memorise: ExperimentPage<"memorise"> = {
  texts,
  name: "memorise",
  title: () => "Digits that are looked up, and digits that another column changes",
  sentence,
  figures: [
    {
      label: (_, result) => `Relative decrease by kind of digit${withIntervals(decreases(result))}; diamonds: Llama-7B`,
      draw: ({ found }, size) => figureOf(found, size),
    },
  ],
  note: () => "Relative decrease of the accuracy per answer token; diamonds are Llama-7B’s.",
  tables: (result) => (
    <DataTable
      name="Table of digits"
      caption={`Answer tokens by kind, and what is lost of those that are right (relative${withIntervals(decreases(result))})`}
      columns={columns(result)}
      rows={rowsOf(result)}
    />
  ),
  file: (result) => tableOf(columns(result), rowsOf(result)),
  published: [TABLE_3],
};

const rowsOf = ({ found }: Result): Row[] => found.flatMap((row) => row.losses.map((loss) => ({ ...row, ...loss })));

const decreases = ({ found }: Result) => found.flatMap(({ losses }) => losses.map(({ relative }) => relative));

const columns = ({ request }: Result): Column<Row>[] => [
  { ...plain({ label: "operation", key: "group" }, ({ group }) => group), show: ({ group }) => groupName(group) },
  plain({ label: "head off", key: "head" }, ({ head }) => formatHead(head)),
  ablationColumn(request),
  {
    ...plain({ label: "kind", key: "kind" }, ({ label }) => label),
    title: ({ unlabelled }) => (unlabelled > 0 ? `${unlabelled} more tokens have no label` : undefined),
  },
  count({ label: "n", key: "tokens" }, ({ tokens }) => tokens),
  count({ label: "right", key: "correct" }, ({ correct }) => correct),
  count({ label: "right without it", key: "correct_without_head" }, ({ correctAfter }) => correctAfter),
  {
    ...estimate({ label: "decrease" }, "percent", ({ relative }) => relative),
    keys: ["relative_drop", "low", "high"],
  },
  plain({ key: "unlabelled" }, ({ unlabelled }) => unlabelled),
];

function figureOf(found: Found, { width, isDark }: FigureSize) {
  const rows = found.flatMap(({ group, losses }) =>
    losses.map(({ label, relative }, index) => {
      const published = publishedLoss(group, index);
      return { label: `${groupName(group)} ${label}`, ...relative, ...(published !== undefined && { published }) };
    }),
  );
  return intervalPlot(rows, {
    width: Math.min(width, 640),
    inks: figureInks(isDark),
    format: percent,
    axis: "relative decrease",
  });
}

const KIND_NAMES = { memorise: "is looked up", "change-one": "is changed" };

/** Why an operation cannot be compared: what it has no tokens of, or none that are right with the head on. */
function missing({ group, losses }: Found[number]): string {
  const none = losses.filter(({ tokens }) => tokens === 0).map(({ label }) => KIND_NAMES[label]);
  if (none.length > 0) return `${groupName(group)} has no token that ${none.join(" and none that ")}`;
  const wrong = losses.filter(({ relative }) => Number.isNaN(relative.value)).map(({ label }) => KIND_NAMES[label]);
  return `${groupName(group)} has no right token that ${wrong.join(" and none that ")}`;
}

function sentence(result: Result): string {
  const { found } = result;
  if (found.length === 0) return "Nothing has been run yet.";
  const isComparable = ({ losses }: Found[number]) => losses.every(({ relative }) => !Number.isNaN(relative.value));
  const parts = found
    .filter(isComparable)
    .map(
      ({ group, head, losses }) =>
        `${groupName(group)} without ${formatHead(head)}: ${losses.map(({ label, relative }) => `${percent(relative.value)} of what ${KIND_NAMES[label]}`).join(", ")}`,
    );
  const left = found.filter((row) => !isComparable(row)).map(missing);
  const notCompared = left.length > 0 ? ` Not compared: ${left.join("; ")}.` : "";
  return parts.length > 0
    ? `Lost: ${parts.join("; ")}.${notCompared} ${ablationSentence(result)}`
    : `No operation has right tokens of both kinds here; the kinds cannot be compared.${notCompared}`;
}
