import { Fault } from "#core/fault.ts";
import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { MAX_SCALE, interventionKey, normaliseInterventions, readIntervention } from "./interventions.ts";
import type { Intervention } from "./interventions.ts";

const extent = { layers: 3, heads: 4, neurons: 56 };

const head = (layer: number, index: number, scale: number): Intervention => ({
  kind: "head",
  at: { layer, head: index },
  scale,
});
const neuron = (layer: number, index: number, scale: number): Intervention => ({
  kind: "neuron",
  at: { layer, neuron: index },
  scale,
});

const anyIntervention = fc
  .record({
    isHead: fc.boolean(),
    layer: fc.nat({ max: 2 }),
    index: fc.nat({ max: 3 }),
    scale: fc.constantFrom(0, 0.5, 1, 2),
  })
  .map(({ isHead, layer, index, scale }) => (isHead ? head(layer, index, scale) : neuron(layer, index, scale)));

test("reads heads and neurons, a missing scale as 0", () => {
  expect(readIntervention({ head: "L17H22" })).toEqual(head(17, 22, 0));
  expect(readIntervention({ neuron: "28.3696", scale: 0.5 })).toEqual(neuron(28, 3696, 0.5));
  expect(readIntervention({ head: "0^7", scale: -MAX_SCALE })).toEqual(head(0, 7, -MAX_SCALE));
});

test.each([
  [{ head: "L17" }, "intervention: “L17” is not a head; write it as L17H22 or 17.22"],
  [{ neuron: "L1H2" }, "intervention: “L1H2” is not a neuron; write it as L28N3696 or 28.3696"],
  [{ head: "0.0", scale: NaN }, "intervention: scale NaN must be a number from −100 to 100"],
  [{ head: "0.0", scale: Infinity }, "intervention: scale Infinity must be a number from −100 to 100"],
  [{ neuron: "0.0", scale: 100.5 }, "intervention: scale 100.5 must be a number from −100 to 100"],
])("refuses %j", (text, message) => {
  expect(() => readIntervention(text)).toThrow(new Fault("bad-request", message));
});

test("sorts by layer, heads before neurons, then by index", () => {
  const list = [neuron(1, 2, 0), head(1, 3, 0), neuron(0, 10, 0), neuron(0, 9, 0), head(1, 0, 0)];
  expect(normaliseInterventions(list, extent).map(interventionKey)).toEqual(["L0N9", "L0N10", "L1H0", "L1H3", "L1N2"]);
});

test("keeps the last of each part, and nothing that changes nothing", () => {
  expect(normaliseInterventions([head(0, 1, 0), neuron(0, 1, 0.5), head(0, 1, 2)], extent)).toEqual([
    head(0, 1, 2),
    neuron(0, 1, 0.5),
  ]);
  expect(normaliseInterventions([head(0, 1, 0), head(0, 1, 1)], extent)).toEqual([]);
});

test("refuses a part that the model does not have, also one of scale 1", () => {
  expect(() => normaliseInterventions([head(0, 4, 1)], extent)).toThrow("head L0H4 is not in this model");
  expect(() => normaliseInterventions([neuron(3, 0, 0)], extent)).toThrow("neuron L3N0 is not in this model");
});

test("gives one list for all that do the same, and itself for itself", () => {
  fc.assert(
    fc.property(fc.array(anyIntervention, { maxLength: 12 }), (list) => {
      const normal = normaliseInterventions(list, extent);
      expect(normaliseInterventions(normal, extent)).toEqual(normal);
      expect(new Set(normal.map(interventionKey)).size).toBe(normal.length);
      const lastOfEach = [...new Map(list.map((change) => [interventionKey(change), change])).values()];
      expect(normaliseInterventions(lastOfEach.toReversed(), extent)).toEqual(normal);
    }),
  );
});
