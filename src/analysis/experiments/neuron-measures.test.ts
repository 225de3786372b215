import { expect, test } from "vitest";
import { activationLoss, lowestOf } from "./neuron-cases.ts";
import { fillOf } from "../ablation/changes.ts";
import { ablationOf, ablatedRow } from "./ablated-neurons.ts";

const EXACT = { atol: 1e-12 };

test("neurons lose by the sign of what they were, over the sum of their sizes", () => {
  const neurons = [0, 1, 2].map((neuron) => ({ layer: 0, neuron }));
  const before = ({ neuron }: { readonly neuron: number }) => [4, -2, 2][neuron]!;
  const after = ({ neuron }: { readonly neuron: number }) => [1, -3, 0][neuron]!;
  // (4 − 1) − (−2 + 3) + (2 − 0) over 4 + 2 + 2
  expect(activationLoss(neurons, before, after)).toBeAllClose(4 / 8, EXACT);
  expect(activationLoss(neurons, () => 0, after)).toBeNaN();
});

test("the lowest neuron is of the lowest layer, and of several there has the largest increase", () => {
  const row = (layer: number, neuron: number, before: number) => ({ layer, neuron, before, after: 0, change: before });
  type Rows = Parameters<typeof lowestOf>[0];
  const rows = [row(2, 0, 9), row(1, 1, 3), row(1, 2, 5), row(1, 3, 4)] as unknown as Rows;
  expect(lowestOf(rows)).toMatchObject({ layer: 1, neuron: 2 });
});

test("an ablation scales the neurons that it lists, or empties all others from a layer on", () => {
  const [listed, other] = [
    { layer: 1, neuron: 2 },
    { layer: 2, neuron: 0 },
  ];
  const rowOf = (layer: number, each: Parameters<typeof ablatedRow>[2]) => [...ablatedRow({ neurons: 4 }, layer, each)];
  expect(rowOf(1, ablationOf([listed, other]))).toEqual([1, 1, 0, 1]);
  expect(rowOf(1, { kind: "scale", neurons: [listed], scale: 0.5 })).toEqual([1, 1, 0.5, 1]);
  expect(rowOf(1, { kind: "only", neurons: [listed, other], fromLayer: 1 })).toEqual([0, 0, 1, 0]);
  expect(rowOf(2, { kind: "only", neurons: [listed, other], fromLayer: 1 })).toEqual([1, 0, 0, 0]);
  expect(rowOf(0, { kind: "only", neurons: [listed, other], fromLayer: 1 })).toEqual([1, 1, 1, 1]);
});

test("a donor value takes the place of what its neuron's scale takes away, row by row and position by position", () => {
  // two rows of three neurons, two positions
  const scale = { rows: 2, cols: 3, data: Float32Array.of(1, 0, 0.5, 0.25, 1, 2) };
  const ablationSource = [Float32Array.of(10, 20, 30, 40, 50, 60), Float32Array.of(1, 2, 3, 4, 5, 6)];
  expect([...fillOf(scale, "neuron", (row) => ablationSource[row])!]).toEqual([
    0, 20, 15, 0, 50, 30, 0.75, 0, -3, 3, 0, -6,
  ]);
});

test("so does a head's, whose values of all positions follow each other", () => {
  // two rows of two heads, two positions, one dimension: heads 10 20 | 30 40 and nothing in the second row
  const scale = { rows: 2, cols: 2, data: Float32Array.of(0.5, 0, 0, 0) };
  expect([...fillOf(scale, "head", (row) => (row === 0 ? Float32Array.of(10, 20, 30, 40) : undefined))!]).toEqual([
    5, 10, 30, 40, 0, 0, 0, 0,
  ]);
  expect(fillOf(scale, "head", () => undefined)).toBeUndefined();
});
