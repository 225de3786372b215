import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { certifiedTop, EVALUATION_SLACK } from "./certified.ts";

/** Looks exact values up, and remembers which. */
function lookUp(values: readonly number[]) {
  const asked: number[][] = [];
  const evaluate = (indices: readonly number[]) => {
    asked.push([...indices]);
    return Promise.resolve(indices.map((index) => values[index]!));
  };
  return { asked, evaluate };
}

const indicesOf = (order: readonly { readonly index: number }[]) => order.map(({ index }) => index);

/** The reference: everything is known, everything is sorted. */
const sorted = (values: readonly number[], count: number) =>
  values
    .map((value, index) => ({ index, value }))
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .slice(0, count);

test("evaluates only what the bounds leave open", async () => {
  //          0  1  2  3  4
  const bounds = [9, 5, 8, 1, 4];
  const values = [6, 5, 7, 1, 4];
  const { asked, evaluate } = lookUp(values);
  const top = await certifiedTop(Float64Array.from(bounds), { count: 2, evaluate });
  // 0 and 2 have the highest bounds; the second best of them, 6, is above the next bound, 5
  expect(asked).toEqual([[0, 2]]);
  expect(top).toEqual({
    order: [
      { index: 2, value: 7 },
      { index: 0, value: 6 },
    ],
    evaluated: 2,
    certified: true,
  });
});

test("goes on, eight at a time, while a bound says that there may be more", async () => {
  const bounds = Array.from({ length: 30 }, (_, index) => 30 - index);
  const values = bounds.map((bound) => bound - 12);
  const { asked, evaluate } = lookUp(values);
  const top = await certifiedTop(Float64Array.from(bounds), { count: 1, evaluate });
  // value 18 beats every bound behind index 12, whose bound is 18 too: 1, then 8, then the 4 that are left
  expect(asked.map((batch) => batch.length)).toEqual([1, 8, 4]);
  expect([top.evaluated, top.certified, indicesOf(top.order)]).toEqual([13, true, [0]]);
});

test("a loose bound pulls a small value in, and it does not stay", async () => {
  const { evaluate } = lookUp([0, 3, 2]);
  const top = await certifiedTop(new Float64Array([100, 3, 2]), { count: 1, evaluate });
  expect(indicesOf(top.order)).toEqual([1]);
});

test("equal values stand in index order, whatever their bounds", async () => {
  const { evaluate } = lookUp([1, 1, 1, 1]);
  const top = await certifiedTop(new Float64Array([2, 4, 3, 5]), { count: 3, evaluate });
  expect(indicesOf(top.order)).toEqual([0, 1, 2]);
});

test("a bound that is not beaten by more than rounding settles nothing", async () => {
  const evaluated = async (gap: number) => {
    const { evaluate } = lookUp([1 + gap, 1]);
    return (await certifiedTop(new Float64Array([2, 1]), { count: 1, evaluate })).evaluated;
  };
  expect(await evaluated(EVALUATION_SLACK / 2)).toBe(2);
  expect(await evaluated(EVALUATION_SLACK * 2)).toBe(1);
});

test("a list cut off by the limit says that it is not certain, and evaluates no more than the limit", async () => {
  const values = Array.from({ length: 40 }, (_, index) => index);
  const { evaluate } = lookUp(values);
  const top = await certifiedTop(new Float64Array(40).fill(100), { count: 3, evaluate, limit: 10 });
  expect([top.evaluated, top.certified, indicesOf(top.order)]).toEqual([10, false, [9, 8, 7]]);
});

test("a limit that was enough takes nothing from the certainty", async () => {
  const { evaluate } = lookUp([5, 1, 1]);
  const top = await certifiedTop(new Float64Array([5, 2, 2]), { count: 1, evaluate, limit: 1 });
  expect([top.evaluated, top.certified]).toEqual([1, true]);
});

test("lists all there are where more are asked for, and none of none", async () => {
  const { evaluate } = lookUp([1, 2]);
  const all = await certifiedTop(new Float64Array([9, 9]), { count: 5, evaluate });
  expect([indicesOf(all.order), all.certified]).toEqual([[1, 0], true]);
  expect(await certifiedTop(new Float64Array(0), { count: 5, evaluate })).toEqual({
    order: [],
    evaluated: 0,
    certified: true,
  });
});

test("stops between two batches with what it was aborted with", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  let batches = 0;
  const evaluate = (indices: readonly number[]) => {
    batches += 1;
    controller.abort(reason);
    return Promise.resolve(indices.map(() => 0));
  };
  const running = certifiedTop(new Float64Array(100).fill(1), { count: 1, evaluate, signal: controller.signal });
  await expect(running).rejects.toBe(reason);
  expect(batches).toBe(1);
});

