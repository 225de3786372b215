import { expect, test } from "vitest";
import { perHundred, percent, percents, shortPerHundred, wholePercent } from "./number-format.ts";

const THIN = "\u202f";

test.each([
  [0, `0.0${THIN}%`],
  [Number.MIN_VALUE, `<${THIN}0.1${THIN}%`],
  [1e-9, `<${THIN}0.1${THIN}%`],
  [0.000_499_9, `<${THIN}0.1${THIN}%`],
  [0.0005, `0.1${THIN}%`],
  [0.001, `0.1${THIN}%`],
  [0.9416, `94.2${THIN}%`],
  [0.999_99, `100.0${THIN}%`],
  [1, `100.0${THIN}%`],
  [1.25, `125.0${THIN}%`],
  [-0.000_499_9, `>${THIN}−0.1${THIN}%`],
  [-0.12, `−12.0${THIN}%`],
])("the share %d is written %s: what is more than nothing is never written as nothing", (share, text) => {
  expect(percent(share)).toBe(text);
});

test.each<[a: number, b: number, texts: readonly [string, string]]>([
  [0.942, 0.0003, [`94.2${THIN}%`, `<${THIN}0.1${THIN}%`]],
  [0.000_123, 0.000_456, [`0.0123${THIN}%`, `0.0456${THIN}%`]],
  [0.0012, 0.001_04, [`0.120${THIN}%`, `0.104${THIN}%`]],
  [1.234e-9, 2e-12, [`1.23e−7${THIN}%`, `2.00e−10${THIN}%`]],
  [0, 1e-5, [`0.0${THIN}%`, `<${THIN}0.1${THIN}%`]],
  [0.942, 0.9421, [`94.2${THIN}%`, `94.2${THIN}%`]],
  [1e-5, 1e-5, [`<${THIN}0.1${THIN}%`, `<${THIN}0.1${THIN}%`]],
])("%d beside %d: small shares that would read the same have the figures that tell them apart", (a, b, texts) => {
  expect(percents(a, b)).toEqual(texts);
});

test.each([
  [0, "0.0", "0", `0${THIN}%`],
  [0.004, "0.4", "0.4", `0${THIN}%`],
  [0.01, "1.0", "1", `1${THIN}%`],
  [0.3349, "33.5", "33", `33${THIN}%`],
  [1, "100.0", "100", `100${THIN}%`],
  [-0.25, "−25.0", "−25", `−25${THIN}%`],
  // no minus before what is rounded to nothing
  [-0.0001, "0.0", "0", `0${THIN}%`],
])("%d of a cell, of a tick and beside a curve", (share, cell, tick, curve) => {
  expect([perHundred(share), shortPerHundred(share), wholePercent(share)]).toEqual([cell, tick, curve]);
});
