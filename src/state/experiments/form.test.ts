import { describe, expect, test } from "vitest";
import { EXPERIMENT_KINDS } from "#protocol/experiments.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { joinedNumbers, readList, readNamedNumber } from "../link-values.ts";
import { verifyExperiment, experimentClaims } from "./claims.ts";
import { FIRST_FORM, fitsInLink, PASTED, readForm, writeForm } from "./form.ts";
import type { ExperimentForm } from "./form.ts";
import { readResultFile } from "./result-file.ts";

describe("a form in a link", () => {
  test("leaves out what is as it first stands", () => {
    expect(writeForm(FIRST_FORM)).toBe("heads");
  });

  const changed: ExperimentForm = {
    kind: "neurons",
    suite: PASTED,
    text: "3+5=,8;+\n100 %",
    count: 0,
    seed: 7,
    per: "answer",
    onlyCorrect: true,
    ablation: "resample",
    head: "L0H7",
    words: "three 3; drei",
    pairs: "gender-paper",
    scale: -0.5,
    foundOn: "paper-1d",
    ranking: "increase",
    adapters: "someone/layer-1@v2\nhttps://example.org/layer-2/",
  };

  test("comes back as it was written", () => {
    expect(readForm(writeForm(changed))).toEqual(changed);
  });

  // written by the page before its fields stood in one table
  test.each([
    [
      "neurons;suite:pasted;n:0;seed:7;per:answer;correct:1;off:resample;head:L0H7;words:three%203%3B%20drei;pairs:gender-paper;scale:-0.5;found:paper-1d;by:increase;adapters:someone%2Flayer-1%40v2%0Ahttps%3A%2F%2Fexample.org%2Flayer-2%2F;text:3%2B5%3D%2C8%3B%2B%0A100%20%25",
      changed,
    ],
    [
      "bias;n:3;pairs:gender-abacus;scale:0.5",
      { ...FIRST_FORM, kind: "bias", count: 3, pairs: "gender-abacus", scale: 0.5 },
    ],
    ["concepts;words:three%0A3", { ...FIRST_FORM, kind: "concepts", words: "three\n3" }],
  ] as const)("is read and written as before: %s", (link, form) => {
    expect(readForm(link)).toEqual(form);
    expect(writeForm(form)).toBe(link);
  });

  test("a long pasted suite or list of words does not go into it", () => {
    const long = { ...changed, text: "3+5=,8\n".repeat(100) };
    expect(fitsInLink(long)).toBe(false);
    expect(writeForm(long)).not.toContain("text");
    const wordy = { ...FIRST_FORM, words: "three ".repeat(200) };
    expect(fitsInLink(wordy)).toBe(false);
    expect(writeForm(wordy)).toBe("heads");
    const many = { ...FIRST_FORM, adapters: "someone/adapter\n".repeat(50) };
    expect(fitsInLink(many)).toBe(false);
    expect(writeForm(many)).toBe("heads");
  });

  test.each([
    ["magic;n:3", undefined],
    ["heads;n:many;suite:../x;seed:-1;off:tea", FIRST_FORM],
  ])("what cannot be used of %s is not", (text, form) => {
    expect(readForm(text)).toEqual(form);
  });
});

const estimate = (value: number) => ({ value, low: Number.NaN, high: Number.NaN });
const result = {
  kind: "memorise",
  request: { kind: "memorise", suite: { kind: "pasted", text: "3+5=,8" }, heads: {}, onlyCorrect: false, seed: 1 },
  suite: { cases: 1, groups: [], examples: [], answerTokens: 1, duplicates: 0, complaints: [] },
  found: [
    {
      group: "+",
      head: { layer: 0, head: 7 },
      unlabelled: 0,
      losses: [
        { label: "memorise", tokens: 2, correct: 2, correctAfter: 1, relative: estimate(0.5) },
        { label: "change-one", tokens: 0, correct: 0, correctAfter: 0, relative: estimate(Number.NaN) },
      ],
    },
  ],
  steps: 1,
  stepsInAll: 1,
} as const satisfies ExperimentResult;

describe("claims", () => {
  test("are read as they are written, and nothing else is", () => {
    const claims = [{ name: "+ memorise", value: 0.5 }];
    const notices: string[] = [];
    const read = (text: string) => readList("er", text, readNamedNumber, (notice) => notices.push(notice));
    expect(read(joinedNumbers(claims)!)).toEqual(claims);
    expect(read("a:x;:1;b:;c;a:0x10")).toEqual([]);
    expect(notices).toHaveLength(5);
    expect(notices[0]).toBe("link: er lists “a:x”; it needs to be a name with its number, as L0H7:0.42");
  });

  test("are reproduced, or differ by as much as they do", () => {
    expect(verifyExperiment([{ name: "+ memorise", value: 0.501 }], result, [])).toMatchObject({
      verdict: "reproduced",
    });
    expect(verifyExperiment([{ name: "+ memorise", value: 0.7 }], result, [])).toMatchObject({ verdict: "differs" });
    expect(verifyExperiment([{ name: "− memorise", value: 0.7 }], result, [])).toMatchObject({
      verdict: "differs",
      reason: "Not measured here: − memorise.",
    });
    expect(verifyExperiment([], result, [])).toMatchObject({ verdict: "nothing claimed" });
  });
});

describe("what a link claims", () => {
  const row = { count: 18, bias: estimate(0.81) };
  test.each([
    ["bias", { bias: estimate(1.26), rows: [row] }, "bias:1.26;bias 18:0.81"],
    [
      "pruning",
      { all: estimate(0.99), rows: [{ count: 5, all: { accuracy: estimate(0.65) } }] },
      "accuracy:0.99;keep 5:0.65",
    ],
    [
      "adapters",
      {
        base: { all: estimate(0.63) },
        adapters: [
          { name: "layer-9", all: { accuracy: estimate(0.893) } },
          { name: `someone/a;name:${"of-many-letters".repeat(3)}`, all: { accuracy: estimate(0.5) } },
        ],
      },
      "accuracy:0.63;1 layer-9:0.893;2 someone/a name of-many-lettersof-many-:0.5",
    ],
  ])("of %s is what tells most", (kind, found, text) => {
    expect(joinedNumbers(experimentClaims({ kind, found } as unknown as ExperimentResult))).toBe(text);
  });
});

describe("a saved result", () => {
  test("opens as it was, with what is no number", () => {
    expect(readResultFile(JSON.stringify({ experiment: result })).result).toEqual(result);
  });

  test.each([
    ["{", "result: it is no JSON"],
    ["{}", "result: it has no “experiment” in it; a file saved by “Save result” is needed"],
    [
      '{"experiment":{"kind":"tea"}}',
      `result: its experiment is of the kind “tea”; this version knows ${EXPERIMENT_KINDS.join(", ")}`,
    ],
    [
      '{"experiment":{"kind":"heads","request":{"suite":{}},"suite":{},"found":{}}}',
      "result: its experiment is not whole: “request.kind” is not there",
    ],
  ])("%s is refused with what is wrong", (text, message) => {
    expect(() => readResultFile(text)).toThrow(message);
  });
});
