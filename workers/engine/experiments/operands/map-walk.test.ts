import { expect, test } from "vitest";
import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import { capture, ffnFactor } from "#analysis/capture.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { MapWalk } from "./map-walk.ts";

const PROMPTS = [
  [3, 14, 15, 92],
  [6, 5, 35],
  [8, 9, 79, 32],
] as const;

test.each(["llama", "gemma2"] as const)(
  "a walk through %s has every prompt's activations and what multiplies them, as a run by itself",
  async (family) => {
    const { runner } = await loadInNode(randomCheckpoint({ family }), "f32");
    const { layers, neurons } = runner.spec;
    const problem = { group: "+", operation: "+", a: 1, b: 2, answer: 3, answerIds: [7] } as const;
    const walk = new MapWalk(
      runner,
      PROMPTS.map((ids) => ({ ...problem, ids })),
    );
    const runs = await Promise.all(PROMPTS.map((ids) => capture(runner, ids, NO_CHANGES)));
    for (let layer = 0; layer < layers; layer++) {
      const { activations, factors } = await walk.activations(layer, unaborted());
      for (const [place, run] of runs.entries()) {
        const last = run.ids.length - 1;
        const own = run.layers[layer]!.post.data.subarray(last * neurons, (last + 1) * neurons);
        expect(activations.subarray(place * neurons, (place + 1) * neurons)).toBeAllClose(own, { atol: 1e-6 });
        expect(factors[place]! / ffnFactor(run, layer, last)).toBeCloseTo(1, 5);
        expect(factors[place] === 1).toBe(family === "llama");
      }
    }
    walk.close();
  },
);
