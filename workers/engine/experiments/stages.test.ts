import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { StageName } from "#analysis/chain/chain.ts";
import { formatHead } from "#model/ids.ts";
import { readFolder } from "#test/checkpoints.ts";
import { experimentBench, findingsOf, resumedFindings } from "#test/experiment-bench.ts";
import type { ExperimentBench } from "#test/experiment-bench.ts";
import { stageTable } from "./stage-steps.ts";

type Cases = Parameters<typeof stageTable>[0];

const [E, T, P, D]: StageName[] = [
  "feature-enhancing",
  "feature-transferring",
  "feature-predicting",
  "prediction-enhancing",
];
const FIRST = { layer: 1, head: 0 };
const SECOND = { layer: 2, head: 7 };
const verdict = (head: typeof FIRST, ...stages: StageName[]) => ({ head, effect: 1, stages });
const asked = { prompt: "", length: 4, answer: "", isRight: true };
const none = { low: Number.NaN, high: Number.NaN };

describe("a table worked out by hand", () => {
  const cases: Cases = [
    { ...asked, group: "+", zero: verdict(FIRST, E!, P!, D!), mean: verdict(SECOND, P!) },
    { ...asked, group: "+", zero: verdict(FIRST, E!, T!, P!, D!), mean: verdict(FIRST, E!, T!, P!, D!) },
    // without another prompt of its length
    { ...asked, group: "+", isRight: false, zero: verdict(SECOND) },
    { ...asked, group: "-", zero: verdict(SECOND, P!), mean: verdict(SECOND, P!, D!) },
  ];

  test("has shares of the cases that were judged, and of both ablations at once", () => {
    const { right, shares } = stageTable(cases, { seed: 1, draws: 0 });
    const row = (ablation: string, group = "") =>
      shares.find((each) => each.group === group && each.ablation === ablation)!;
    const valuesOf = ({ cases: n, stages, four }: (typeof shares)[number]) =>
      [n, ...stages, four].map((each) => (typeof each === "number" ? each : each.value));
    expect(right).toEqual({ value: 3 / 4, ...none });
    expect(valuesOf(row("zero"))).toEqual([4, 2 / 4, 1 / 4, 3 / 4, 2 / 4, 1 / 4]);
    expect(valuesOf(row("mean"))).toEqual([3, 1 / 3, 1 / 3, 1, 2 / 3, 1 / 3]);
    expect(valuesOf(row("both"))).toEqual([3, 1 / 3, 1 / 3, 1, 1 / 3, 1 / 3]);
    expect(valuesOf(row("zero", "+"))).toEqual([3, 2 / 3, 1 / 3, 2 / 3, 2 / 3, 1 / 3]);
    expect(valuesOf(row("mean", "-"))).toEqual([1, 0, 0, 1, 1, 0]);
  });

  test("counts the heads of the third stages that have evidence, and no others", () => {
    expect(stageTable(cases, { seed: 1, draws: 0 }).predicting).toEqual([
      { ablation: "zero", at: FIRST, cases: 2, of: 3 },
      { ablation: "zero", at: SECOND, cases: 1, of: 3 },
      { ablation: "mean", at: SECOND, cases: 2, of: 3 },
      { ablation: "mean", at: FIRST, cases: 1, of: 3 },
    ]);
  });

  test("has the intervals of the bootstrap, each group resampled by itself", () => {
    // of two cases one holds: a resample has it in 0, 1 or 2 of 2 with probabilities 1/4, 1/2, 1/4, so that 95 % reach from 0 to 1
    const pair = [cases[0]!, cases[2]!, { ...cases[3]!, mean: verdict(SECOND, P!) }];
    const { shares } = stageTable(pair, { seed: 1, draws: 1000 });
    const plus = shares.find(({ group, ablation }) => group === "+" && ablation === "zero")!;
    expect(plus.stages[2]).toEqual({ value: 1 / 2, low: 0, high: 1 });
    // the other group's one case is in every resample: of all three cases one to three predict
    const all = shares.find(({ group, ablation }) => group === "" && ablation === "zero")!;
    expect(all.stages[2]).toEqual({ value: 2 / 3, low: 1 / 3, high: 1 });
    // what holds nowhere holds in no resample
    expect(all.four).toEqual({ value: 0, low: 0, high: 0 });
  });

  test("of nothing has no share", () => {
    const { shares, predicting } = stageTable([], { seed: 1, draws: 1000 });
    expect(shares.map(({ cases: n, four }) => [n, four.value])).toEqual([
      [0, Number.NaN],
      [0, Number.NaN],
      [0, Number.NaN],
    ]);
    expect(predicting).toEqual([]);
  });
});

/** The verdicts of the recipe's own measure (training/stages.py, in PyTorch): see `chain-stages.test.ts`. */
type Verdict = { readonly head: string; readonly effect: number; readonly stages: readonly string[] };
const FAMILIES = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test/golden/abacus-2-stages.json"), "utf8"),
) as Record<string, (Readonly<Record<"zero" | "mean", Verdict>> & { readonly prompt: string })[]>;

const sumOf = (prompt: string) => {
  const [, a, sign, b] = /^(\d+) ([+-]) (\d+) =$/.exec(prompt)!;
  return sign === "+" ? Number(a) + Number(b) : Number(a) - Number(b);
};

describe("families of prompts", () => {
  let bench: ExperimentBench;
  beforeAll(async () => {
    bench = await experimentBench(readFolder(join(import.meta.dirname, "../../../public/models/abacus-2")));
  });
  const requestOf = (family: readonly { readonly prompt: string }[]) => ({
    kind: "stages" as const,
    suite: {
      kind: "pasted" as const,
      text: family.map(({ prompt }) => `${prompt},${sumOf(prompt)},family\n`).join(""),
    },
    seed: 1,
    onlyCorrect: false,
  });

  test.each(["1D+", "2D-"])("%s has the stages and the shares that PyTorch finds", async (name) => {
    const family = FAMILIES[name]!;
    const { cases, shares } = await findingsOf(bench, requestOf(family));
    const verdicts = cases.flatMap(({ zero, mean }) => [zero, mean!]);
    const golden = family.flatMap(({ zero, mean }) => [zero, mean]);
    expect(verdicts.map(({ head, stages }) => [formatHead(head), stages])).toEqual(
      golden.map(({ head, stages }) => [head, stages]),
    );
    verdicts.forEach(({ effect }, place) => expect(effect).toBeCloseTo(golden[place]!.effect, 3));
    const share = (holds: (each: (typeof family)[number]) => boolean) => family.filter(holds).length / family.length;
    for (const { ablation, stages } of shares.filter(({ group }) => group === "")) {
      expect(stages.map(({ value }) => value)).toEqual(
        [E!, T!, P!, D!].map((stage) =>
          share(({ zero, mean }) =>
            ablation === "both"
              ? zero.stages.includes(stage) && mean.stages.includes(stage)
              : (ablation === "zero" ? zero : mean).stages.includes(stage),
          ),
        ),
      );
    }
  });

  test("stopped, goes on with the cases that are kept", async () => {
    const request = requestOf(FAMILIES["1D+"]!.slice(0, 3));
    const { stopped, plan, partial, found } = await resumedFindings(bench, request, 1);
    expect([stopped, plan.stepsKept, partial!.cases.length]).toEqual(["AbortError", 1, 1]);
    expect(found).toEqual(await findingsOf(bench, request));
  });
});
