import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { abacusFiles, FAMILY_VARIANTS, randomCheckpoint } from "../checkpoints.ts";
import type { FamilyName } from "../checkpoints.ts";
import { tensorOf, unembedding } from "./families/family.ts";
import { forward } from "./forward.ts";
import { targetOf } from "./method.ts";
import { readModel } from "./model.ts";
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

const GATED = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

/** The linear layers of one layer, as each family calls them, and the unembedding. */
const LINEAR: Record<FamilyName, readonly string[]> = {
  llama: [...GATED, "lm_head"],
  mistral: [...GATED, "lm_head"],
  qwen2: [...GATED, "lm_head"],
  qwen3: [...GATED, "lm_head"],
  // twice c_proj: attention's and the FFN's
  gpt2: ["c_attn", "c_proj", "c_fc", "c_proj", "lm_head"],
  gpt_neox: ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h", "embed_out"],
  gptj: ["q_proj", "k_proj", "v_proj", "out_proj", "fc_in", "fc_out", "lm_head"],
  olmo2: [...GATED, "lm_head"],
  olmo3: [...GATED, "lm_head"],
  granite: [...GATED, "lm_head"],
  smollm3: [...GATED, "lm_head"],
  opt: ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2", "lm_head"],
  phi3: ["qkv_proj", "o_proj", "gate_up_proj", "down_proj", "lm_head"],
  gemma2: [...GATED, "lm_head"],
  gemma3_text: [...GATED, "lm_head"],
};

test.each(FAMILY_VARIANTS)("rounds the linear layers and nothing else: $name", ({ changes }) => {
  const linear = LINEAR[changes.family ?? "llama"];
  const model = readModel(randomCheckpoint(changes));
  const { tensors } = quantised(model, 4);
  const touched = [...tensors].filter(([name, tensor]) => tensor !== model.tensors.get(name)).map(([name]) => name);
  const isLinear = (name: string) => linear.some((part) => new RegExp(`(?:^|\\.)${part}\\.weight$`).test(name));
  expect(touched.filter((name) => !isLinear(name))).toEqual([]);
  expect(touched).toHaveLength(model.layers * (linear.length - 1) + 1);
  for (const name of touched) {
    const before = model.tensors.get(name) ?? unembedding(model);
    expect(tensors.get(name)!.shape).toEqual(before.shape);
    expect(tensors.get(name)!.data).not.toBeAllClose(before.data, { atol: 1e-4 });
  }
});

// c_fc is [42 inputs, 168 outputs]: neuron 5's inputs are 168 values apart
test("blocks of gpt2 run along the inputs of an output, by hand", () => {
  const name = "transformer.h.0.mlp.c_fc.weight";
  const inputs = [-8, 0.4, 0.6, -2.5001, 7.3, 7.9];
  const model = readModel(randomCheckpoint({ family: "gpt2" }), (each, tensor) => {
    if (each !== name) return tensor;
    const data = tensor.data.slice();
    for (let input = 0; input < 42; input++) data[input * 168 + 5] = inputs[input] ?? 0;
    // the second block has a scale of its own: a step of 2
    data[32 * 168 + 5] = -16;
    data[33 * 168 + 5] = 2.9;
    return { shape: tensor.shape, data };
  });
  const { data } = tensorOf(quantised(model, 4), name);
  const column = Float64Array.from({ length: 42 }, (_, input) => data[input * 168 + 5]!);
  expect(column.slice(0, 6)).toBeAllClose([-8, 0, 1, -3, 7, 7], { atol: 0 });
  expect(column.slice(6, 32)).toBeAllClose(new Float64Array(26), { atol: 0 });
  expect(column.slice(32)).toBeAllClose([-16, 2, 0, 0, 0, 0, 0, 0, 0, 0], { atol: 0 });
});
