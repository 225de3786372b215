import { expect, test } from "vitest";
import { randomStream, sample } from "./random.ts";

test("one seed gives one stream, another seed another", () => {
  const draw = (seed: number) => Array.from({ length: 5 }, randomStream(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test("numbers lie in [0, 1) with the mean that they should have", () => {
  const random = randomStream(1);
  const drawn = Array.from({ length: 20_000 }, random);
  expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
  // the standard error of the mean is 0.002
  expect(Math.abs(drawn.reduce((sum, value) => sum + value, 0) / drawn.length - 0.5)).toBeLessThan(0.01);
});

test("a sample has no one twice, and everyone is as often in it", () => {
  const random = randomStream(3);
  const times = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 5_000; draw++) {
    const drawn = sample([0, 1, 2, 3, 4], 2, random);
    expect(new Set(drawn).size).toBe(2);
    for (const each of drawn) times[each]! += 1;
  }
  // 2,000 expected, standard deviation 35
  for (const count of times) expect(Math.abs(count - 2_000)).toBeLessThan(180);
});

test("says how many there are when too many are asked for", () => {
  expect(() => sample([1, 2], 3, Math.random)).toThrow("sample: 3 of 2");
});
