import { describe, expect, test } from "vitest";
import { CountingRunner } from "#test/counting-runner.ts";
import { capture } from "../capture.ts";
import { NO_CHANGES } from "../ablation/changes.ts";
import { enhancingGraph, lowestNeuron, meanDrop } from "./enhancing-graph.ts";
import type { Runner } from "../runner.ts";

describe("the graph", () => {
  /** Value vectors (layer, neuron) and keys (1, 2) and (3, −1), so that every product can be done in the head. */
  const runnerWith = (hasGate: boolean): Runner => {
    const inner = new CountingRunner();
    return Object.assign(inner, {
      weights: {
        ...inner.weights,
        valueVectors: (at: readonly { layer: number; neuron: number }[]) =>
          Promise.resolve(at.map(({ layer, neuron }) => Float32Array.of(layer, neuron))),
        neuronKeys: () =>
          Promise.resolve({ up: Float32Array.of(1, 2), ...(hasGate && { gate: Float32Array.of(3, -1) }) }),
      },
    });
  };
  const neurons = [
    { layer: 1, neuron: 2 },
    { layer: 2, neuron: 1 },
    { layer: 1, neuron: 0 },
  ];

  test("goes from lower layers to higher ones, with and without the sender's activation", async () => {
    const runner = runnerWith(true);
    const edges = await enhancingGraph(runner, await capture(runner, [5], NO_CHANGES), neurons);
    // the counting model's activations are the layer's number
    expect(edges).toEqual([
      { from: neurons[0], to: neurons[1], raw: { up: 5, gate: 1 }, carried: { up: 5, gate: 1 } },
      { from: neurons[2], to: neurons[1], raw: { up: 1, gate: 3 }, carried: { up: 1, gate: 3 } },
    ]);
  });

  test("has one key where there is no gate", async () => {
    const runner = runnerWith(false);
    const [edge] = await enhancingGraph(runner, await capture(runner, [5], NO_CHANGES), neurons);
    expect(edge).toEqual({ from: neurons[0], to: neurons[1], raw: { up: 5 }, carried: { up: 5 } });
  });
});

test("the lowest neuron is that of the lowest layer, the first of several, none of none", () => {
  const at = (layer: number, neuron: number) => ({ layer, neuron });
  expect(lowestNeuron([at(4, 1), at(2, 7), at(2, 3)])).toEqual(at(2, 7));
  expect(lowestNeuron([])).toBeUndefined();
});

test("the drop is the mean part that is lost; what rises counts below 0, what was silent not at all", () => {
  expect(meanDrop([8, -4], [2, -3])).toBe((0.75 + 0.25) / 2);
  expect(meanDrop([2, 0], [3, 9])).toBe(-0.5);
  expect(meanDrop([-2], [2])).toBe(2);
  expect(meanDrop([0], [1])).toBeUndefined();
  expect(meanDrop([], [])).toBeUndefined();
});
