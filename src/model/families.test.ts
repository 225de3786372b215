import { Fault } from "#core/fault.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { readModel } from "#test/reference/model.ts";
import { expect, test } from "vitest";
import { readSpec } from "./families.ts";

const configOf = (files: CheckpointFiles) =>
  JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>;

const config = configOf(randomCheckpoint());

/** The small model's config with some fields changed; `undefined` leaves one out. */
const changed = (fields: Record<string, unknown>) =>
  JSON.parse(JSON.stringify({ ...config, ...fields })) as Record<string, unknown>;

test("reads the bundled model's shape", () => {
  expect(readSpec(configOf(abacusFiles())).spec).toEqual({
    family: "llama",
    layers: 6,
    heads: 8,
    kvHeads: 8,
    headDim: 24,
    modelDim: 192,
    neurons: 512,
    vocabulary: 1378,
    context: 64,
    normEps: 1e-6,
    rope: { theta: 10_000, dims: 24 },
    tied: false,
  });
});

test("fills in what a config may leave out", () => {
  const { spec } = readSpec(
    changed({ num_key_value_heads: undefined, head_dim: undefined, rope_theta: undefined, tie_word_embeddings: null }),
  );
  expect([spec.kvHeads, spec.headDim, spec.rope.theta, spec.tied]).toEqual([4, 10, 10_000, false]);
});

test.each([
  ["no object", [], "bad-config", "config.json is not a JSON object"],
  ["null", null, "bad-config", "config.json is not a JSON object"],
  [
    "another architecture",
    changed({ architectures: ["MambaForCausalLM"] }),
    "unknown-architecture",
    "config.json names MambaForCausalLM; this explorer reads LlamaForCausalLM",
  ],
  [
    "no architecture",
    changed({ architectures: undefined }),
    "unknown-architecture",
    "config.json names no architecture at all; this explorer reads LlamaForCausalLM",
  ],
  [
    "quantised weights",
    changed({ quantization_config: { quant_method: "gptq" } }),
    "unknown-architecture",
    "(gptq); weights in F32, F16 or BF16 are needed",
  ],
  [
    "a missing field",
    changed({ hidden_size: undefined }),
    "bad-config",
    "config.json: hidden_size is missing; a number above 0 is needed",
  ],
  [
    "a count as text",
    changed({ num_hidden_layers: "3" }),
    "bad-config",
    'config.json: num_hidden_layers is "3"; a number above 0 is needed',
  ],
  [
    "a count that is no whole number",
    changed({ intermediate_size: 56.5 }),
    "bad-config",
    "config.json: intermediate_size is 56.5; a whole number up to",
  ],
  ["an impossible count", changed({ vocab_size: 1e12 }), "bad-config", "config.json: vocab_size is 1000000000000;"],
  ["a negative theta", changed({ rope_theta: -1 }), "bad-config", "config.json: rope_theta is -1;"],
  ["a flag that is none", changed({ tie_word_embeddings: "yes" }), "bad-config", 'tie_word_embeddings is "yes"'],
  [
    "key heads that do not divide the heads",
    changed({ num_key_value_heads: 3 }),
    "bad-config",
    "num_key_value_heads 3 does not divide num_attention_heads 4",
  ],
  ["an odd head", changed({ head_dim: 7 }), "bad-config", "head_dim 7 is odd"],
  ["biases", changed({ mlp_bias: true }), "bad-config", "attention_bias and mlp_bias are not supported"],
  ["another activation", changed({ hidden_act: "gelu" }), "bad-config", 'hidden_act is "gelu"; silu is needed'],
  ["scaled rotary embeddings", changed({ rope_scaling: { type: "linear" } }), "bad-config", "rope_scaling is"],
])("refuses %s", (_name, json, code, message) => {
  expect(() => readSpec(json)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  expect(() => readSpec(json)).toThrow(Fault);
});

test.each([
  ["untied", {}],
  ["tied", { tied: true }],
])("plans every weight of the %s checkpoint once, in its shape", (_name, options) => {
  const files = randomCheckpoint(options);
  const { tensors } = readModel(files);
  const { family, spec } = readSpec(configOf(files));
  const plans = family.weights(spec, (name) => tensors.has(name));
  const blocks = Array.from({ length: spec.layers }, (_, layer) => plans.block(layer)).flat();
  const all = [...plans.embed, ...blocks, ...plans.unembed];
  for (const plan of all) {
    const values = plan.tensors.reduce((sum, name) => sum + tensors.get(name)!.data.length, 0);
    expect([plan.name, plan.shape.reduce((a, b) => a * b)]).toEqual([plan.name, values]);
  }
  expect(new Set(all.flatMap((plan) => plan.tensors))).toEqual(new Set(tensors.keys()));
});
