import { expect, test } from "vitest";
import { percent } from "./number-format.ts";

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
