import { describe, expect, test } from "vitest";
import { CountingRunner, headWrites, neuronWrites } from "#test/counting-runner.ts";
import { headAt, neuronAt } from "#test/interventions.ts";
import { ablateEach } from "./ablations.ts";
import { capture } from "../capture.ts";
import { NO_CHANGES } from "./changes.ts";

/** The counting model's log p(target) is the residual's first value plus the target; everything off takes its number away. */
describe("several sets of interventions in one pass", () => {
  const variants = [
    [headAt(2, 1)],
    [neuronAt(0, 2)],
    [headAt(0, 0), neuronAt(1, 1, 0.5)],
    [neuronAt(2, 0)],
    [headAt(1, 0), headAt(1, 1)],
  ];
  const taken = [
    headWrites(2, 1),
    neuronWrites(0, 2),
    headWrites(0, 0) + neuronWrites(1, 1) / 2,
    neuronWrites(2, 0),
    headWrites(1, 0) + headWrites(1, 1),
  ];

  test("each take away what they switch off, and nothing else", async () => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5, 7], NO_CHANGES);
    const found = await ablateEach(runner, clean, variants, { target: 3 });
    const whole = clean.logits[3]!;
    expect(found.map(({ logProbability }) => whole - logProbability)).toEqual(taken);
    expect(runner.unreleased).toBe(0);
  });

  test("join where they begin: the batch grows, and ends without the clean run", async () => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5, 7], NO_CHANGES);
    runner.blocks.length = 0;
    await ablateEach(runner, clean, variants, { target: 3 });
    expect(runner.blocks.map(({ layer, batch, variants: rows }) => [layer, batch, rows])).toEqual([
      [0, 1, [0, 0, 0]],
      [1, 3, [0, 1, 2, 2]],
      [2, 4, [0, 1, 2, 3, 3]],
    ]);
  });

  test("begin no earlier than the first that is touched", async () => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5], NO_CHANGES);
    runner.blocks.length = 0;
    await ablateEach(runner, clean, [[neuronAt(2, 1)]], { target: 0 });
    expect(runner.blocks.map(({ layer }) => layer)).toEqual([2]);
  });

  test("watch neurons: those of earlier layers stay as they were", async () => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5, 7], NO_CHANGES);
    const watched = [
      { layer: 0, neuron: 1 },
      { layer: 2, neuron: 2 },
    ];
    const [found] = await ablateEach(runner, clean, [[headAt(1, 0)]], { target: 0, watched });
    // the counting model's taps are filled with the layer's number
    expect(found!.activations).toEqual([0, 2]);
  });

  test("stop when they are told to", async () => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5], NO_CHANGES);
    const asked = ablateEach(runner, clean, variants, { target: 0, signal: AbortSignal.abort() });
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    expect(runner.unreleased).toBe(0);
  });
});
