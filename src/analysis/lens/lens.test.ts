import { expect, test } from "vitest";
import { COUNTING_SPEC, CountingRunner } from "#test/counting-runner.ts";
import { MAX_TOP_TOKENS, promotedTokens } from "./lens.ts";
import type { Residual, UnembedRun } from "../runner.ts";

/** Ranks the tokens from the residual's first value on; of a vocabulary whose logits fill 64 MiB three vectors at a time. */
class RankingRunner extends CountingRunner {
  readonly projected: number[] = [];

  constructor() {
    super({ ...COUNTING_SPEC, vocabulary: (64 * 2 ** 20) / (4 * 3) - 1 });
  }

  override async unembed(input: Residual, run: UnembedRun) {
    const found = await super.unembed(input, run);
    const values = await this.download(input);
    this.projected.push(run.positions.length);
    const ranked = run.rankedRows ?? [];
    return {
      ...found,
      topIds: ranked.flatMap((row) => Array.from({ length: MAX_TOP_TOKENS }, (_, rank) => values[2 * row]! + rank)),
    };
  }
}

test("tokens of many vectors are ranked as many at once as their logits have room for, each vector's own", async () => {
  const runner = new RankingRunner();
  const vectors = [0, 100, 200, 300, 400, 500, 600].map((first) => Float32Array.of(first, 0));
  expect(await promotedTokens(runner, vectors, 2)).toEqual([
    [0, 1],
    [100, 101],
    [200, 201],
    [300, 301],
    [400, 401],
    [500, 501],
    [600, 601],
  ]);
  expect(runner.projected).toEqual([3, 3, 1]);
  expect(runner.unreleased).toBe(0);
});

test("more tokens than the model ranks by itself are refused", async () => {
  await expect(promotedTokens(new RankingRunner(), [], MAX_TOP_TOKENS + 1)).rejects.toThrow(
    "lens: 17 tokens asked for, at most 16 are ranked",
  );
});
