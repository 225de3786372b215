import { expect, test } from "vitest";
import { EMPTY_SLOT, results } from "#state/run/results.ts";
import type { NeuronIncrease } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { sortedRows } from "../shared/table/sorted-rows.ts";
import { COLUMNS, TOP_COLUMNS, VARIANT_COLUMNS } from "./neuron-columns.ts";
import { topSentence } from "./neuron-sentences.ts";
import { drawnNeurons, drawnTopNeurons } from "./neurons-export.ts";

const token = (text: string, id = 1) => ({ id, text });
const row = (
  layer: number,
  neuron: number,
  increase: number,
  activation: number,
  ...texts: string[]
): NeuronIncrease => ({
  layer,
  neuron,
  increase,
  activation,
  promotes: texts.map((text) => token(text)),
});
const ROWS = [
  row(4, 30, 0.9, -2, "9", "neuf", "IX", "8"),
  row(4, 425, 0.682, 22.9, "8", "huit", "VIII"),
  row(1, 3000, 0.05, 7, "the", "8"),
];
const found = (rows: NeuronIncrease[]) => ({ target: 12, rows, evaluated: 40, total: 3072, certified: true });

test("the list says who gives most, and how many of it name the answer among their first three tokens", () => {
  expect(topSentence(found(ROWS), "8")).toBe(
    "L4N30 gives most: what it writes raises log p(8) by 0.90 nats, at an activation of −2.00; it promotes 9, neuf, IX. " +
      "2 of the 3 have 8 among their first 3 tokens.",
  );
  expect(topSentence(found([row(0, 0, 0, 1)]), "8")).toBe("No neuron raises log p(8) by what it writes.");
  expect(topSentence(found([]), "8")).toBe("No neuron raises log p(8) by what it writes.");
});

test.each([
  ["before", true, [30, 425, 3000]],
  ["activationBefore", true, [425, 3000, 30]],
  ["activationBefore", false, [30, 3000, 425]],
  // by layer first
  ["neuron", false, [3000, 30, 425]],
  // columns of a comparison are not there
  ["change", true, [30, 425, 3000]],
  ["activationAfter", false, [30, 425, 3000]],
])("the list by %s, descending %s", (column, descending, order) => {
  expect(sortedRows(ROWS, TOP_COLUMNS, { column, descending }).map(({ neuron }) => neuron)).toEqual(order);
});

test("a comparison sorts a copy, neurons by layer first", () => {
  const of = (layer: number, neuron: number, change: number) => ({ layer, neuron, change }) as never;
  const rows = [of(4, 2, 1), of(0, 300, 3), of(4, 1, 2)];
  const names = (column: string, descending: boolean) =>
    sortedRows(rows, COLUMNS, { column, descending }).map(({ layer, neuron }) => `${layer}.${neuron}`);
  expect(names("change", true)).toEqual(["0.300", "4.1", "4.2"]);
  expect(names("neuron", false)).toEqual(["0.300", "4.1", "4.2"]);
  expect(names("of another version", true)).toEqual(["4.2", "0.300", "4.1"]);
});

const about: Subject = {
  model: { id: "abacus", name: "abacus" },
  variant: "base",
  prompt: "3+5=",
  target: undefined,
  interventions: [],
  tokens: [token("3", 4)],
  token: token("8", 12),
};
const CHANGES = [
  [5, 366, 3, 4, 1],
  [5, 195, 2, 1, 9],
  [5, 245, 1, 5, -3],
  [5, 318, 0.5, 2, 4],
].map(([layer, neuron, change, before, activationBefore]) => ({
  layer: layer!,
  neuron: neuron!,
  change: change!,
  before: before!,
  after: before! - change!,
  activationBefore: activationBefore!,
  activationAfter: -activationBefore!,
  promotes: [],
  raw: [],
}));

test.each([
  ["change", true, [366, 195, 245, 318]],
  ["change", false, [318, 245, 195, 366]],
  ["neuron", true, [366, 318, 245, 195]],
  ["neuron", false, [195, 245, 318, 366]],
  ["before", true, [245, 366, 318, 195]],
  ["after", false, [195, 366, 318, 245]],
  ["activationBefore", true, [195, 318, 366, 245]],
  ["activationAfter", true, [245, 366, 318, 195]],
  ["of another version", true, [366, 195, 245, 318]],
])("the file of a comparison has the order of the screen: by %s, descending %s", (column, descending, order) => {
  const value = { target: 12, rows: CHANGES, evaluated: 40, total: 3072, certified: true };
  const slots = { ...results.getInitialState(), comparison: { ...EMPTY_SLOT, value, about } };
  const drawn = drawnNeurons(slots, { column, descending })!;
  expect(drawn.table().rows.map(([, , index]) => index)).toEqual(order);
  expect(drawn.link?.sort).toEqual({ column, descending });
});

test.each([
  ["before", false, [3000, 425, 30]],
  ["activationBefore", true, [425, 3000, 30]],
  ["neuron", false, [3000, 30, 425]],
  ["change", true, [30, 425, 3000]],
])("so has the file of the list: by %s, descending %s", (column, descending, order) => {
  const slots = { ...results.getInitialState(), topNeurons: { ...EMPTY_SLOT, value: found(ROWS), about } };
  const drawn = drawnTopNeurons(slots, { column, descending })!;
  expect(drawn.table().rows.map(([, , index]) => index)).toEqual(order);
  // the sentence is of the neuron that gives most, whatever the order
  expect(drawn.says(false)[0]).toContain("L4N30 gives most");
});

test("a key is one quantity in every table, so that a sorted link stays sorted when a part goes off", () => {
  const change = {
    ...ROWS[1]!,
    change: 1,
    before: 0.682,
    after: -0.016,
    activationBefore: 22.9,
    activationAfter: -0.29,
    raw: [],
  };
  const sorting = TOP_COLUMNS.flatMap(({ sort }) => (sort ? [sort] : []));
  expect(sorting.map(({ key }) => key)).toEqual(["neuron", "before", "activationBefore"]);
  for (const { key, of } of sorting) {
    expect(COLUMNS.find(({ sort }) => sort?.key === key)!.sort!.of(change)).toBe(of(ROWS[1]!));
  }
  expect(VARIANT_COLUMNS.map(({ label }) => label)).toEqual([
    "neuron",
    "change, nats",
    "base",
    "adapted",
    "base",
    "adapted",
    "promotes",
  ]);
});
