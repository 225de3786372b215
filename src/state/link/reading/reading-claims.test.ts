import { beforeEach, describe, expect, test } from "vitest";
import { EMPTY_SLOT, results } from "../../run/results.ts";
import type { Slot, Slots } from "../../run/results.ts";
import { readingKey } from "../../run/later/reading-demands.ts";
import { DEFAULT_READING, NO_FINDING } from "../finding.ts";
import type { ReadingSettings } from "../finding.ts";
import { decodeFinding, encodeFinding } from "../permalink.ts";
import { changedReading, isSameReading, measuredReading, readingClaims, verifyReading } from "./reading-claims.ts";

const NOW = {
  prompt: "3+5=",
  target: undefined,
  interventions: [{ kind: "head", at: { layer: 0, head: 1 }, scale: 0 }],
} as const;
const TARGET = { id: 12, text: "8", probability: 0.9, logProbability: -0.1 };
const reading = (changed: Partial<ReadingSettings>): ReadingSettings => ({ ...DEFAULT_READING, ...changed });

/** A slot with the whole answer to what a look asks. */
const done = <T>(value: T, settings: ReadingSettings): Slot<T> => ({
  ...EMPTY_SLOT,
  value,
  status: "done",
  answers: readingKey(NOW, settings, TARGET.id)!,
});

const position = (logProbability: number) => ({ top: { ...TARGET }, rank: 0, logProbability });

const LOOKED: readonly (readonly [ReadingSettings, Partial<Slots>, readonly (readonly [string, number])[]])[] = [
  [
    reading({ isUnder: true }),
    {
      sweepAblated: done(
        {
          target: 12,
          baseline: -1,
          logProbability: [
            [-1.5, -1],
            [-0.75, -3],
          ],
        },
        reading({ isUnder: true }),
      ),
    },
    // by size, whatever the sign
    [
      ["L1H1", 2],
      ["L0H0", 0.5],
      ["L1H0", -0.25],
    ],
  ],
  [
    reading({ look: "direct", against: 7 }),
    {
      direct: done(
        { target: 12, against: 7, total: 9.5, embedding: 0.1, attention: [1], heads: [[-0.5, 1.5]], ffn: [3], bias: 0 },
        reading({ look: "direct", against: 7 }),
      ),
    },
    [
      ["total", 9.5],
      ["L0F", 3],
      ["L0H1", 1.5],
      ["L0H0", -0.5],
    ],
  ],
  [
    reading({ look: "scores", score: "firstToken" }),
    {
      scores: done(
        {
          seed: 1,
          sequences: [],
          lists: [],
          scores: { firstToken: { score: [[0.2, 0.9]], queries: 3, positions: 4 } },
        },
        reading({ look: "scores", score: "firstToken" }),
      ),
    },
    [
      ["L0H1", 0.9],
      ["L0H0", 0.2],
    ],
  ],
  [
    reading({ look: "lens", norm: "final" }),
    {
      lens: done(
        {
          target: 12,
          norm: "final",
          first: 0,
          layers: [-7, -6.5, -2, -0.1, -0.05].map((value, stage) => ({
            name: String(stage),
            positions: [position(-9), position(value)],
          })),
        },
        reading({ look: "lens", norm: "final" }),
      ),
    },
    // behind the layers that move it most
    [
      ["L1", -2],
      ["L2", -0.1],
      ["L0", -6.5],
    ],
  ],
];

let slots: Slots;
beforeEach(() => {
  const before = { tokens: [], top: [TARGET], included: [], target: { ...TARGET, rank: 0 } };
  slots = { ...results.getInitialState(), prediction: { ...EMPTY_SLOT, value: before, status: "done" } };
});

describe.each(LOOKED)("looked at as %j", (settings, found, claims) => {
  test("a link claims the strongest numbers, carries the look, and is reproduced by them", () => {
    const numbers = measuredReading({ ...slots, ...found }, NOW, settings)!;
    const claimed = readingClaims(numbers, settings);
    expect(claimed.map(({ name, value }) => [name, value])).toEqual(claims);
    const link = encodeFinding({
      ...NO_FINDING,
      prompt: NOW.prompt,
      reading: changedReading(settings)!,
      expected: { reading: claimed },
    });
    const { finding, notices } = decodeFinding(link);
    expect(notices).toEqual([]);
    expect(isSameReading({ ...DEFAULT_READING, ...finding.reading }, settings)).toBe(true);
    const { verdict, rows } = verifyReading(finding.expected.reading!, numbers, settings, { others: [], blame: "" });
    expect(verdict).toBe("reproduced");
    expect(rows).toHaveLength(claims.length);
    const off = finding.expected.reading!.map(({ name, value }) => ({ name, value: value + 0.01 }));
    expect(verifyReading(off, numbers, settings, { others: [], blame: "" }).verdict).toBe("differs");
  });

  test("nothing is measured while it is computed, of another question, or recorded", () => {
    const [[kind, slot]] = Object.entries(found) as [[keyof Slots, Slot<never>]];
    const measured = (change: Partial<Slot<never>>) =>
      measuredReading({ ...slots, [kind]: { ...slot, ...change } }, NOW, settings);
    expect(measured({})).toBeDefined();
    expect(measured({ status: "computing" })).toBeUndefined();
    expect(measured({ answers: "another" })).toBeUndefined();
    expect(measured({ isRecorded: true })).toBeUndefined();
  });
});

test("what is as it begins is in no link", () => {
  expect(changedReading(DEFAULT_READING)).toBeUndefined();
  expect(encodeFinding({ ...NO_FINDING, reading: {} })).toBe("v=1&m=abacus");
});

test.each([
  ["look=microscope", "look"],
  ["norm=half", "norm"],
  ["lens=bottom", "lens"],
  ["lp=2", "lp"],
  ["lp=2:5:1", "lp"],
  ["lp=-1:5", "lp"],
  ["vs=-1", "vs"],
  ["nl=x", "nl"],
  ["under=2", "under"],
  ["score=love", "score"],
  ["le=L0Q1:3", "le"],
])("%s is left out with a notice", (text, key) => {
  const { finding, notices } = decodeFinding(`m=abacus&${text}&t=3`);
  expect(finding.target).toBe(3);
  expect(notices).toHaveLength(1);
  expect(notices[0]).toContain(key);
});
