import { expect, test } from "vitest";
import { COUNTING_SPEC, CountingRunner } from "#test/counting-runner.ts";
import { duplicateToken, firstToken, headScores, induction, previousToken, successorIn } from "./head-scores.ts";
import type { Detector } from "./head-scores.ts";
import type { BlockRun, Residual } from "./runner.ts";

/** A model whose every layer has one head that attends as the test says, and one that attends to all tokens so far alike. */
class AttendingRunner extends CountingRunner {
  readonly #attends: (query: number, key: number) => number;

  constructor(attends: (query: number, key: number) => number) {
    super({ ...COUNTING_SPEC, layers: 1 });
    this.#attends = attends;
  }

  override async block(layer: number, input: Residual, run: BlockRun = {}) {
    const { residual } = await super.block(layer, input, run);
    const { batch, positions } = input;
    const alike = (query: number, key: number) => (key <= query ? 1 / (query + 1) : 0);
    const pattern = Float32Array.from({ length: batch * 2 * positions ** 2 }, (_, cell) => {
      const [key, query] = [cell % positions, Math.floor(cell / positions) % positions];
      return (Math.floor(cell / positions ** 2) % 2 === 0 ? this.#attends : alike)(query, key);
    });
    return { residual, taps: { pattern } };
  }
}

const scored = async (prompts: number[][], detector: Detector, attends: (query: number, key: number) => number) => {
  const runner = new AttendingRunner(attends);
  const [found] = await headScores(runner, { prompts, detectors: [detector] });
  expect(runner.unreleased).toBe(0);
  return found!;
};

test("a head that always looks at the token before scores 1, one that looks at all alike what that is on average", async () => {
  const found = await scored([[5, 7, 9]], previousToken, (query, key) => (key === Math.max(0, query - 1) ? 1 : 0));
  // queries 1 and 2 give ½ and ⅓
  expect(found.score[0]![0]).toBe(1);
  expect(found.score[0]![1]).toBeCloseTo((1 / 2 + 1 / 3) / 2, 6);
  expect([found.queries, found.positions]).toEqual([2, 3]);
});

test("only queries that could are counted, in every prompt", async () => {
  const half = (query: number, key: number) => (query === 2 && key === 0 ? 0.5 : 0);
  const found = await scored(
    [
      [5, 7, 5, 9],
      [1, 2, 3, 4],
    ],
    duplicateToken,
    half,
  );
  expect(found.score[0]).toEqual([0.5, expect.closeTo(1 / 3, 6)]);
  expect([found.queries, found.positions]).toEqual([1, 8]);
});

/** [query, key] pairs as TransformerLens's head detector marks them. */
const cells = (ids: number[], detector: Detector) =>
  ids.flatMap((_, query) => ids.flatMap((_id, key) => (detector(ids, query, key) ? [[query, key]] : [])));

test("the detection patterns are those of the head detector", () => {
  const ids = [1, 20, 9, 20, 9, 20];
  expect(cells(ids, previousToken)).toEqual([1, 2, 3, 4, 5].map((query) => [query, query - 1]));
  expect(cells(ids, duplicateToken)).toEqual([
    [3, 1],
    [4, 2],
    [5, 1],
    [5, 3],
  ]);
  expect(cells(ids, induction)).toEqual([
    [3, 2],
    [4, 3],
    [5, 2],
    [5, 4],
  ]);
  expect(cells(ids, firstToken)).toEqual([1, 2, 3, 4, 5].map((query) => [query, 0]));
});

test("a token's successor is looked for among those before it", () => {
  const next = new Map([
    [3, 4],
    [4, 5],
  ]);
  expect(cells([1, 5, 3, 4], successorIn(next))).toEqual([[3, 1]]);
  expect(cells([1, 4, 5, 3], successorIn(next))).toEqual([[3, 1]]);
});
