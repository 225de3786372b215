import { expect, test } from "vitest";
import { CountingRunner } from "#test/counting-runner.ts";
import { NO_CHANGES } from "./ablation/changes.ts";
import { operandPlot } from "./operand-plot.ts";
import type { PlotOptions } from "./operand-plot.ts";

const PLAIN: Omit<PlotOptions, "quantity"> = { changes: NO_CHANGES };
const EVERYTHING = 333 + 6_000 + 60_000 + 600_000;

test("each prompt is measured at its last token, whatever its length", async () => {
  const runner = new CountingRunner();
  const prompts = [
    { ids: [1, 5], target: 2 },
    { ids: [1, 2, 7], target: 0 },
    { ids: [1, 6], target: 1 },
  ];
  const values = await operandPlot(runner, prompts, { ...PLAIN, quantity: { kind: "logProbability" } });
  expect([...values]).toEqual([5 + 2, 7, 6 + 1].map((value) => value + EVERYTHING));
  // two lengths, three layers each
  expect(runner.blocks).toHaveLength(6);
  expect(runner.embeds).toBe(2);
  expect(runner.unreleased).toBe(0);
});

test("a head's effect doubles the rows at the head's layer only", async () => {
  const runner = new CountingRunner();
  const prompts = [3, 4, 5].map((id) => ({ ids: [id], target: 0 }));
  const quantity = { kind: "head", at: { layer: 1, head: 0 } } as const;
  expect([...(await operandPlot(runner, prompts, { ...PLAIN, quantity }))]).toEqual([10, 10, 10]);
  expect(runner.blocks.map(({ batch }) => batch)).toEqual([3, 3, 6]);
});

test("an activation needs no answer, and no layer behind its own", async () => {
  const runner = new CountingRunner();
  const quantity = { kind: "activation", at: { layer: 1, neuron: 2 } } as const;
  // the counting model's activations are their layer's number
  expect([...(await operandPlot(runner, [{ ids: [1, 2] }], { ...PLAIN, quantity }))]).toEqual([1]);
  expect(runner.blocks.map(({ layer }) => layer)).toEqual([0, 1]);
  expect(runner.unreleased).toBe(0);
});

test("what has no answer is left out and stays NaN", async () => {
  const runner = new CountingRunner();
  const found: number[][] = [];
  const values = await operandPlot(runner, [{ ids: [1] }, { ids: [2], target: 0 }], {
    ...PLAIN,
    quantity: { kind: "logProbability" },
    onValues: (indices) => found.push([...indices]),
  });
  expect([...values]).toEqual([Number.NaN, 2 + EVERYTHING]);
  expect(found).toEqual([[1]]);
});

test("many prompts come in batches, and a stop between them leaves nothing in memory", async () => {
  const runner = new CountingRunner();
  const stop = new AbortController();
  const prompts = Array.from({ length: 600 }, () => ({ ids: [1], target: 0 }));
  const sizes: number[] = [];
  const plot = operandPlot(runner, prompts, {
    ...PLAIN,
    quantity: { kind: "probability" },
    signal: stop.signal,
    onValues: (indices) => {
      sizes.push(indices.length);
      if (sizes.length === 2) stop.abort();
    },
  });
  await expect(plot).rejects.toMatchObject({ name: "AbortError" });
  expect(sizes).toEqual([256, 256]);
  expect(runner.unreleased).toBe(0);
});
