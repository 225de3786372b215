import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import { logitRanges, rangeBounds } from "#analysis/search/ranges.ts";
import { capture } from "#analysis/capture.ts";
import { compareNeurons } from "#analysis/lens/neurons.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode } from "#test/engine.ts";
import { describe, expect, test } from "vitest";

const noneKnown = () => undefined;

describe.each([
  ["RMSNorm, shared keys, q4", randomCheckpoint(), "q4"],
  ["LayerNorm, f32", randomCheckpoint({ family: "gpt2" }), "f32"],
  ["the bundled model, q8", abacusFiles(), "q8"],
] as const)("%s", (_name, files, dtype) => {
  test("the bounds of the ranges are no smaller than the ranges", async () => {
    const { runner } = await loadInNode(files, dtype);
    const exact = await logitRanges(runner, noneKnown);
    const bounds = await rangeBounds(runner, noneKnown);
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
    const byRanges = await compareNeurons(lens, pair, await logitRanges(runner, noneKnown), search);
    const byBounds = await compareNeurons(lens, pair, await rangeBounds(runner, noneKnown), search);
    expect([byRanges.certified, byBounds.certified]).toEqual([true, true]);
    expect(byBounds.rows).toEqual(byRanges.rows);
    await runner.dispose();
  });
});