test("batches grow with what was looked at, and nothing is in them that is settled", async () => {
  const bounds = Array.from({ length: 200 }, (_, index) => 200 - index);
  const { asked, evaluate } = lookUp(bounds.map((bound) => bound - 150));
  const top = await certifiedTop(Float64Array.from(bounds), { count: 1, evaluate });
  // value 50 beats every bound behind index 150; half of what was looked at comes next, at least 8 and at most 48
  expect(asked.map((batch) => batch.length)).toEqual([1, 8, 8, 8, 12, 18, 27, 41, 28]);
  expect([top.evaluated, top.certified]).toEqual([151, true]);
});

test("bounds that can be tighter are made so first, and only what is open then is evaluated", async () => {
  //              0   1  2  3  4  5
  const bounds = [10, 9, 8, 7, 6, 2];
  const tighter = [9, 3, 7, 1, 4, 2];
  const values = [5, 2, 6, 1, 3, 0];
  const { asked, evaluate } = lookUp(values);
  const refining = lookUp(tighter);
  const top = await certifiedTop(Float64Array.from(bounds), { count: 1, evaluate, refine: refining.evaluate });
  // 0 is evaluated at once: 5. Above that stand 1, 2, 3 and 4, and of these 2 alone when they are tighter; 6 settles the rest
  expect([asked, refining.asked]).toEqual([[[0], [2]], [[1, 2, 3, 4]]]);
  expect(top).toEqual({ order: [{ index: 2, value: 6 }], evaluated: 2, certified: true });
});

test("a limit counts what was refined, and what is open of it is evaluated still", async () => {
  const { evaluate } = lookUp(Array.from({ length: 40 }, (_, index) => index));
  const refining = lookUp(Array<number>(40).fill(90));
  const top = await certifiedTop(new Float64Array(40).fill(100), {
    count: 3,
    evaluate,
    refine: refining.evaluate,
    limit: 10,
  });
  expect(refining.asked.flat()).toEqual([3, 4, 5, 6, 7, 8, 9]);
  expect([top.evaluated, top.certified, indicesOf(top.order)]).toEqual([10, false, [9, 8, 7]]);
});

test("how many are open is told, and in the end none is", async () => {
  const bounds = Array.from({ length: 30 }, (_, index) => 30 - index);
  const { evaluate } = lookUp(bounds.map((bound) => bound - 12));
  const told: number[] = [];
  await certifiedTop(Float64Array.from(bounds), { count: 1, evaluate, onOpen: (open) => told.push(open) });
  expect(told).toEqual([12, 4, 0]);
});

test("equals sorting everything, with bounds that can be made tighter in any way", async () => {
  const step = fc.integer({ min: -40, max: 40 }).map((eighths) => eighths / 8);
  const above = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true }), fc.constantFrom(1e9, Infinity));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, above, above), { maxLength: 80 }),
      fc.integer({ min: 1, max: 90 }),
      async (items, count) => {
        const values = items.map(([value]) => value);
        const { asked, evaluate } = lookUp(values);
        // a bound that was to be tighter may turn out looser as well
        const refining = lookUp(items.map(([value, , slack]) => value + slack));
        const bounds = Float64Array.from(items, ([value, slack]) => value + slack);
        const top = await certifiedTop(bounds, { count, evaluate, refine: refining.evaluate });
        expect(top.certified).toBe(true);
        expect(top.order).toEqual(sorted(values, count));
        for (const each of [asked.flat(), refining.asked.flat()]) expect(new Set(each).size).toBe(each.length);
      },
    ),
    { numRuns: 300 },
  );
});

test("equals sorting everything, for any values and any bounds above them", async () => {
  // steps of 1/8, so that ties are common and no two values are closer than the slack
  const step = fc.integer({ min: -40, max: 40 }).map((eighths) => eighths / 8);
  const slack = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true }), fc.constant(Infinity));
  const items = fc.array(fc.tuple(step, slack), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(items, fc.integer({ min: 1, max: 70 }), async (pairs, count) => {
      const values = pairs.map(([value]) => value);
      const { asked, evaluate } = lookUp(values);
      const bounds = Float64Array.from(pairs, ([value, above]) => value + above);
      const top = await certifiedTop(bounds, { count, evaluate });
      expect(top.certified).toBe(true);
      expect(top.order.map(({ value }) => value)).toEqual(sorted(values, count).map(({ value }) => value));
      expect(indicesOf(top.order)).toEqual(indicesOf(sorted(values, count)));
      const flat = asked.flat();
      expect([flat.length, new Set(flat).size]).toEqual([top.evaluated, top.evaluated]);
    }),
    { numRuns: 300 },
  );
});
