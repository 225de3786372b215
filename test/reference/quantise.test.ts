import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { abacusFiles, randomCheckpoint } from "../checkpoints.ts";
import { forward } from "./forward.ts";
import { targetOf } from "./method.ts";
import { readModel, tensorOf, unembedding } from "./model.ts";
import { quantised } from "./quantise.ts";

test("rounds a block by hand", () => {
  const model = readModel(randomCheckpoint(), (name, tensor) => {
    if (name !== "lm_head.weight") return tensor;
    const data = tensor.data.slice();
    // 40 inputs: a block of 32 whose largest is −8, so that a step of 4 bits is 1, and one of 8 that is empty
    data.fill(0, 0, 40);
    data.set([-8, 0.4, 0.6, -2.5001, 7.3, 7.9]);
    return { shape: tensor.shape, data };
  });
  const row = tensorOf(quantised(model, 4), "lm_head.weight").data.slice(0, 40);
  expect(row.slice(0, 6)).toBeAllClose([-8, 0, 1, -3, 7, 7], { atol: 0 });
  expect(row.slice(6)).toBeAllClose(new Float64Array(34), { atol: 0 });
});

test("leaves the embedding of a tied model as it is", () => {
  const tied = readModel(randomCheckpoint({ tied: true }));
  const rounded = quantised(tied, 8);
  expect(tensorOf(rounded, "model.embed_tokens.weight")).toBe(tensorOf(tied, "model.embed_tokens.weight"));
  expect(unembedding(rounded)).not.toBe(unembedding(tied));
});

test("a weight moves by no more than its block's step", () => {
  const model = readModel(randomCheckpoint({ seed: 3 }));
  const largest = Math.max(...tensorOf(model, "lm_head.weight").data.map(Math.abs));
  for (const bits of [4, 8] as const) {
    const { data } = tensorOf(quantised(model, bits), "lm_head.weight");
    // to the scale's rounding in float32
    expect(data).toBeAllClose(tensorOf(model, "lm_head.weight").data, { atol: (largest / 2 ** (bits - 1)) * 1.000001 });
  }
});

test("in 8 bits the bundled model predicts what it predicts in float32", () => {
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, "..", "golden", "abacus.json"), "utf8")) as {
    readonly cases: readonly { readonly prompt: string; readonly ids: number[]; readonly target: number }[];
  };
  const abacus = quantised(readModel(abacusFiles()), 8);
  const predictions = golden.cases.map(({ prompt, ids }) => [prompt, targetOf(forward(abacus, ids))]);
  expect(predictions).toEqual(golden.cases.map(({ prompt, target }) => [prompt, target]));
});
