import { expect, test } from "vitest";
import { figureInks } from "#charts/marks/figure-inks.ts";
import type { LogitLens } from "#state/run/results.ts";
import { lensFigure } from "./reading-exports.ts";
import { directSentence, lensReadout, lensSentence } from "./reading-words.ts";

const DIRECT = { target: 8, embedding: 0.25, attention: [-3], heads: [[-3]], ffn: [0.5], bias: 0 };
const LARGEST = "its largest parts: attention L0 −3.00, FFN L0 0.500, embedding 0.250.";

test.each([
  [-2.25, undefined, `The logit of 8 is −2.25; ${LARGEST}`],
  [-2.25, "7", `The logit of 8 is 2.25 below that of 7; ${LARGEST}`],
  [2.25, "7", `The logit of 8 is 2.25 above that of 7; ${LARGEST}`],
])("a total of %d against %s is said with its side, and its parts with their signs", (total, against, says) => {
  expect(directSentence({ ...DIRECT, total }, { target: "8", against }, undefined)).toBe(says);
});

test("the head that is worth most says what of it goes through others, each in its unit", () => {
  const sentence = directSentence({ ...DIRECT, total: 1 }, { target: "8", against: undefined }, [[7.92]]);
  expect(sentence).toContain(
    "L0H0 is worth 7.92 nats and writes −3.00 logits itself: the rest goes through later parts.",
  );
});

test("the runner-up has rank 1, and plainly place 2, in the sentence as in the cell", () => {
  const reading = { top: { id: 7, text: "7", probability: 0.6 }, rank: 1, logProbability: Math.log(0.25) };
  const lens = { layers: [{ name: "emb", positions: [reading] }], norm: "own", first: 0 } as unknown as LogitLens;
  const plainly = (text: string) => text.replaceAll(/\s/gu, " ");
  const words = { tokens: ["="], target: "8", text: (token: string) => token };
  expect(plainly(lensSentence(lens, "8"))).toContain("at the end: rank 1;");
  expect(plainly(lensSentence(lens, "8", true))).toContain("at the end: place 2;");
  expect(plainly(lensReadout(lens, { row: 0, column: 0 }, words, true))).toContain("8 place 2, 25.0 %");
  const cells = (isPlain: boolean) => {
    const room = { tokens: ["="], width: 300, inks: figureInks(false), isDark: false, isPlain };
    return JSON.stringify(lensFigure(lens, "target", room).marks);
  };
  expect(cells(false)).toContain("#1");
  expect(cells(true)).toContain("#2");
});
