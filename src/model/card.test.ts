import { expect, test } from "vitest";
import { readCard } from "./card.ts";

const card = {
  title: "tiny",
  what: "A model.",
  trained: "On texts.",
  chosen: "",
  heads: "None matters.",
  failures: ["Everything."],
  bias: "None.",
  measured: {
    sets: [{ name: "1D+", cases: 100, right: { q4: 98, q8: 100, f32: 100 } }],
    moved: { q8: { count: 0, cases: [] }, q4: { count: 2, cases: [] } },
  },
};

test("a card is read as it is", () => {
  expect(readCard(structuredClone(card))).toEqual(card);
});

test.each([
  [[], "card.json: it is []; an object is needed"],
  [{ ...card, bias: 3 }, "card.json: bias is 3; a text is needed"],
  [{ ...card, failures: "none" }, 'card.json: failures are "none"; a list of texts is needed'],
  [
    { ...card, measured: { ...card.measured, sets: [{ name: "1D+", cases: 100, right: { q8: 100 } }] } },
    "card.json: measured is {",
  ],
  [{ ...card, measured: { ...card.measured, moved: { q8: { count: 0, cases: [] } } } }, "card.json: measured is {"],
])("what is wrong is named: %#", (json, message) => {
  expect(() => readCard(json)).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
});
