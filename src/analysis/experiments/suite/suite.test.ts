import { describe, expect, test } from "vitest";
import { digitLabels, tokenLabels } from "./digit-labels.ts";
import { numberWord } from "./number-words.ts";
import { readSuiteText } from "./suite-text.ts";
import { suiteCases } from "./suite.ts";
import type { SuiteDefinition } from "./suite.ts";

const digits = { from: 0, to: 9 };
const templates = ["{a}?{b}"];
const one = (operation: "+" | "-" | "*" | "/", more = {}): SuiteDefinition => ({
  name: "x",
  title: "",
  about: "",
  arithmetic: [{ group: operation, operation, a: digits, b: digits, templates, ...more }],
});

describe("a suite", () => {
  // 55 pairs have a ≥ b; the paper's 1D/ fits 90 cases, (a·b)/b with b from 1
  test.each([
    ["+", 100],
    ["-", 55],
    ["*", 100],
    ["/", 90],
  ] as const)("of %s over all digits has %i cases", (operation, count) => {
    expect(suiteCases(one(operation), { seed: 1 })).toHaveLength(count);
  });

  test("divides a·b by b, so that the answer is whole", () => {
    const cases = suiteCases(one("/"), { seed: 1 });
    expect(cases).toContainEqual({ prompt: "72?8", answer: "9", group: "/", problem: { operation: "/", a: 72, b: 8 } });
  });

  test("has negative results and words where it asks for them", () => {
    const negative = suiteCases(one("-", { negative: true, largestAnswer: -1, numerals: "words" }), { seed: 1 });
    expect(negative).toHaveLength(45);
    expect(negative[0]).toMatchObject({ prompt: "zero?one", answer: "minus one" });
  });

  test("is drawn without repetition, the same for one seed", () => {
    const drawn = suiteCases(one("+"), { count: 60, seed: 5 });
    expect(new Set(drawn.map(({ prompt }) => prompt)).size).toBe(60);
    expect(suiteCases(one("+"), { count: 60, seed: 5 })).toEqual(drawn);
    expect(suiteCases(one("+"), { count: 60, seed: 6 })).not.toEqual(drawn);
  });

  test("of too many cases is refused with their number", () => {
    const large = one("+", { a: { from: 0, to: 200 }, b: { from: 0, to: 200 } });
    expect(() => suiteCases(large, { seed: 1 })).toThrow("suite: x has 40401 cases; at most 20000 are run at once");
  });
});

test.each([
  [0, "zero"],
  [13, "thirteen"],
  [40, "forty"],
  [99, "ninety-nine"],
  [100, "one hundred"],
  [215, "two hundred fifteen"],
  [-7, "minus seven"],
])("%i is %s", (number, word) => {
  expect(numberWord(number)).toBe(word);
});

describe("digits", () => {
  // the paper's own examples, and columns worked out by hand
  test.each([
    ["+", 15, 32, "m m"],
    ["+", 15, 37, "c m"],
    ["+", 8, 5, "c m"],
    ["+", 95, 7, "c c m"],
    ["-", 32, 15, "c m"],
    ["-", 38, 15, "m m"],
    ["-", 5, 8, "m"],
    ["*", 12, 12, "c c m"],
    ["/", 84, 7, "c m"],
  ] as const)("%s %i, %i: %s", (operation, a, b, labels) => {
    expect(
      digitLabels(operation, a, b)
        ?.map((label) => label[0])
        .join(" "),
    ).toBe(labels);
  });

  test("of several in one token are changed if one is; what has no digits has no label", () => {
    expect(tokenLabels([" ", "52"], ["change-one", "memorise"])).toEqual([undefined, "change-one"]);
    expect(tokenLabels(["5", "2"], ["change-one", "memorise"])).toEqual(["change-one", "memorise"]);
    expect(tokenLabels(["fifty-two"], ["change-one", "memorise"])).toEqual([undefined]);
  });
});

describe("a pasted suite", () => {
  test("as lines, with a head line in any order, quotes and groups", () => {
    const { cases, lines } = readSuiteText('answer,prompt\r\n8,3+5=\r\n\r\n"9","a ""b"", c"\r\n');
    expect(cases).toEqual([
      { prompt: "3+5=", answer: "8", group: "all" },
      { prompt: 'a "b", c', answer: "9", group: "all" },
    ]);
    expect(lines).toEqual([2, 4]);
  });

  test("as JSON lines, a number as an answer", () => {
    expect(readSuiteText('{"prompt":"3+5=","answer":8,"group":"+"}').cases).toEqual([
      { prompt: "3+5=", answer: "8", group: "+" },
    ]);
  });

  test.each([
    ["3+5=", "it has no answer; a line as 3+5=,8 is needed"],
    ["3+5=,", "its answer is empty"],
    [",8", "its prompt is empty"],
    ['"3+5=,8', "a quote is not closed, or stands within a field that is not quoted"],
    ["3,5,8,1", "it has 4 fields; at most 3 (prompt, answer, group) are needed, quoted where they hold a comma"],
  ])("says what is wrong with %s and keeps the rest", (line, message) => {
    const { cases, complaints } = readSuiteText(`1+1=,2\n${line}\n2+2=,4`);
    expect(complaints).toEqual([{ line: 2, message }]);
    expect(cases).toHaveLength(2);
  });
});
