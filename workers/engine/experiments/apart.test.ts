import { beforeAll, describe, expect, test } from "vitest";
import { EXPERIMENT_KINDS } from "#protocol/experiments.ts";
import type { ExperimentOutline } from "#protocol/experiments.ts";
import { unaborted } from "#test/engine.ts";
import { everyExperiment } from "#test/saved-results.ts";

let bench: Awaited<ReturnType<typeof everyExperiment>>;
beforeAll(async () => {
  bench = await everyExperiment();
});

/** The steps as far from their own order as what they read lets them be: the last one that can be run comes next. */
function backwards({ steps }: ExperimentOutline): number[] {
  const order: number[] = [];
  const isReady = (step: number) =>
    !order.includes(step) &&
    steps[step]!.reads.every(({ from, to }) =>
      Array.from({ length: to - from }, (_, at) => from + at).every((at) => order.includes(at)),
    );
  while (order.length < steps.length) {
    const next = steps.findLastIndex((_, step) => isReady(step));
    if (next < 0) throw new Error("a step reads one that can never be run");
    order.push(next);
  }
  return order;
}

/** As a store keeps it. */
const kept = (part: unknown): unknown =>
  JSON.parse(JSON.stringify(part), (_, value: unknown) => (value === null ? Number.NaN : value));

describe("an experiment whose steps are run one by one, in another order, and kept as text in between", () => {
  test.each(EXPERIMENT_KINDS)("%s finds what one run finds, bit for bit", async (kind) => {
    const { experiments, requests } = bench;
    const request = requests[EXPERIMENT_KINDS.indexOf(kind)]!;
    const whole = await experiments.run(request, () => undefined, { signal: unaborted() });
    const outline = await experiments.outline(request);
    const parts: unknown[] = [];
    for (const step of backwards(outline)) {
      const before: unknown[] = [];
      for (const { from, to } of outline.steps[step]!.reads) for (let at = from; at < to; at++) before[at] = parts[at];
      parts[step] = kept(await experiments.runStep(request, step, before, unaborted()));
    }
    expect(JSON.stringify(await experiments.gather(request, parts))).toBe(JSON.stringify(whole));
    expect(outline.steps.every(({ operations }) => operations > 0)).toBe(true);
  });

  test("a part that is read and not there is refused, as a step is that there is not, and too few parts", async () => {
    const { experiments, requests } = bench;
    const pruning = requests[EXPERIMENT_KINDS.indexOf("pruning")]!;
    const { steps } = await experiments.outline(pruning);
    const last = steps.length - 1;
    await expect(experiments.runStep(pruning, last, [], unaborted())).rejects.toMatchObject({
      code: "bad-request",
      message: `runStep: step ${last} reads step 0; before has no part of it`,
    });
    await expect(experiments.runStep(pruning, steps.length, [], unaborted())).rejects.toMatchObject({
      code: "bad-request",
    });
    await expect(experiments.gather(pruning, [])).rejects.toMatchObject({ code: "bad-request" });
  });

  test("what is only counted otherwise is the same work; another seed of what is drawn is not", async () => {
    const { experiments, requests } = bench;
    const heads = requests[EXPERIMENT_KINDS.indexOf("heads")]! as { onlyCorrect: boolean; seed: number };
    const about = async (changes: object) => (await experiments.outline({ ...heads, ...changes } as never)).about;
    const [first, counted, drawn] = [
      await about({}),
      await about({ onlyCorrect: !heads.onlyCorrect }),
      await about({ ablation: "resample", seed: heads.seed + 1 }),
    ];
    expect(counted).toBe(first);
    expect(drawn).not.toBe(first);
  });
});
