import "#state/experiments/behind-door.ts";
import { describe, expect, test } from "vitest";
import { EXPERIMENT_KINDS } from "#protocol/experiments.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { joinedNumbers, readList, readNamedNumber } from "../../link/link-values.ts";
import { decodeFinding } from "../../link/permalink.ts";
import { verifyExperiment, experimentClaims } from "../claims.ts";
import { readForm } from "./form-link.ts";
import { FIRST_FORM, fitsInLink, PASTED, writeForm } from "./form.ts";
import type { ExperimentForm } from "./form.ts";
import { readResultFile } from "../result-file.ts";

function read(text: string) {
  const said: string[] = [];
  return { form: readForm(text, (sentence) => said.push(sentence)), said };
}

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
    contrasts: "contrasts-ioi",
    site: "resid_post",
    direction: "noise",
    scale: -0.5,
    foundOn: "paper-1d",
    ranking: "increase",
    adapters: "someone/layer-1@v2\nhttps://example.org/layer-2/",
  };

  test("comes back as it was written", () => {
    expect(read(writeForm(changed))).toEqual({ form: changed, said: [] });
  });

  // written by the page before its fields stood in one table
  test.each([
    [
      "neurons;suite:pasted;n:0;seed:7;per:answer;correct:1;off:resample;head:L0H7;words:three%203%3B%20drei;pairs:gender-paper;contrasts:contrasts-ioi;site:resid_post;way:noise;scale:-0.5;found:paper-1d;by:increase;adapters:someone%2Flayer-1%40v2%0Ahttps%3A%2F%2Fexample.org%2Flayer-2%2F;text:3%2B5%3D%2C8%3B%2B%0A100%20%25",
      changed,
    ],
    [
      "bias;n:3;pairs:gender-abacus;scale:0.5",
      { ...FIRST_FORM, kind: "bias", count: 3, pairs: "gender-abacus", scale: 0.5 },
    ],
    ["concepts;words:three%0A3", { ...FIRST_FORM, kind: "concepts", words: "three\n3" }],
  ] as const)("is read and written as before: %s", (link, form) => {
    expect(read(link)).toEqual({ form, said: [] });
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

  test("of no kind is none", () => {
    expect(read("magic;n:3")).toEqual({ form: undefined, said: [] });
  });

  const SUITES = "abacus-1d, abacus-2d, number-words, negative, paper-1d, paper-2d, paper-3d, controls";
  const WHOLE = "a whole number of at most 9 digits";
  test.each([
    ["suite:zzz", `suite as “zzz”; it needs one of ${SUITES}, pasted`],
    ["suite:../x", `suite as “../x”; it needs one of ${SUITES}, pasted`],
    ["suite:gender-paper", `suite as “gender-paper”; it needs one of ${SUITES}, pasted`],
    ["pairs:abacus-1d", "pairs as “abacus-1d”; it needs one of pronouns-abacus, gender-abacus, gender-paper, pasted"],
    ["found:pasted", `found as “pasted”; it needs one of ${SUITES}`],
    ["n:-5", `n as “-5”; it needs ${WHOLE}`],
    ["n:1e9", `n as “1e9”; it needs ${WHOLE}`],
    ["n:", `n as “”; it needs ${WHOLE}`],
    ["seed:-1", `seed as “-1”; it needs ${WHOLE}`],
    ["per:cup", "per as “cup”; it needs one of token, answer"],
    ["correct:yes", "correct as “yes”; it needs 1, or 0"],
    ["off:tea", "off as “tea”; it needs one of zero, mean, resample"],
    ["by:luck", "by as “luck”; it needs one of head, increase"],
    ["scale:much", "scale as “much”; it needs a number from −100 to 100"],
    ["head:a-head-of-very-many-letters", "head as “a-head-of-very-many-letters”; it needs a head, as L0H7"],
    [`words:${"three".repeat(200)}`, `words as “${"three".repeat(12)}…”; it needs at most 600 characters`],
    [
      "cups:3",
      "the part “cups:3”; it needs one of suite, n, seed, per, correct, off, head, words, pairs, contrasts, site, way, scale, found, by, adapters, text, a colon and a value",
    ],
  ])("says of %s what was found and what is needed, and opens the rest", (part, says) => {
    expect(read(`heads;${part};correct:1;`)).toEqual({
      form: { ...FIRST_FORM, onlyCorrect: true },
      said: [`link: ex has ${says}`],
    });
  });

  test("says what is wrong with every part", () => {
    const { form, said } = read("heads;n:many;suite:../x;seed:-1;off:tea");
    expect(form).toEqual(FIRST_FORM);
    expect(said).toHaveLength(4);
  });

  test("reaches the page as notices of the link", () => {
    const { finding, notices } = decodeFinding("v=1&ex=heads;suite:zzz;n:5");
    expect(finding.experiment).toEqual({ ...FIRST_FORM, count: 5 });
    expect(notices).toEqual([`link: ex has suite as “zzz”; it needs one of ${SUITES}, pasted`]);
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
      verdict: "partly",
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
