import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import { logitRanges, rangeBounds } from "#analysis/search/ranges.ts";
import { capture } from "#analysis/capture.ts";
import type { Capture } from "#analysis/capture.ts";
import { midOf, neuronIncreases } from "#analysis/lens/increase.ts";
import { lensLogProbabilities } from "#analysis/lens/lens.ts";
import { compareNeurons, neuronAt } from "#analysis/lens/neurons.ts";
import { fromRows } from "#core/numeric/matrix.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode } from "#test/engine.ts";
import { describe, expect, test } from "vitest";

const noneKnown = { rangesAt: () => undefined };

describe.each([
  ["RMSNorm, shared keys, q4", randomCheckpoint(), "q4"],
  ["LayerNorm, f32", randomCheckpoint({ family: "gpt2" }), "f32"],
  ["the bundled model, q8", abacusFiles(), "q8"],
] as const)("%s", (_name, files, dtype) => {
  test("the bounds of the ranges are no smaller than the ranges", async () => {
    const { runner } = await loadInNode(files, dtype);
    const exact = await logitRanges(runner, noneKnown);
    const { ranges: bounds } = await rangeBounds(runner, noneKnown);
    expect(bounds).toHaveLength(exact.length);
    // float32 logits of some 10 are off by 1e-6 of that
    expect([...exact].filter((range, index) => range > bounds[index]! * (1 + 1e-5))).toEqual([]);
    expect(exact.every((range) => range > 0)).toBe(true);
    await runner.dispose();
  });

  test("a list that bounds prove is the list that ranges prove", async () => {
    const { runner } = await loadInNode(files, dtype);
    const ids = [1, 5, 9, 4, 7];
    const before = await capture(runner, ids, NO_CHANGES);
    const after = await capture(runner, ids, {
      interventions: [{ kind: "head", at: { layer: 0, head: 1 }, scale: 0 }],
    });
    const lens = { runner, scale: before.scale };
    const pair = { before, after, firstDifferentLayer: 0 };
    const search = { target: 3, count: 10 };
    const byRanges = await compareNeurons(lens, pair, { ranges: await logitRanges(runner, noneKnown) }, search);
    const byBounds = await compareNeurons(lens, pair, await rangeBounds(runner, noneKnown), search);
    expect([byRanges.certified, byBounds.certified]).toEqual([true, true]);
    expect(byBounds.rows).toEqual(byRanges.rows);
    await runner.dispose();
  });

  test("the list is the one of evaluating every neuron, whatever the head, the layer and the length", async () => {
    const { runner } = await loadInNode(files, dtype);
    const { layers, heads, neurons } = runner.spec;
    const before = await capture(runner, [1, 5, 9, 4, 7], NO_CHANGES);
    const lens = { runner, scale: before.scale };
    const all = Array.from({ length: layers * neurons }, (_, index) => neuronAt(lens, index));
    const naive = async (run: Capture, target: number) => {
      const bases = fromRows(
        run.layers.map((_, layer) => midOf(run, layer)),
        runner.spec.modelDim,
      );
      const atBase = await lensLogProbabilities(lens, bases, target);
      return neuronIncreases(
        lens,
        all.map((at) => ({ run, at, atBase: atBase[at.layer]! })),
        target,
      );
    };
    const ranges = await rangeBounds(runner, noneKnown);
    // scales between off and far too much, in both directions
    for (const [layer, scale, count] of [
      [0, 0, 1],
      [layers - 1, 0, 10],
      [1, -3, 25],
      [0, 20, 5],
    ] as const) {
      const target = 3 + 2 * count;
      const at = { layer, head: heads - 1 };
      const after = await capture(runner, before.ids, { interventions: [{ kind: "head", at, scale }] });
      const [first, second] = [await naive(before, target), await naive(after, target)];
      const changes = first.map((value, index) => value - second[index]!);
      const best = changes.toSorted((a, b) => b - a).slice(0, count);
      const pair = { before, after, firstDifferentLayer: layer };
      const found = await compareNeurons(lens, pair, ranges, { target, count });
      expect(found.certified).toBe(true);
      // float32 log-sum-exps in runs of other sizes: some 1e-6
      const NATS = { atol: 5e-6 };
      expect(found.rows.map(({ change }) => change)).toBeAllClose(best, NATS);
      const flat = (row: { layer: number; neuron: number }) => row.layer * neurons + row.neuron;
      expect(found.rows.map((row) => row.before)).toBeAllClose(
        found.rows.map((row) => first[flat(row)]!),
        NATS,
      );
      expect(found.rows.map((row) => row.after)).toBeAllClose(
        found.rows.map((row) => second[flat(row)]!),
        NATS,
      );
    }
    await runner.dispose();
  });

  test("more neurons than there are come as they are, and layers that both runs share change by nothing at all", async () => {
    const { runner } = await loadInNode(files, dtype);
    const { layers, neurons } = runner.spec;
    const before = await capture(runner, [2, 6], NO_CHANGES);
    const last = layers - 1;
    const after = await capture(runner, [2, 6], {
      interventions: [{ kind: "head", at: { layer: last, head: 0 }, scale: 0 }],
    });
    const lens = { runner, scale: before.scale };
    const pair = { before, after, firstDifferentLayer: last };
    const count = layers * neurons + 1;
    const found = await compareNeurons(lens, pair, await rangeBounds(runner, noneKnown), { target: 3, count });
    expect([found.rows.length, found.evaluated, found.certified]).toEqual([count - 1, count - 1, true]);
    const shared = found.rows.filter(({ layer }) => layer < last);
    expect(shared.every(({ change, before: own, after: other }) => change === 0 && own === other)).toBe(true);
    await runner.dispose();
  });
});

test("on a trained model a list of ten is proven with few vectors projected, though no range was computed", async () => {
  const { runner } = await loadInNode(abacusFiles(), "q8");
  const { layers, neurons } = runner.spec;
  const before = await capture(runner, [1, 5, 9, 4, 7], NO_CHANGES);
  const lens = { runner, scale: before.scale };
  const ranges = await rangeBounds(runner, noneKnown);
  const unembed = runner.unembed.bind(runner);
  let projected = 0;
  runner.unembed = (input, run) => {
    projected += run.positions.length;
    return unembed(input, run);
  };
  const after = await capture(runner, before.ids, {
    interventions: [{ kind: "head", at: { layer: 0, head: 1 }, scale: 0 }],
  });
  projected = 0;
  const pair = { before, after, firstDifferentLayer: 0 };
  const found = await compareNeurons(lens, pair, ranges, { target: 3, count: 10 });
  expect(found.certified).toBe(true);
  // two of each layer are where the neurons start from
  expect(projected).toBeLessThan(2 * layers + (layers * neurons) / 10);
  await runner.dispose();
});
