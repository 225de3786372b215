import { CountingRunner } from "#test/counting-runner.ts";
import { describe, expect, test } from "vitest";
import { rankOf, scoreAnswer } from "./answer-score.ts";
import { NO_CHANGES } from "./changes.ts";

/** Logits of a residual value r are r, r + 1, r + 2, r + 3: the same probabilities everywhere. */
const LOG_TOTAL = Math.log(1 + Math.E + Math.E ** 2 + Math.E ** 3);
/** The counting model's values reach 666,666, where float32 has steps of 1/16; its logits differ by whole numbers. */
const ROUNDING = { atol: 1e-6 };

test("scores each token by hand: logits 0, 1, 2, 3 above a residual that cancels", async () => {
  const runner = new CountingRunner();
  const { tokens, logProbability } = await scoreAnswer(runner, [1, 2], [3, 0, 3], NO_CHANGES);
  expect(tokens.map(({ id, rank, isTop }) => [id, rank, isTop])).toEqual([
    [3, 0, true],
    [0, 3, false],
    [3, 0, true],
  ]);
  expect(tokens.map((token) => token.logProbability)).toBeAllClose(
    [3 - LOG_TOTAL, 0 - LOG_TOTAL, 3 - LOG_TOTAL],
    ROUNDING,
  );
  expect(logProbability).toBeAllClose(6 - 3 * LOG_TOTAL, ROUNDING);
});

describe("what it runs", () => {
  test("is one forward pass, unembedded only where an answer's token is predicted, the last token left out", async () => {
    const runner = new CountingRunner();
    const asked: unknown[] = [];
    const unembed = runner.unembed.bind(runner);
    runner.unembed = (input, run) => {
      asked.push([input.positions, run.positions, run.wants]);
      return unembed(input, run);
    };
    await scoreAnswer(runner, [1, 2], [3, 0, 3], NO_CHANGES);
    expect(runner.embeds).toBe(1);
    expect(runner.blocks.map(({ layer }) => layer)).toEqual([0, 1, 2]);
    expect(asked).toEqual([[4, [1, 2, 3], ["logits"]]]);
    expect(runner.unreleased).toBe(0);
  });

  test("never has more than sixteen rows of logits at once", async () => {
    const runner = new CountingRunner();
    const rows: number[] = [];
    const unembed = runner.unembed.bind(runner);
    runner.unembed = (input, run) => {
      rows.push(run.positions.length);
      return unembed(input, run);
    };
    const { tokens } = await scoreAnswer(runner, [1], Array<number>(40).fill(3), NO_CHANGES);
    expect(tokens).toHaveLength(40);
    expect(rows).toEqual([16, 16, 8]);
  });

  test("has the interventions in their layers", async () => {
    const runner = new CountingRunner();
    await scoreAnswer(runner, [1], [3], { interventions: [{ kind: "head", at: { layer: 1, head: 0 }, scale: 0 }] });
    expect(runner.blocks.map(({ headScale }) => headScale && [...headScale.data])).toEqual([
      undefined,
      [0, 1],
      undefined,
    ]);
  });

  test("ends where it is stopped, and keeps nothing", async () => {
    const runner = new CountingRunner();
    const controller = new AbortController();
    runner.onBlock = (layer) => {
      if (layer === 1) controller.abort();
    };
    await expect(scoreAnswer(runner, [1], [3], NO_CHANGES, controller.signal)).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(runner.unreleased).toBe(0);
    runner.onBlock = () => {
      throw new Error("lost");
    };
    await expect(scoreAnswer(runner, [1], [3], NO_CHANGES)).rejects.toThrow("lost");
    expect(runner.unreleased).toBe(0);
  });

  test.each([
    [[], [3]],
    [[1], []],
  ])("needs a prompt and an answer", async (prompt, answer) => {
    await expect(scoreAnswer(new CountingRunner(), prompt, answer, NO_CHANGES)).rejects.toThrow(RangeError);
  });
});

test("equal logits rank by id", () => {
  const logits = new Float32Array([1, 2, 2, 0]);
  expect([0, 1, 2, 3].map((id) => rankOf(id, logits))).toEqual([2, 0, 1, 3]);
});
