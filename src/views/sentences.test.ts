import { describe, expect, test } from "vitest";
import type { Prediction, ScoredAnswer } from "#state/run/results.ts";
import { sweepSentence } from "./heads/export/sweep-sentence.ts";
import { greedySentence, splitSentence } from "./prediction/answer-sentence.ts";
import { answerOf, brokenInto, predictionRows } from "./prediction/prediction-rows.ts";
import { predictionSentence } from "./prediction/prediction-sentence.ts";
import { asSentence } from "./shared/words/sentence.ts";
import { tokenText } from "./shared/words/token-text.ts";

const run = (...shares: readonly (readonly [text: string, probability: number])[]): Prediction => {
  const top = shares.map(([text, probability]) => ({
    id: text.codePointAt(0)!,
    text,
    probability,
    logProbability: Math.log(probability),
  }));
  return { tokens: [], top, target: { ...top[0]!, rank: 0 }, included: [] };
};

describe("sweepSentence", () => {
  test("names the head that matters and the runner-up", () => {
    const effects = [
      [0.01, 7.92],
      [-0.6, 0],
    ];
    expect(sweepSentence(effects, "8", "done")).toBe(
      "Switching L0H1 off lowers log p(8) by 7.92; no other head moves it by more than 0.60 (L1H0).",
    );
  });

  test("says when nothing matters", () => {
    expect(sweepSentence([[0.02, -0.01]], "8", "done")).toBe(
      "No head matters here: the largest change is 0.02 nats, by L0H0.",
    );
  });

  test("does not speak for rows that are not there", () => {
    expect(
      sweepSentence(
        [
          [Number.NaN, Number.NaN],
          [2, 1],
        ],
        "8",
        "computing",
      ),
    ).toBe("So far: 1 of 2 rows are known; in them the largest change is 2.00 nats, by L1H0.");
    expect(sweepSentence([[Number.NaN], [2]], "8", "stopped")).toMatch(/^1 of 2 rows are known; /);
  });
});

describe("sweepSentence in plain numbers", () => {
  // p = 0.8; without L0H0 0.2 (ln 4 nats less), without L0H1 0.4 (ln 2)
  const baseline = Math.log(0.8);
  const effects = [[Math.log(4), Math.log(2)]];

  test("says where the probability goes", () => {
    expect(sweepSentence(effects, "8", "done", baseline)).toBe(
      "Switching L0H0 off takes 8 from 80.0\u202f% to 20.0\u202f%; the next, L0H1, from 80.0\u202f% to 40.0\u202f%.",
    );
    expect(sweepSentence([...effects, [Number.NaN, 0]], "8", "computing", baseline)).toBe(
      "So far: 1 of 2 rows are known; in them the largest change is by L0H0, from 80.0\u202f% to 20.0\u202f%.",
    );
    expect(sweepSentence([[0.01, 0]], "8", "done", baseline)).toBe(
      "No head matters here: the largest change is by L0H0, from 80.0\u202f% to 79.2\u202f%.",
    );
  });
});

describe("predictionSentence", () => {
  const before = run(["8", 0.942], ["9", 0.02]);

  test("says the answer and the runner-up", () => {
    expect(predictionSentence(before, undefined, [])).toBe(
      "The model answers “8” with 94.2\u202f%; next comes “9” with 2.0\u202f%.",
    );
  });

  test("says what a switch did, and the new answer", () => {
    const after = { ...run(["4", 0.75], ["8", 0.01]) };
    const target = after.top[1]!;
    const off = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }] as const;
    expect(predictionSentence(before, { ...after, target: { ...target, rank: 1 } }, off)).toBe(
      "With L0H7 off, p(8) falls from 94.2\u202f% to 1.0\u202f%, log p by 4.55 nats; the answer is now “4”.",
    );
  });

  test("says no log-probability where plain numbers are asked for", () => {
    const off = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }] as const;
    const after = run(["4", 0.75], ["8", 0.01]);
    expect(predictionSentence(before, { ...after, target: { ...after.top[1]!, rank: 1 } }, off, true)).toBe(
      "With L0H7 off, p(8) falls from 94.2\u202f% to 1.0\u202f%; the answer is now “4”.",
    );
    expect(predictionSentence(before, run(["8", 0.9421]), off, true)).toBe("With L0H7 off, p(8) stays at 94.2\u202f%.");
  });

  test("tells two small probabilities of another token apart", () => {
    const off = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0 }] as const;
    const about = (of: Prediction, probability: number) => ({
      ...of,
      target: { id: 48, text: "0", probability, logProbability: Math.log(probability), rank: 9 },
    });
    expect(predictionSentence(about(before, 0.000_1), about(run(["4", 0.75]), 0.000_2), off)).toBe(
      "With L0H7 off, p(0) rises from 0.0100\u202f% to 0.0200\u202f%, log p by 0.69 nats; the answer is now “4”.",
    );
  });

  test("says of a small change where it goes, and that only what reads the same stays", () => {
    const half = [{ kind: "head", at: { layer: 0, head: 7 }, scale: 0.5 }] as const;
    expect(predictionSentence(before, run(["8", 0.953]), half)).toBe(
      "With L0H7 ×0.5, p(8) goes from 94.2\u202f% to 95.3\u202f%: log p moves by 0.01 nats.",
    );
    expect(predictionSentence(before, run(["8", 0.9421]), [{ ...half[0], scale: -1 }])).toBe(
      "With L0H7 ×−1, p(8) stays at 94.2\u202f%: log p moves by 0.00 nats.",
    );
  });
});

