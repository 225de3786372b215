import { expect, test } from "vitest";
import { ablationAgreement } from "./ablation-agreement.ts";
import type { HeadLoss, HeadRow } from "./head-table.ts";

const estimate = (value: number) => ({ value, low: Number.NaN, high: Number.NaN });
const effect = (drop: number, change: number): HeadLoss => ({
  accuracy: 1 - drop,
  drop: estimate(drop),
  relative: estimate(drop),
  change: estimate(change),
  selectivity: estimate(Number.NaN),
  otherHeads: { mean: 0, spread: 0 },
});
/** Six heads of one layer: what each costs over all groups, and the reverse of it in the only one. */
const table = (drops: readonly number[], nats: readonly number[]): HeadRow[] =>
  drops.map((drop, head) => ({
    at: { layer: 0, head },
    all: effect(drop, nats[head]!),
    effects: [effect(drops.at(-1 - head)!, nats.at(-1 - head)!)],
  }));

const zero = { ablation: "zero", heads: table([0.6, 0.5, 0.4, 0.3, 0.2, 0.1], [5, 6, 3, 4, 1, 2]) } as const;
// neighbours change places by accuracy: d = 1 everywhere, ρ = 1 − 6 · 6 / (6 · 35)
// by nats d = 4, 4, 0, 0, 4, 4: ρ = 1 − 6 · 64 / (6 · 35), which neither order by accuracy has with either by nats
const mean = { ablation: "mean", heads: table([0.5, 0.6, 0.3, 0.4, 0.1, 0.2], [1, 2, 3, 4, 5, 6]) } as const;

test("two ablations are compared over all heads, and by their costliest ones", () => {
  const { costliest, pairs } = ablationAgreement([zero, mean]);
  expect(costliest.map(({ ablation, heads }) => [ablation, heads.map(({ at }) => at.head)])).toEqual([
    ["zero", [0, 1, 2, 3, 4]],
    ["mean", [1, 0, 3, 2, 5]],
  ]);
  expect(pairs).toMatchObject([{ first: "zero", second: "mean", shared: 4 }]);
  expect(pairs[0]!.byDrop).toBeCloseTo(1 - 36 / 210, 12);
  expect(pairs[0]!.byNats).toBeCloseTo(-29 / 35, 12);
});

test("heads that cost as many answers stand in the order of what they cost in nats", () => {
  const heads = table([0.2, 0.5, 0.5, 0.5, 0.1, 0], [1, 2, 5, 3, 4, 6]);
  const { costliest } = ablationAgreement([{ ablation: "zero", heads }]);
  expect(costliest[0]!.heads.map(({ at }) => at.head)).toEqual([2, 3, 1, 0, 4]);
});

test("three make three pairs, each a perfect one with itself, in one group as over all", () => {
  const { costliest, pairs } = ablationAgreement([zero, mean, { ...zero, ablation: "resample" }], 0);
  expect(costliest[0]!.heads.map(({ at }) => at.head)).toEqual([5, 4, 3, 2, 1]);
  expect(pairs.map(({ first, second, shared }) => [first, second, shared])).toEqual([
    ["zero", "mean", 4],
    ["zero", "resample", 5],
    ["mean", "resample", 4],
  ]);
  expect(pairs[1]!.byDrop).toBeCloseTo(1, 12);
  expect(pairs[0]!.byDrop).toBeCloseTo(pairs[2]!.byDrop, 12);
});
