import { useStore } from "zustand";
import { STAGE_NAMES } from "#analysis/chain/chain.ts";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { intervalPlot } from "#charts/plots/interval-plot.ts";
import { factor } from "#charts/factor.ts";
import { percent, signedNats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ResultFor } from "#protocol/experiments.ts";
import { experiments } from "#state/experiments/slots.ts";
import type { ExperimentOrigin } from "#state/experiments/slots.ts";
import { readableFragment } from "#state/link/permalink.ts";
import { MAX_ABLATION_SOURCE } from "#state/ablation-source.ts";
import { findingOf } from "#state/link/shown-claims.ts";
import { tokenText } from "../../shared/words/token-text.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { count, estimate, measure, plain, onScreen, tableOf } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { estimateText, withIntervals } from "../../shared/table/EstimateValue.tsx";
import { soFar } from "../experiment-page.ts";
import { namesOf, tiedFirst } from "../result/tied.ts";
import type { ExperimentPage, ExperimentText } from "../experiment-page.ts";
import { groupName } from "../../shared/words/operation-signs.ts";

type Result = ResultFor<"stages">;
type Found = Result["found"];
type Share = Found["shares"][number];
type Case = Found["cases"][number];
type HeadCount = Found["predicting"][number];

const texts: ExperimentText = {
  tab: "Stages over a suite",
  question: "In how many prompts does each stage of the logic chain have evidence?",
  method:
    "The logic chain of every case is put together twice, at the thresholds that the Chain tab begins with, for the model’s own answer: what is off is 0, and what is off is its mean over the suite’s other prompts of the same length. A stage has evidence where all its criteria hold.",
  controls:
    "Both ablations beside each other, and the share of cases in which a stage has evidence under both. 95 % percentile bootstraps over the cases, each group resampled by itself.",
  reading:
    "The paper draws the chain of one prompt by hand and gives no share of prompts. Prompts without another one of their length have no mean, and count under zero alone.",
  notShown:
    "That the stages are how the model computes: each is a comparison with a threshold, and one head is followed where several may share the work. A shuffled model can have stages too; measure one before a share is believed.",
  doing: "Putting chains together, case by case",
};

/** Which stages the cases' chains have, by zero-ablation and by mean ablation. */
export const stages: ExperimentPage<"stages"> = {
  texts,
  name: "stages",
  title: () => "Stages of the logic chain over a suite",
  sentence,
  figures: [
    {
      label: (_, { found }) =>
        `Share of cases in which each stage has evidence, by ablation${withIntervals(fours(found))}`,
      draw: ({ found }, { width, isDark }) =>
        intervalPlot(
          ofAll(found).flatMap(({ ablation, stages: each, four }) => [
            ...each.map((share, index) => ({ label: `stage ${index + 1}, ${ablation}`, ...share })),
            { label: `all four, ${ablation}`, ...four },
          ]),
          { width: Math.min(width, 640), inks: figureInks(isDark), format: percent, axis: "share of the cases" },
        ),
    },
  ],
  note: (result) =>
    `Stages 1 to ${STAGE_NAMES.length}: ${STAGE_NAMES.join(", ")}. Zero: what is off is 0; mean: as in the suite’s other prompts of the length; both: those with evidence under zero and under mean.${soFar(result)}`,
  tables: ({ found }) => (
    <>
      <DataTable
        name="Table of stages"
        caption={`Share of cases in which a stage has evidence${withIntervals(fours(found))}`}
        columns={SHARES}
        rows={found.shares}
      />
      <DataTable
        name="Table of predicting heads"
        caption="Heads that predict: how many of the cases whose third stage has evidence have it from this head"
        columns={HEADS}
        rows={found.predicting}
      />
      <Cases cases={found.cases} />
    </>
  ),
  file: ({ found }) => tableOf(SHARES, found.shares),
  published: [],
};

const fours = ({ shares }: Found) => shares.map(({ four }) => four);

const ofAll = ({ shares }: Found) => shares.filter(({ group }) => group === "");

const SHARES: readonly Column<Share>[] = [
  {
    ...plain<Share>({ label: "group", key: "group" }, ({ group }) => (group === "" ? "all" : group)),
    show: ({ group }) => (group === "" ? "all" : groupName(group)),
  },
  plain({ label: "ablation", key: "ablation" }, ({ ablation }) => ablation),
  count({ label: "n", key: "n" }, ({ cases }) => cases),
  ...STAGE_NAMES.map((name, index) =>
    estimate<Share>({ label: name, key: name.replaceAll("-", "_") }, "percent", (row) => row.stages[index]),
  ),
  estimate({ label: "all four", key: "all_four" }, "percent", ({ four }) => four),
];

