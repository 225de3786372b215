import { expect, test } from "vitest";
import { EMPTY_SLOT, results } from "#state/run/results.ts";
import type { Slots } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { DEFAULT_SORT } from "#state/view.ts";
import { DRAWN_BY, drawByMatplotlib, recordedCalls } from "#test/recorded-figure.ts";
import { drawnNeurons, drawnTopNeurons } from "../../neurons/neurons-export.ts";
import type { Drawn, Stamp } from "../drawn.ts";
import { jsonFile, pythonFile } from "../files.ts";

const STAMP: Stamp = { version: "9.9.9", date: new Date("2026-11-29T06:00:00Z"), address: "http://here/" };

const about: Subject = {
  model: { id: "abacus", name: "abacus" },
  variant: "base",
  prompt: "3+5=",
  target: undefined,
  interventions: [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }],
  tokens: [{ id: 4, text: "3" }],
  token: { id: 12, text: "8" },
};
const texts = (...all: string[]) => all.map((text, id) => ({ id, text }));
const list = { target: 12, evaluated: 40, total: 3072, certified: true };
const comparison = {
  ...list,
  rows: [
    {
      layer: 4,
      neuron: 425,
      change: 0.698,
      before: 0.682,
      after: -0.016,
      activationBefore: 22.9,
      activationAfter: -0.29,
      promotes: texts("8", "huit", "VIII", "otto"),
      raw: [],
    },
    {
      layer: 3,
      neuron: 17,
      change: 0.25,
      before: 0.5,
      after: 0.25,
      activationBefore: 4,
      activationAfter: Number.NaN,
      promotes: texts("$", "$8"),
      raw: [],
    },
  ],
};

const slotsOf = (changed: Partial<Slots>): Slots => ({ ...results.getInitialState(), ...changed });

const callsOf = (drawn: Drawn) => recordedCalls(jsonFile(drawn, STAMP), pythonFile(drawn)!);

test("the program beside a comparison draws both runs' increases and activations", () => {
  const calls = callsOf(
    drawnNeurons(slotsOf({ comparison: { ...EMPTY_SLOT, value: comparison, about } }), DEFAULT_SORT)!,
  );
  if (!calls) return;
  const bars = calls
    .filter(([name]) => name.endsWith(".barh"))
    .map(([name, [, widths], { label }]) => [name, widths, label]);
  expect(bars).toEqual([
    ["axes0.barh", [0.682, 0.5], "before"],
    ["axes1.barh", [22.9, 4], undefined],
    ["axes0.barh", [-0.016, 0.25], "after"],
    // not known: no bar
    ["axes1.barh", [-0.29, null], undefined],
  ]);
  const [, [, names]] = calls.find(([name]) => name === "axes0.set_yticks")!;
  expect(names).toEqual(["L4N425  8 huit VIII", String.raw`L3N17  \$ \$8`]);
});

test("of two variants the bars are called by their names", () => {
  const ofVariants: Subject = { ...about, interventions: [], against: "adapted" };
  const calls = callsOf(
    drawnNeurons(slotsOf({ comparison: { ...EMPTY_SLOT, value: comparison, about: ofVariants } }), DEFAULT_SORT)!,
  );
  if (!calls) return;
  const labels = calls.flatMap(([name, , { label }]) => (name === "axes0.barh" ? [label] : []));
  expect(labels).toEqual(["base", "adapted"]);
});

test("of the model as it is there is one run", () => {
  const value = {
    ...list,
    rows: [{ layer: 4, neuron: 425, increase: 0.682, activation: 22.9, promotes: texts("8", "huit") }],
  };
  const calls = callsOf(
    drawnTopNeurons(
      slotsOf({ topNeurons: { ...EMPTY_SLOT, value, about: { ...about, interventions: [] } } }),
      DEFAULT_SORT,
    )!,
  );
  if (!calls) return;
  const bars = calls.filter(([name]) => name.endsWith(".barh")).map(([name, [at, widths]]) => [name, at, widths]);
  expect(bars).toEqual([
    ["axes0.barh", [0], [0.682]],
    ["axes1.barh", [0], [22.9]],
  ]);
  expect(calls.some(([name]) => name === "axes0.legend")).toBe(false);
});

test("tokens that begin with a space are three all the same", () => {
  const value = {
    ...list,
    rows: [
      { layer: 4, neuron: 425, increase: 0.682, activation: 22.9, promotes: texts(" 8", " huit", "VIII", " otto") },
    ],
  };
  const calls = callsOf(
    drawnTopNeurons(
      slotsOf({ topNeurons: { ...EMPTY_SLOT, value, about: { ...about, interventions: [] } } }),
      DEFAULT_SORT,
    )!,
  );
  if (!calls) return;
  const [, [, names]] = calls.find(([name]) => name === "axes0.set_yticks")!;
  expect(names).toEqual(["L4N425  8 huit VIII"]);
});

test.each([
  ["a comparison", drawnNeurons(slotsOf({ comparison: { ...EMPTY_SLOT, value: comparison, about } }), DEFAULT_SORT)!],
  [
    "the neurons of one run",
    drawnTopNeurons(
      slotsOf({
        topNeurons: {
          ...EMPTY_SLOT,
          value: {
            ...list,
            rows: [{ layer: 4, neuron: 425, increase: 0.682, activation: 22.9, promotes: texts("$8", "huit") }],
          },
          about: { ...about, interventions: [] },
        },
      }),
      DEFAULT_SORT,
    )!,
  ],
])(`${DRAWN_BY} draws %s`, (_what, drawn) => {
  expect(() => drawByMatplotlib(jsonFile(drawn, STAMP), pythonFile(drawn)!)).not.toThrow();
});
