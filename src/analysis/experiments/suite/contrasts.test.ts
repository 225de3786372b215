import { expect, test } from "vitest";
import { suiteFile } from "#test/experiment-bench.ts";
import { readContrasts } from "./contrasts.ts";
import { suiteCases } from "./suite.ts";

const ROW = ["9-4=", "5", "9+4=", "13"];

test("a row is a case with its other side", () => {
  const definition = readContrasts(JSON.stringify({ contrasts: [{ group: "operator", rows: [ROW] }] }))!;
  expect(definition.title).toBe("Pasted");
  expect(suiteCases(definition, { seed: 1 })).toEqual([
    {
      prompt: "9-4=",
      answer: "5",
      group: "operator",
      pair: { prompt: "9+4=", answer: "13", word: "9-4=", template: 0 },
    },
  ]);
});

test.each([
  ['{ "contrasts": [', "it is no JSON"],
  ['{ "contrasts": [] }', "“contrasts” needs a list"],
  ['{ "contrasts": [{ "rows": [] }] }', "needs a “group”"],
  ['{ "contrasts": [{ "group": "a", "rows": [] }] }', "the group “a” has no rows"],
  ['{ "contrasts": [{ "group": "a", "rows": [["9-4=", "5", "9+4="]] }] }', "row 1 of “a” needs four texts"],
])("what is wrong is named: %s", (text, sentence) => {
  expect(() => readContrasts(text)).toThrow(sentence);
});

test("cases of other kinds are left to their readers", () => {
  expect(readContrasts("3+5=,8,+")).toBeUndefined();
  expect(readContrasts('{ "pair": {} }')).toBeUndefined();
});

test("the sums and differences that come with the page are right, and each row differs in one thing", () => {
  const value = (prompt: string) => {
    const [, a, sign, b] = /^(\d+)([+-])(\d+)=$/.exec(prompt)!;
    return sign === "+" ? Number(a) + Number(b) : Number(a) - Number(b);
  };
  for (const { prompt, answer, group, pair } of suiteCases(suiteFile("contrasts-abacus"), { seed: 1 })) {
    expect([answer, pair!.answer]).toEqual([String(value(prompt)), String(value(pair!.prompt))]);
    expect(answer === pair!.answer).toBe(group === "same answer");
  }
});

test("of the indirect objects the corrupted prompt differs in the second subject alone, and the answer is the other name", () => {
  for (const { prompt, answer, pair } of suiteCases(suiteFile("contrasts-ioi"), { seed: 1 })) {
    const [clean, corrupted] = [prompt.split(" "), pair!.prompt.split(" ")];
    const differing = clean.flatMap((word, place) => (word === corrupted[place] ? [] : [[word, corrupted[place]]]));
    expect(differing).toEqual([[pair!.answer, answer]]);
  }
});
