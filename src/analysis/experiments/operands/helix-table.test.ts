import { expect, test } from "vitest";
import { patchedLayers } from "./helix-table.ts";
import { STANDINS } from "./patched-operand.ts";
import type { PatchedOperand, Standin } from "./patched-operand.ts";

const effects = (of: Partial<Record<Standin, number>>) =>
  Object.fromEntries(STANDINS.map((name) => [name, { logit: of[name] ?? 0, nats: (of[name] ?? 0) / 2 }])) as Record<
    Standin,
    { logit: number; nats: number }
  >;
const pair = (isRight: boolean, ...layers: readonly Partial<Record<Standin, number>>[]): PatchedOperand => ({
  isRight,
  clean: { logit: 8, nats: 7 },
  layers: isRight ? layers.map(effects) : [],
});

test("means are over the pairs that are right on both sides, and what is kept is a ratio of them", () => {
  const pairs = [
    pair(true, { layer: 8, helix: 6, shuffled: 1 }, { layer: 0.2, helix: 0.4 }),
    pair(false),
    pair(true, { layer: 4, helix: 0, shuffled: -1 }, { layer: 0.2, helix: 0 }),
  ];
  const found = patchedLayers(pairs, { draws: 200, seed: 1 });
  expect([found.tested, found.correct, found.clean.logit.value, found.clean.nats.value]).toEqual([3, 2, 8, 7]);
  const [first, second] = found.layers;
  expect([first!.layer.logit.value, first!.helix.logit.value, first!.shuffled.logit.value]).toEqual([6, 3, 0]);
  expect(first!.helix.nats.value).toBe(1.5);
  // (6 + 0) / (8 + 4), and not the mean of 6/8 and 0/4
  expect(first!.helix.kept.value).toBe(0.5);
  // resampled: both times the first, one of each, both times the second
  expect([first!.helix.kept.low, first!.helix.kept.high]).toEqual([0, 0.75]);
  expect(first!.layer.kept).toEqual({ value: 1, low: 1, high: 1 });
  // 0.2 of 6 logits at most: the operand has been read by then
  expect(second!.helix.logit.value).toBe(0.2);
  expect(second!.helix.kept.value).toBeNaN();
});

test("nothing is right: there are no layers", () => {
  const found = patchedLayers([pair(false)], { draws: 10, seed: 1 });
  expect([found.tested, found.correct, found.layers.length]).toEqual([1, 0, 0]);
  expect(found.clean.logit.value).toBeNaN();
});