const HEADS: readonly Column<HeadCount>[] = [
  plain({ label: "head" }, ({ at }) => formatHead(at)),
  plain({ label: "ablation" }, ({ ablation }) => ablation),
  count({ label: "cases" }, ({ cases }) => cases),
  measure({ label: "share" }, "percent", ({ cases, of }) => cases / of),
];

/** Cases that are listed; all of them are in the saved result. */
const LISTED = 100;

/** Every case with the head and the stages of its chain, and links to the two chains. */
function Cases({ cases }: { readonly cases: readonly Case[] }) {
  const isPlain = usePlain();
  const from = useStore(experiments, (slots) => slots.stages.from);
  const verdict = (ablation: "zero" | "mean"): readonly Column<Case>[] => [
    onScreen(`chain, ${ablation}`, (row) => {
      const own = row[ablation];
      if (!own) return "–";
      const text = `${formatHead(own.head)} ${isPlain ? factor(0 - own.effect) : signedNats(own.effect)}`;
      const link = from && chainLink(from, row, ablation === "mean" ? othersOf(row, cases) : undefined);
      return link === undefined ? text : <a href={link}>{text}</a>;
    }),
    plain({ label: `stages, ${ablation}` }, (row) => row[ablation]?.stages.join(", ")),
  ];
  return (
    <DataTable<Case>
      name="Table of cases"
      caption={`The chain of each case: its head with ${isPlain ? "what becomes of the answer without it" : "its effect in nats"}, and the stages that have evidence${
        cases.length > LISTED ? `; the first ${LISTED} of ${cases.length}` : ""
      }`}
      columns={[
        plain({ label: "prompt" }, ({ prompt }) => prompt),
        plain({ label: "answers" }, ({ answer, isRight }) => `${tokenText(answer)}${isRight ? "" : " (wrong)"}`),
        ...verdict("zero"),
        ...verdict("mean"),
      ]}
      rows={cases.slice(0, LISTED)}
    />
  );
}

/** The different prompts that stand in for a case's. */
const othersOf = ({ prompt, length }: Case, cases: readonly Case[]) => [
  ...new Set(cases.filter((each) => each.length === length && each.prompt !== prompt).map((each) => each.prompt)),
];

/** Opens the case's chain on this page; undefined where more prompts stand in for it than a link carries. */
const chainLink = ({ about }: ExperimentOrigin, { prompt }: Case, ablationSource: readonly string[] | undefined) => {
  if (ablationSource && ablationSource.length > MAX_ABLATION_SOURCE) return undefined;
  const { target: _, ablationSource: __, ...finding } = findingOf(about);
  const chain = {
    ...finding,
    prompt,
    interventions: [],
    view: "chain" as const,
    ...(ablationSource && { ablationSource }),
  };
  const fragment = readableFragment(chain);
  return fragment === undefined ? undefined : `#${fragment}`;
};

function sentence({ found }: Result): string {
  const [zero, mean, both] = ofAll(found);
  if (!zero || zero.cases === 0) return "Nothing has been run yet.";
  const list = (row: Share) =>
    STAGE_NAMES.map((name, index) => `${name} ${percent(row.stages[index]!.value)}`).join(", ");
  const four = (row: Share) => percent(row.four.value) + estimateText(row.four, "percent").interval;
  const first = (ablation: "zero" | "mean") => {
    const most = tiedFirst(
      found.predicting.filter((each) => each.ablation === ablation),
      ({ cases }) => cases,
    );
    const [head] = most;
    if (!head) return "";
    const names = namesOf(most.map(({ at }) => formatHead(at)));
    return most.length > 1
      ? `; ${names} predict most often, each in ${head.cases} of ${head.of}`
      : `; ${names} predicts most often, in ${head.cases} of ${head.of}`;
  };
  return [
    `By zero-ablation the stages have evidence in these shares of n = ${zero.cases} cases: ${list(zero)}; all four in ${four(zero)}${first("zero")}.`,
    ...(mean && both && mean.cases > 0
      ? [
          `By mean ablation, n = ${mean.cases}: ${list(mean)}; all four in ${four(mean)}${first("mean")}.`,
          `All four under both in ${four(both)}.`,
        ]
      : []),
  ].join(" ");
}
