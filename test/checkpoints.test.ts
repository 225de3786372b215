import { openTokenizer } from "#workers/engine/tokenizer/tokenizer.ts";
import { expect, test } from "vitest";
import { abacusFiles, bfloat16Bits, FAMILY_VARIANTS, float16Bits, randomCheckpoint, shapeOf } from "./checkpoints.ts";
import { fileSet } from "./engine.ts";

test.each([
  [0, 0x0000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [2 ** -24, 0x0001],
  [2 ** -14, 0x0400],
  // a step at 1 is 2⁻¹⁰, and the largest value below 2 carries into the exponent
  [1 + 2 ** -10, 0x3c01],
  [2 - 2 ** -13, 0x4000],
])("writes %d as the half that IEEE 754 names", (value, bits) => {
  expect(float16Bits(value)).toBe(bits);
});

test("refuses what a half cannot hold", () => {
  expect(() => float16Bits(1e6)).toThrow("float16: 1000000 is beyond 65504");
});

test.each([
  [1, 0x3f80],
  [-3.140625, 0xc049],
  // halfway between two: to the even one
  [1 + 2 ** -8, 0x3f80],
  [1 + 3 * 2 ** -8, 0x3f82],
])("rounds %d to a bfloat16", (value, bits) => {
  expect(bfloat16Bits(value)).toBe(bits);
});

test("comes with a tokenizer that the tokenizer library reads", async () => {
  const { tokenize } = await openTokenizer(fileSet(randomCheckpoint()));
  expect((await tokenize("w12 w5 w96")).ids).toEqual([1, 12, 5, 96]);
  expect((await tokenize("w12 é")).ids).toEqual([1, 12, 0]);
});

test("reads every file of the bundled model", () => {
  expect([...abacusFiles().keys()]).toEqual(
    expect.arrayContaining(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]),
  );
});

const configOf = (changes: Parameters<typeof randomCheckpoint>[0]) =>
  JSON.parse(new TextDecoder().decode(randomCheckpoint(changes).get("config.json"))) as Record<string, unknown>;

test.each(FAMILY_VARIANTS)(
  "$name: the heads are as wide as the residual unless head_dim says otherwise",
  ({ changes }) => {
    const { family, heads, headDim, modelDim } = shapeOf(changes);
    const config = configOf(changes);
    expect(config["model_type"]).toBe(family);
    expect(config["head_dim"] ?? modelDim / heads).toBe(headDim);
  },
);

test.each([
  ["gpt2", ["n_embd", "n_head", "n_inner", "n_layer", "n_positions", "layer_norm_epsilon", "activation_function"]],
  ["gptj", ["n_embd", "n_head", "n_inner", "n_layer", "n_positions", "layer_norm_epsilon", "rotary_dim"]],
  ["gpt_neox", ["hidden_size", "layer_norm_eps", "rotary_pct", "rotary_emb_base", "use_parallel_residual"]],
  ["mistral", ["hidden_size", "sliding_window", "rms_norm_eps", "rope_theta"]],
  ["qwen2", ["hidden_size", "use_sliding_window", "rms_norm_eps", "rope_theta"]],
  ["qwen3", ["hidden_size", "head_dim", "attention_bias", "rms_norm_eps", "rope_theta"]],
] as const)("a %s config has the fields of its family", (family, fields) => {
  expect(Object.keys(configOf({ family }))).toEqual(expect.arrayContaining([...fields]));
});

test("a gpt2 config says nothing of tied embeddings, which means that they are", () => {
  expect(configOf({ family: "gpt2" })).not.toHaveProperty("tie_word_embeddings");
  expect(configOf({ family: "gpt2", tied: false })).toMatchObject({ tie_word_embeddings: false });
});