describe("an answer of several tokens", () => {
  const scored = (...ranks: readonly number[]): ScoredAnswer => ({
    tokens: ranks.map((rank, place) => ({
      id: place,
      text: "128"[place]!,
      probability: 0.5,
      logProbability: Math.log(0.5),
      rank,
    })),
    logProbability: ranks.length * Math.log(0.5),
    correct: ranks.every((rank) => rank === 0),
  });

  test("is said to be cut, with its first token the target", () => {
    expect(splitSentence("128", scored(0, 0, 0))).toBe(
      "“128” is 3 tokens here: 1 · 2 · 8. The target is the first, 1.",
    );
  });

  test("is written by greedy decoding or left where another token comes first", () => {
    expect(greedySentence(scored(0, 0, 0), undefined)).toBe(
      "Taking the most probable token each time, the model writes this answer.",
    );
    expect(greedySentence(scored(0, 0, 0), scored(0, 4, 1))).toBe(
      "Taking the most probable token each time, the model writes this answer; with what is changed, it leaves it at 2, token 2, which ranks number 5 there.",
    );
  });
});

test("the answer is what the model says, and it breaks where the model says something else, whatever token is asked about", () => {
  const before = run(["8", 0.942], ["0", 0.0001]);
  const asked = { ...before, target: { ...before.top[1]!, rank: 7 } };
  const broken = run(["4", 0.75], ["8", 0.1]);
  for (const clean of [before, asked]) {
    expect(answerOf(clean).text).toBe("8");
    expect(brokenInto({ before: clean, after: broken })?.text).toBe("4");
    expect(brokenInto({ before: clean, after: run(["8", 0.5]) })).toBeUndefined();
    expect(brokenInto({ before: clean, after: undefined })).toBeUndefined();
  }
});

test("predictionRows has the tokens of both runs by size, and never loses the target", () => {
  const before = run(["8", 0.9], ["9", 0.05]);
  const after = run(["4", 0.8], ["5", 0.15], ["9", 0.01]);
  const runs = { before: { ...before, target: { ...before.top[1]!, rank: 1 } }, after };
  const rows = predictionRows(runs, 2);
  expect(rows.map((row) => [row.text, row.before, row.after])).toEqual([
    ["8", 0.9, undefined],
    ["9", 0.05, 0.01],
  ]);
});

test("predictionRows knows of the clean run what it gave the changed one's first tokens", () => {
  const before = run(["8", 0.9]);
  const after = { ...run(["4", 0.8]), clean: { ...run(["8", 0.89]), included: run(["4", 0.0001]).top } };
  expect(predictionRows({ before, after }, 2).map((row) => [row.text, row.before, row.after])).toEqual([
    ["8", 0.9, undefined],
    ["4", 0.0001, 0.8],
  ]);
});

test.each([
  [
    "the graphics processor was lost (Device was destroyed.)",
    "The graphics processor was lost (Device was destroyed).",
  ],
  ["it was lost (for good.). The model was loaded again.", "It was lost (for good). The model was loaded again."],
  ["the model's config is empty!", "The model’s config is empty!"],
  ["Unexpected token '}' here", "Unexpected token '}' here."],
  ["config.json: no such file", "config.json: no such file."],
])("asSentence writes %j as %j", (message, sentence) => {
  expect(asSentence(message)).toBe(sentence);
});

test.each([
  [" eight", "·eight"],
  // a letter, which some vocabularies use as a mark; the engine has read those already
  ["Ġeight", "Ġeight"],
  ["<0x0A>", "⟨0x0A⟩"],
  ["<s>", "⟨s⟩"],
  ["\n", "⏎"],
  ["", "∅"],
])("tokenText shows %j as %s", (text, shown) => {
  expect(tokenText(text)).toBe(shown);
});
