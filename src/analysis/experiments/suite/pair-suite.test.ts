import { describe, expect, test } from "vitest";
import { pairCases, readPairDefinition } from "./pair-suite.ts";

const pair = {
  sides: ["woman", "man"],
  templates: [
    { prompt: "A {x} works as a", answer: "{y}" },
    { prompt: "the {y} is a", answer: "{x}" },
  ],
  words: { woman: ["nurse", "maid"], man: ["guard"] },
} as const;

describe("pairs", () => {
  test("have every word under every template, on its own side first", () => {
    expect(pairCases(pair, { seed: 1 })).toEqual([
      {
        prompt: "A woman works as a",
        answer: "nurse",
        group: "woman",
        pair: { prompt: "A man works as a", answer: "nurse", word: "nurse", template: 0 },
      },
      {
        prompt: "the nurse is a",
        answer: "woman",
        group: "woman",
        pair: { prompt: "the nurse is a", answer: "man", word: "nurse", template: 1 },
      },
      ...pairCases({ ...pair, words: { woman: ["maid"], man: [] } }, { seed: 1 }),
      {
        prompt: "A man works as a",
        answer: "guard",
        group: "man",
        pair: { prompt: "A woman works as a", answer: "guard", word: "guard", template: 0 },
      },
      {
        prompt: "the guard is a",
        answer: "man",
        group: "man",
        pair: { prompt: "the guard is a", answer: "woman", word: "guard", template: 1 },
      },
    ]);
  });

  test("are drawn by words, each with all its templates", () => {
    const drawn = pairCases(pair, { count: 1, seed: 4 });
    expect(drawn).toHaveLength(4);
    expect(new Set(drawn.map((each) => each.pair!.word)).size).toBe(2);
    expect(pairCases(pair, { count: 1, seed: 4 })).toEqual(drawn);
  });

  test("are more than anybody waits for", () => {
    const words = { woman: Array.from({ length: 10_001 }, (_, index) => `w${index}`), man: [] };
    expect(() => pairCases({ ...pair, words }, { seed: 1 })).toThrow(
      "suite: it has 20002 pairs; at most 20000 are run at once",
    );
  });
});

describe("a definition that a person edits", () => {
  test("comes back as it is", () => {
    const definition = { name: "mine", title: "Mine", about: "", pair };
    expect(readPairDefinition(JSON.stringify(definition, null, 1))).toEqual(definition);
    expect(readPairDefinition("3+5=,8\n")).toBeUndefined();
    expect(readPairDefinition('{"prompt": "3+5=", "answer": "8"}')).toBeUndefined();
  });

  test.each([
    ['{"pair": {', /^suite: it is no JSON: /],
    ['{"pair": 3}', "suite: “pair” is no object; it needs sides, templates and words"],
    ['{"pair": {"sides": ["a", "a"]}}', 'suite: “sides” needs two different texts, as ["woman", "man"]'],
    ['{"pair": {"sides": ["a", "b"], "templates": []}}', /^suite: “templates” needs a list/],
    [
      '{"pair": {"sides": ["a", "b"], "templates": [{"prompt": "x", "answer": "{y}"}], "words": {"a": ["c"], "b": ["d"]}}}',
      "suite: template 1 has no {x}",
    ],
    [
      '{"pair": {"sides": ["a", "b"], "templates": [{"prompt": "{x}"}], "words": {"a": ["c"], "b": ["d"]}}}',
      "suite: template 1 needs a text as its prompt and as its answer",
    ],
    [
      '{"pair": {"sides": ["a", "b"], "templates": [{"prompt": "{x}", "answer": "{y}"}], "words": {"a": ["c"], "b": []}}}',
      "suite: “words” has no list of texts for “b”",
    ],
  ])("%s is refused with what is wrong", (text, message) => {
    expect(() => readPairDefinition(text)).toThrow(message);
  });
});
