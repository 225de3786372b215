import { COUNTING_SPEC as SPEC, CountingRunner } from "#test/counting-runner.ts";
import { headAt, neuronAt } from "#test/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import { describe, expect, test } from "vitest";
import { capture, headZ, resume } from "./capture.ts";
import { NO_CHANGES } from "./ablation/changes.ts";

/** 3 per layer from the heads, 6000 from the neurons, times 1, 10, 100. */
const [HEADS, NEURONS] = [3 + 30 + 300, 6000 + 60_000 + 600_000];
const logitsFrom = (value: number) => new Float32Array([0, 1, 2, 3].map((token) => value + token));

describe("a capture", () => {
  test("keeps what each layer was given and made", async () => {
    const run = await capture(new CountingRunner(), [5, 7], NO_CHANGES);
    expect(run.ids).toEqual([5, 7]);
    expect(run.layers.map(({ residPre }) => [...residPre.data])).toEqual([
      [5, 5, 7, 7],
      [6008, 6008, 6010, 6010],
      [66038, 66038, 66040, 66040],
    ]);
    expect([...run.layers[1]!.residMid.data]).toEqual([6038, 6038, 6040, 6040]);
    expect([...run.residFinal.data]).toEqual([5, 5, 7, 7].map((id) => id + HEADS + NEURONS));
    // at the last position
    expect([run.logits, run.scale]).toEqual([logitsFrom(7 + HEADS + NEURONS), 0.5]);
  });

  test("has the interventions in it", async () => {
    const run = await capture(new CountingRunner(), [5], { interventions: [headAt(1, 1), neuronAt(0, 0, 2)] });
    expect(run.logits).toEqual(logitsFrom(5 + HEADS - 20 + NEURONS + 1000));
  });

  test("releases all that it asked for, also when a block fails", async () => {
    const runner = new CountingRunner();
    await capture(runner, [1], NO_CHANGES);
    expect(runner.unreleased).toBe(0);
    runner.onBlock = (layer) => {
      if (layer === 2) throw new Error("lost");
    };
    await expect(capture(runner, [1], NO_CHANGES)).rejects.toThrow("lost");
    expect(runner.unreleased).toBe(0);
  });

  test("stops between two blocks with what it was aborted with", async () => {
    const runner = new CountingRunner();
    const controller = new AbortController();
    const reason = new Error("enough");
    runner.onBlock = () => controller.abort(reason);
    await expect(capture(runner, [1], NO_CHANGES, { signal: controller.signal })).rejects.toBe(reason);
    expect([runner.blocks.length, runner.unreleased]).toEqual([1, 0]);
  });

  test("finds a head's z at a position", async () => {
    const clean = await capture(new CountingRunner(), [5, 7, 9], NO_CHANGES);
    const [layer] = clean.layers;
    const run = { ...clean, layers: [{ ...layer!, z: new Float32Array([10, 11, 12, 20, 21, 22]) }] };
    expect([...headZ(run, SPEC, { layer: 0, head: 1 }, 2)]).toEqual([22]);
  });
});

describe("going on from the clean run", () => {
  test.each<[string, Intervention[], number]>([
    ["a head", [headAt(1, 0)], -10],
    ["a neuron", [neuronAt(2, 1, 0)], -200_000],
    ["several, one turned up", [headAt(0, 1), headAt(2, 0, 3), neuronAt(2, 2)], -2 + 200 - 300_000],
  ])("gives what a whole run with %s gives", async (_name, list, change) => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5, 7], NO_CHANGES);
    const logits = await resume(runner, clean, { interventions: list });
    expect(logits).toEqual(logitsFrom(7 + HEADS + NEURONS + change));
    expect(logits).toEqual((await capture(runner, [5, 7], { interventions: list })).logits);
  });

  test("runs from the first layer that is touched on, and none for no interventions", async () => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5], NO_CHANGES);
    runner.blocks.length = 0;
    await resume(runner, clean, { interventions: [headAt(2, 0), headAt(1, 0)] });
    expect(runner.blocks.map(({ layer }) => layer)).toEqual([1, 2]);
    expect(await resume(runner, clean, NO_CHANGES)).toBe(clean.logits);
    expect([runner.blocks.length, runner.embeds, runner.unreleased]).toEqual([2, 1, 0]);
  });

  test("stops between two blocks with what it was aborted with", async () => {
    const runner = new CountingRunner();
    const clean = await capture(runner, [5], NO_CHANGES);
    const controller = new AbortController();
    const reason = new Error("enough");
    runner.onBlock = () => controller.abort(reason);
    await expect(resume(runner, clean, { interventions: [headAt(0, 0)] }, { signal: controller.signal })).rejects.toBe(
      reason,
    );
    expect(runner.unreleased).toBe(0);
  });
});
