import { expect, test } from "vitest";
import { erf, gelu, geluNew, silu } from "./activations.ts";

/** What is left are the roundings of a few float64 operations. */
const EXACT = { atol: 1e-15, rtol: 1e-12 };

// tables of the error function to 16 digits
test.each([
  [0, 0],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [-3, -0.9999779095030014],
  [5.9, 1],
  [40, 1],
])("erf(%d)", (x, value) => {
  expect(erf(x)).toBeAllClose(value, EXACT);
});

test.each([
  [0, 0],
  [1, 0.8413447460685429],
  [-1, -0.15865525393145707],
  [2, 1.9544997361036416],
  [-3, -0.00404969409489031],
  [10, 10],
  [-40, 0],
])("the exact GELU of %d", (x, value) => {
  expect(gelu(x)).toBeAllClose(value, EXACT);
});

test.each([
  [0, 0],
  [1, 0.8411919906082768],
  [-1, -0.15880800939172324],
  [2, 1.954597694087775],
  [10, 10],
])("the GELU of GPT-2 of %d", (x, value) => {
  expect(geluNew(x)).toBeAllClose(value, EXACT);
});

test("SiLU halves at 0 and is x · sigmoid(x)", () => {
  expect([silu(0), silu(1), silu(-1)]).toBeAllClose([0, 0.7310585786300049, -0.2689414213699951], EXACT);
});
