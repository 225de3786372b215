import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ModelInfo } from "#protocol/engine.ts";
import { model, exampleParts } from "./model/model.ts";
import { jumpTo, readParts, ablateTyped } from "./parts.ts";
import { question, undo } from "./question.ts";
import { view } from "./view.ts";

const of = (layers: number, heads: number, neurons: number) => ({ layers, heads, neurons }) as ModelInfo;
const head = (layer: number, at: number) => ({ kind: "head", at: { layer, head: at } }) as const;
const neuron = (layer: number, at: number) => ({ kind: "neuron", at: { layer, neuron: at } }) as const;

beforeEach(() => model.setState({ info: of(4, 6, 50) }));
afterEach(() => {
  model.setState(model.getInitialState(), true);
  question.setState(question.getInitialState(), true);
});

describe("heads and neurons that are typed", () => {
  test.each([
    ["L1H0", [head(1, 0)]],
    [" l1 h0 ", [head(1, 0)]],
    ["1.0", [head(1, 0)]],
    ["L3N49", [neuron(3, 49)]],
    ["L1H0, L0H3", [head(1, 0), head(0, 3)]],
    ["L1H0,L0H3", [head(1, 0), head(0, 3)]],
    ["L1H0; L3N4;", [head(1, 0), neuron(3, 4)]],
    ["L1H0 L0H3\tL2N7", [head(1, 0), head(0, 3), neuron(2, 7)]],
    ["L1 H0 L0 H3", [head(1, 0), head(0, 3)]],
    ["1.0 0.3 2_5 3^1", [head(1, 0), head(0, 3), head(2, 5), head(3, 1)]],
    ["L1H0 and L0H3", [head(1, 0), head(0, 3)]],
    ["L1H0\nL0H3\n", [head(1, 0), head(0, 3)]],
    ["L1H0, 1.0, L1 H0", [head(1, 0)]],
  ])("%j are %j", (text, parts) => {
    expect(readParts(text)).toEqual({ parts });
  });

  test.each([
    ["banana", "“banana” is neither a head nor a neuron. Write L2H3 or 2.3 for a head, L2N25 for a neuron."],
    ["L1H0, banana", "“banana” is neither a head nor a neuron. Write L2H3 or 2.3 for a head, L2N25 for a neuron."],
    ["", "“” is neither a head nor a neuron. Write L2H3 or 2.3 for a head, L2N25 for a neuron."],
    ["L1H0, L4H0", "head L4H0 is not in this model: it has layers 0 to 3 with heads 0 to 5"],
    ["L3N50", "neuron L3N50 is not in this model: it has layers 0 to 3 with neurons 0 to 49"],
  ])("%j is told what is wrong with it, and nothing of it is taken", (text, complaint) => {
    expect(ablateTyped(text)).toBe(complaint);
    expect(jumpTo(text)).toBe(complaint);
    expect(question.getState().interventions).toEqual([]);
  });

  test("a list is switched off, and back, in one step", () => {
    ablateTyped("L1H0");
    expect(ablateTyped("L0H3, L1H0, L2N7")).toBeUndefined();
    expect(question.getState().interventions).toEqual([
      { ...head(0, 3), scale: 0 },
      { ...head(1, 0), scale: 0 },
      { ...neuron(2, 7), scale: 0 },
    ]);
    undo();
    expect(question.getState().interventions).toEqual([{ ...head(1, 0), scale: 0 }]);
  });

  test("one is gone to, not several", () => {
    expect(jumpTo("L1H0, L0H3")).toBe("“L1H0, L0H3” are 2 parts; one is needed.");
    expect(jumpTo("L0H3")).toBeUndefined();
    expect(view.getState().selected).toEqual(head(0, 3));
  });
});

test.each([
  [of(4, 6, 50), "L2H3", "L2N25"],
  [of(1, 1, 1), "L0H0", "L0N0"],
  [of(32, 32, 11_008), "L16H16", "L16N5504"],
  [undefined, "L0H0", "L0N0"],
])("examples are parts that the model has: %j", (info, written, neuronWritten) => {
  model.setState({ info });
  expect(exampleParts()).toEqual({ head: written, neuron: neuronWritten });
  expect(readParts(`${written}, ${neuronWritten}`)).toHaveProperty("parts.length", 2);
});
