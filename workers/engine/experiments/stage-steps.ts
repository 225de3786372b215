import { STAGE_NAMES } from "#analysis/chain/chain.ts";
import type { Chain } from "#analysis/chain/chain.ts";
import { MAX_DEEP, MAX_READINGS, MAX_SHALLOW } from "#analysis/chain/thresholds.ts";
import { withoutDuplicates } from "#analysis/experiments/suite/scored-cases.ts";
import { bootstrap, DEFAULT_RESAMPLES, resamples, weightedMean } from "#analysis/experiments/tables/statistics.ts";
import type { Resamples } from "#analysis/experiments/tables/statistics.ts";
import { formatHead } from "#model/ids.ts";
import type { FittedRequest } from "#protocol/experiments.ts";
import { STAGE_ABLATIONS } from "#protocol/experiments/stages.ts";
import type { StageFindings, StageVerdict } from "#protocol/experiments/stages.ts";
import { ChainSession } from "../chain/chain-session.ts";
import { ModelSession } from "../session/model-session.ts";
import type { ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import type { ReadCase } from "./suite-reader.ts";

/** One case: the model's own answer, and its chain's verdicts. */
export interface StagePart {
  readonly answer: string;
  readonly isRight: boolean;
  readonly zero: StageVerdict;
  readonly mean?: StageVerdict;
}

/**
 * Runs of a chain beside its sweep over all heads, at most: the run without the head, each part that is drawn off once, the shallow ones and
 * what is moved as groups (the latter twice, once before its stage is known to have evidence), and as many moves up to the head.
 */
const CHAIN_RUNS = 1 + MAX_DEEP + MAX_SHALLOW + 2 * MAX_READINGS + 3;

/** The chain of each case under zero-ablation, and under the mean of the suite's other prompts of its length: a step is one case. */
export function stageSteps(
  { model, index }: ExperimentModel,
  cases: readonly ReadCase[],
  { seed, onlyCorrect }: FittedRequest<"stages">,
): ExperimentSteps<StagePart, StageFindings> {
  const { spec } = model;
  const { unique, places } = withoutDuplicates(cases);
  const keys = unique.map(({ ids }) => ids.join(" "));
  const prompts = new Map(unique.map(({ ids }, step) => [keys[step]!, ids]));
  const byLength = Map.groupBy(prompts, ([, { length }]) => length);
  /** The different prompts of a case's length, its own among them. */
  const alikeTo = (step: number) => byLength.get(unique[step]!.ids.length)!;
  const chains = new ChainSession(model, new ModelSession(model, index));
  return {
    runs: { kind: "stages", cases: unique.map(({ ids, answerIds }) => [ids, answerIds]) },
    count: unique.length,
    rowsOf(step) {
      const others = alikeTo(step).length - 1;
      return (1 + spec.layers * spec.heads + CHAIN_RUNS) * (others > 0 ? 2 : 1) + others;
    },
    async run(step, _, signal) {
      const { ids, answerIds } = unique[step]!;
      const others = alikeTo(step).flatMap(([key, other]) => (key === keys[step] ? [] : [other]));
      const own = chains.under(signal);
      const zero = await own.chain(ids, {}, () => undefined, signal);
      const mean = others.length > 0 && (await own.chain(ids, { ablationSource: others }, () => undefined, signal));
      return {
        answer: zero.target.text,
        isRight: zero.target.id === answerIds[0],
        zero: verdictOf(zero),
        ...(mean && { mean: verdictOf(mean) }),
      };
    },
    found(parts, isWhole) {
      const known = cases.flatMap(({ asked: { prompt, group }, ids }, place) => {
        const part = parts[places[place]!];
        return part && (part.isRight || !onlyCorrect) ? [{ prompt, group, length: ids.length, ...part }] : [];
      });
      return stageTable(known, { seed, draws: isWhole ? DEFAULT_RESAMPLES : 0 });
    },
  };
}

/** The third stage names the head of largest effect whether or not it has evidence. */
function verdictOf({ stages }: Chain): StageVerdict {
  const measured = stages.flatMap(({ evidence }) => (evidence?.stage === "feature-predicting" ? [evidence] : []))[0]!;
  return {
    head: measured.head,
    effect: measured.effect,
    stages: stages.filter(({ hasEvidence }) => hasEvidence).map(({ name }) => name),
  };
}

type Case = StageFindings["cases"][number];

/**
 * Shares of cases in which a stage has evidence, with percentile bootstrap intervals over the cases: each group by itself, and all
 * cases together, each group resampled within itself.
 */
export function stageTable(
  cases: readonly Case[],
  options: { readonly seed: number; readonly draws: number },
): StageFindings {
  const groups = [...Map.groupBy(cases, ({ group }) => group)].map(([name, own], index) => ({
    name,
    cases: own,
    draws: resamples(own.length, { ...options, seed: options.seed + index }),
  }));
  const all = {
    name: "",
    cases: groups.flatMap((group) => group.cases),
    draws: together(groups.map(({ draws }) => draws)),
  };
  const shares = [all, ...groups].flatMap((group) =>
    STAGE_ABLATIONS.map((ablation) => {
      const judged = group.cases.map((each) => stagesUnder(each, ablation));
      const of = (holds: (stages: readonly string[]) => boolean) => shareOf(judged, group.draws, holds);
      const [enhancing, transferring, predicting, deepening] = STAGE_NAMES.map((stage) =>
        of((stages) => stages.includes(stage)),
      );
      return {
        group: group.name,
        ablation,
        cases: judged.filter((stages) => stages !== undefined).length,
        stages: [enhancing!, transferring!, predicting!, deepening!] as StageFindings["shares"][number]["stages"],
        four: of((stages) => stages.length === STAGE_NAMES.length),
      };
    }),
  );
  return {
    right: shareOf(
      all.cases.map(({ isRight }) => (isRight ? ["right"] : [])),
      all.draws,
      (right) => right.length > 0,
    ),
    shares,
    predicting: [...headsUnder(cases, "zero"), ...headsUnder(cases, "mean")],
    cases,
  };
}

/** Under both: those that have evidence either way; undefined for a case that was not judged. */
function stagesUnder({ zero, mean }: Case, ablation: (typeof STAGE_ABLATIONS)[number]): readonly string[] | undefined {
  if (ablation === "zero") return zero.stages;
  return ablation === "mean" ? mean?.stages : mean?.stages.filter((stage) => zero.stages.includes(stage));
}

/** The share of the judged cases that pass. */
function shareOf(
  judged: readonly (readonly string[] | undefined)[],
  draws: Resamples,
  holds: (stages: readonly string[]) => boolean,
) {
  const values = judged.map((stages) => Number(stages !== undefined && holds(stages)));
  const counts = judged.map((stages) => Number(stages !== undefined));
  return bootstrap(judged.length, draws, (weights) =>
    weightedMean(
      values,
      counts.map((count, index) => count * weights[index]!),
    ),
  );
}

/** Each group's draws beside the others', draw by draw. */
const together = (groups: readonly Resamples[]): Resamples =>
  Array.from({ length: groups[0]?.length ?? 0 }, (_, draw) =>
    Uint32Array.from(groups.flatMap((draws) => [...draws[draw]!])),
  );

/** Heads of the third stages that have evidence, most frequent first. */
function headsUnder(cases: readonly Case[], ablation: "zero" | "mean"): StageFindings["predicting"] {
  const predicting = cases
    .flatMap((each) => each[ablation] ?? [])
    .filter(({ stages }) => stages.includes("feature-predicting"));
  return [...Map.groupBy(predicting, ({ head }) => formatHead(head)).values()]
    .map((own) => ({ ablation, at: own[0]!.head, cases: own.length, of: predicting.length }))
    .sort((a, b) => b.cases - a.cases);
}
