import { describe, expect, test } from "vitest";
import { patchTable } from "./patch-table.ts";
import type { PatchTableOptions } from "./patch-table.ts";

const OPTIONS: PatchTableOptions = {
  direction: "denoise",
  isByPosition: false,
  unscaled: new Set(),
  seed: 1,
  draws: 0,
};

/** One layer of two heads; clean minus corrupted is 4 and 1. */
const FIRST = { clean: 3, corrupted: -1, own: [[1, -1]], other: [[0, -1]], shuffled: [[-1, 3]] };
const SECOND = { clean: 1, corrupted: 0, own: [[1, 0.5]], other: undefined, shuffled: [[0, 0]] };
const PAIRS = [
  { group: "a", patched: FIRST },
  { group: "a", patched: SECOND },
];

test("a cell is a ratio of means, by hand; a pair without another of its length has no part in that control", () => {
  const [group] = patchTable(PAIRS, OPTIONS);
  expect(group).toMatchObject({ name: "a", pairs: 2, clean: { value: 2 }, corrupted: { value: -0.5 } });
  const [first, second] = group!.rows[0]!;
  // (2 + 1) / 5 and (0 + 0.5) / 5
  expect([first!.value.value, second!.value.value]).toEqual([0.6, 0.1]);
  // metric − the corrupted run's: 2 and 1, 0 and 0.5
  expect([first!.moved.value, second!.moved.value]).toEqual([1.5, 0.25]);
  // of the first pair alone: 1 / 4 and 0
  expect([first!.other, second!.other]).toEqual([0.25, 0]);
  expect([first!.shuffled, second!.shuffled]).toEqual([0, 0.8]);
});

test("noise moves away from the clean run", () => {
  const [group] = patchTable(PAIRS, { ...OPTIONS, direction: "noise" });
  // 1 − 3 and 1 − 1
  expect(group!.rows[0]![0]!.moved.value).toBe(-1);
  expect(group!.rows[0]![0]!.value.value).toBe(0.6);
});

test("positions are laid over each other from the end", () => {
  const longer = { ...FIRST, own: [[9, 1, -1]], other: undefined, shuffled: [[0, 0, 0]] };
  const [group] = patchTable([{ group: "a", patched: longer }, PAIRS[1]!], { ...OPTIONS, isByPosition: true });
  // the first position is the longer pair's alone: (9 + 1) / 4
  expect(group!.rows[0]!.map(({ value }) => value.value)).toEqual([2.5, 0.6, 0.1]);
  expect(group!.rows[0]!.map(({ moved }) => moved.value)).toEqual([10, 1.5, 0.25]);
});

describe("what cannot be said is not", () => {
  test("of pairs with one answer there is no scale, only what moved", () => {
    const [group] = patchTable(PAIRS, { ...OPTIONS, unscaled: new Set(["a"]) });
    expect(group!.rows[0]![0]!.value.value).toBeNaN();
    expect(group!.rows[0]![0]!.moved.value).toBe(1.5);
  });

  test("of pairs that have not been run nothing, and of a group without any no row", () => {
    const pairs = [...PAIRS, { group: "a", patched: undefined }, { group: "b", patched: undefined }];
    expect(patchTable(pairs, OPTIONS)).toEqual(patchTable(PAIRS, OPTIONS));
  });
});

test("intervals are of pairs drawn again, and hold the value", () => {
  const pairs = Array.from({ length: 12 }, (_, index) => ({
    group: "a",
    patched: { ...FIRST, own: [[index / 4, 0]] },
  }));
  const { value } = patchTable(pairs, { ...OPTIONS, draws: 200 })[0]!.rows[0]![0]!;
  expect(value.low).toBeLessThan(value.value);
  expect(value.high).toBeGreaterThan(value.value);
});
