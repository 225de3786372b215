import { LLAMA3_SCALING, randomCheckpoint } from "#test/checkpoints.ts";
import type { FamilyName } from "#test/checkpoints.ts";
import { expect, test } from "vitest";
import { readSpec } from "./families.ts";
import type { ModelSpec } from "./spec.ts";

/** What the configs of real models say and leave out, and what Hugging Face transformers takes it for. */

const familyConfig = (family: FamilyName, fields: Record<string, unknown> = {}) =>
  JSON.parse(JSON.stringify({ ...configOf(family), ...fields })) as Record<string, unknown>;

const configOf = (family: FamilyName) =>
  JSON.parse(new TextDecoder().decode(randomCheckpoint({ family }).get("config.json"))) as Record<string, unknown>;

test.each(["MixtralForCausalLM", "Qwen2MoeForCausalLM", "Qwen3MoeForCausalLM", "GptOssForCausalLM"])(
  "names a mixture of experts, %s, for what it is",
  (name) => {
    const json = familyConfig("llama", {
      architectures: [name],
      [name.startsWith("Q") ? "num_experts" : "num_local_experts"]: 8,
    });
    expect(() => readSpec(json)).toThrow(
      expect.objectContaining({
        code: "unknown-architecture",
        message: expect.stringMatching(
          `^config.json names ${name}, a mixture of experts; this explorer reads LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM, GPT2LMHeadModel, GPTNeoXForCausalLM, GPTJForCausalLM, `,
        ),
      }),
    );
  },
);

test.each(["PhiForCausalLM", "GemmaForCausalLM", "FalconForCausalLM", "GPT2Model"])(
  "names an architecture that is not read, %s, and those that are",
  (name) => {
    expect(() => readSpec(familyConfig("llama", { architectures: [name] }))).toThrow(
      expect.objectContaining({
        code: "unknown-architecture",
        message: expect.stringContaining(`config.json names ${name}; this explorer reads LlamaForCausalLM, `),
      }),
    );
  },
);

test.each([
  ["MixtralForCausalLM", "mixtral", "a mixture of experts"],
  ["GptOssForCausalLM", "gpt_oss", "a mixture of experts"],
  ["Qwen3MoeForCausalLM", "qwen3_moe", "a mixture of experts"],
  ["Llama4ForConditionalGeneration", "llama4", "a mixture of experts"],
  ["Qwen3_5ForConditionalGeneration", "qwen3_5", "some of whose layers are gated delta nets and no attention"],
  [
    "Gemma3nForConditionalGeneration",
    "gemma3n",
    "with embeddings of every layer's own and layers that share keys and values",
  ],
  [
    "Gemma4ForConditionalGeneration",
    "gemma4",
    "with embeddings of every layer's own and layers that share keys and values",
  ],
  ["Lfm2ForCausalLM", "lfm2", "some of whose layers are short convolutions and no attention"],
  ["GraniteMoeHybridForCausalLM", "granitemoehybrid", "some of whose layers are state spaces (Mamba) and no attention"],
  [
    "Gemma3ForConditionalGeneration",
    "gemma3",
    "a model of texts and images (of Gemma 3 those of texts alone are read, as 270M and 1B)",
  ],
])("%s is refused with the reason", (name, type, reason) => {
  for (const fields of [{ architectures: [name], model_type: type }, { architectures: [name] }]) {
    expect(() => readSpec({ ...fields, hidden_size: 64 })).toThrow(
      expect.objectContaining({
        code: "unknown-architecture",
        message: expect.stringContaining(
          `config.json names ${name}, ${reason}; this explorer reads LlamaForCausalLM, `,
        ),
      }),
    );
  }
});

test.each<[string, Record<string, unknown>, Partial<ModelSpec>]>([
  [
    "DeepSeek-R1-Distill-Qwen-1.5B",
    {
      architectures: ["Qwen2ForCausalLM"],
      model_type: "qwen2",
      hidden_size: 1536,
      intermediate_size: 8960,
      max_position_embeddings: 131_072,
      max_window_layers: 21,
      num_attention_heads: 12,
      num_hidden_layers: 28,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-6,
      rope_theta: 10_000,
      sliding_window: 4096,
      use_sliding_window: false,
      tie_word_embeddings: false,
      vocab_size: 151_936,
    },
    { family: "qwen2", headDim: 128, biased: ["qkv"], tied: false, context: 131_072 },
  ],
  [
    "DeepSeek-R1-Distill-Llama-8B",
    {
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      hidden_size: 4096,
      intermediate_size: 14_336,
      max_position_embeddings: 131_072,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 8,
      rms_norm_eps: 1e-5,
      rope_scaling: {
        factor: 8,
        high_freq_factor: 4,
        low_freq_factor: 1,
        original_max_position_embeddings: 8192,
        rope_type: "llama3",
      },
      rope_theta: 500_000,
      attention_bias: false,
      mlp_bias: false,
      vocab_size: 128_256,
    },
    { family: "llama", headDim: 128, kvHeads: 8, tied: false },
  ],
  [
    "Mistral-Nemo, whose heads together are narrower than the residual",
    {
      architectures: ["MistralForCausalLM"],
      model_type: "mistral",
      head_dim: 128,
      hidden_size: 5120,
      intermediate_size: 14_336,
      max_position_embeddings: 131_072,
      num_attention_heads: 32,
      num_hidden_layers: 40,
      num_key_value_heads: 8,
      rms_norm_eps: 1e-5,
      rope_theta: 1_000_000,
      sliding_window: null,
      tie_word_embeddings: false,
      vocab_size: 131_072,
    },
    { family: "mistral", headDim: 128, heads: 32, modelDim: 5120 },
  ],
  [
    "Mistral-Small 24B",
    {
      architectures: ["MistralForCausalLM"],
      model_type: "mistral",
      head_dim: 128,
      hidden_size: 5120,
      intermediate_size: 32_768,
      max_position_embeddings: 32_768,
      num_attention_heads: 32,
      num_hidden_layers: 40,
      num_key_value_heads: 8,
      rms_norm_eps: 1e-5,
      rope_theta: 100_000_000,
      sliding_window: null,
      vocab_size: 131_072,
    },
    { family: "mistral", headDim: 128, modelDim: 5120, neurons: 32_768 },
  ],
])("reads the config of %s", (_name, json, expected) => {
  const { spec } = readSpec(json);
  expect(spec).toMatchObject(expected);
  expect(spec.perLayer).toBe(undefined);
});

test.each([
  ["gptq", { quant_method: "gptq", bits: 4 }, "GPTQ"],
  ["awq", { quant_method: "awq" }, "AWQ"],
  ["bitsandbytes", { quant_method: "bitsandbytes", load_in_4bit: true }, "bitsandbytes"],
  ["FP8", { quant_method: "fp8" }, "FP8"],
  ["MXFP4", { quant_method: "mxfp4" }, "MXFP4"],
  ["bitsandbytes without its name", { load_in_4bit: true, bnb_4bit_quant_type: "nf4" }, "bitsandbytes"],
  ["nothing it names", {}, "a way that is not named"],
  ["no object", "yes", "a way that is not named"],
])("refuses weights quantised with %s", (_name, quantisation, named) => {
  expect(() => readSpec(familyConfig("llama", { quantization_config: quantisation }))).toThrow(
    expect.objectContaining({
      code: "other-format",
      message: `config.json: the weights are quantised by ${named}; weights in F32, F16 or BF16 are needed: open the checkpoint that they were made from, or a GGUF file of the model`,
    }),
  );
});

test("weights that MLX quantised say so in fields of its own", () => {
  const quantization = { group_size: 64, bits: 4 };
  for (const fields of [{ quantization }, { quantization, quantization_config: quantization }]) {
    expect(() => readSpec(familyConfig("llama", fields))).toThrow("config.json: the weights are quantised by MLX;");
  }
});

test.each<FamilyName>(["llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "gptj"])(
  "%s is known by its model_type where no architecture stands beside it",
  (name) => {
    const whole = familyConfig(name, {});
    for (const architectures of [undefined, null, []]) {
      expect(readSpec({ ...whole, architectures, model_type: name })).toEqual(readSpec(whole));
    }
    expect(() => readSpec({ ...whole, architectures: null, model_type: "mamba" })).toThrow(
      "config.json names no architecture, and the model type mamba; this explorer reads",
    );
  },
);

test.each<[string, FamilyName, Record<string, unknown>, number | undefined]>([
  ["a Mistral without the field has the first one's window", "mistral", { sliding_window: undefined }, 4096],
  ["a Mistral with null has none", "mistral", { sliding_window: null }, undefined],
  ["a Mistral with a number has that", "mistral", { sliding_window: 512 }, 512],
  ["a Qwen that does not use its window has none", "qwen2", { sliding_window: 2 }, undefined],
  [
    "a Qwen that uses it in layers that it does not have has none",
    "qwen2",
    { use_sliding_window: true, sliding_window: 2, max_window_layers: 3 },
    undefined,
  ],
  [
    "a Qwen that uses it from some layer on has it",
    "qwen2",
    { use_sliding_window: true, sliding_window: 2, max_window_layers: 2 },
    2,
  ],
  [
    "a Qwen that uses it in every layer has it",
    "qwen3",
    { use_sliding_window: true, sliding_window: 2, max_window_layers: 0 },
    2,
  ],
  [
    "a Qwen of fewer than 28 layers that does not say which has none",
    "qwen3",
    { use_sliding_window: true, sliding_window: 2, max_window_layers: undefined },
    undefined,
  ],
  [
    "a Qwen that lists kinds of layers has it where one slides",
    "qwen3",
    {
      use_sliding_window: true,
      sliding_window: 2,
      layer_types: ["full_attention", "sliding_attention", "full_attention"],
    },
    2,
  ],
  [
    "a Qwen with null has none",
    "qwen2",
    { use_sliding_window: true, sliding_window: null, max_window_layers: 0 },
    undefined,
  ],
])("%s", (_name, family, fields, window) => {
  const { perLayer = [] } = readSpec(familyConfig(family, fields)).spec;
  expect(perLayer.find((layer) => layer.window !== undefined)?.window).toBe(window);
});

test.each<[string, FamilyName, Record<string, unknown>, Partial<ModelSpec>]>([
  ["llama is untied", "llama", { tie_word_embeddings: undefined }, { tied: false }],
  ["mistral is untied", "mistral", { tie_word_embeddings: undefined }, { tied: false }],
  ["qwen2 is untied", "qwen2", { tie_word_embeddings: undefined }, { tied: false, biased: ["qkv"] }],
  ["qwen3 is untied", "qwen3", { tie_word_embeddings: undefined }, { tied: false }],
  ["gpt2 is tied", "gpt2", { tie_word_embeddings: undefined }, { tied: true }],
  ["gpt_neox is untied", "gpt_neox", { tie_word_embeddings: undefined }, { tied: false }],
  ["gptj is untied", "gptj", { tie_word_embeddings: undefined }, { tied: false }],
  ["llama has a key head to a head", "llama", { num_key_value_heads: undefined }, { kvHeads: 4 }],
  ["mistral has 8 key heads", "mistral", { num_attention_heads: 16, num_key_value_heads: undefined }, { kvHeads: 8 }],
  ["null is a key head to a head", "mistral", { num_attention_heads: 16, num_key_value_heads: null }, { kvHeads: 16 }],
  ["qwen3 has heads of 128 dimensions", "qwen3", { head_dim: undefined }, { headDim: 128 }],
  ["qwen2 has biases on queries, keys and values", "qwen2", { attention_bias: false }, { biased: ["qkv"] }],
  ["qwen3 has biases where it says so", "qwen3", { attention_bias: true }, { biased: ["qkv", "attn_out"] }],
  ["llama has biases where it says so", "llama", { mlp_bias: true }, { biased: ["ffn"] }],
  ["mistral has none, whatever it says", "mistral", { attention_bias: true }, {}],
])("where a field is missing, as in transformers: %s", (_name, family, fields, expected) => {
  const { spec } = readSpec(familyConfig(family, fields));
  expect(spec).toMatchObject(expected);
  expect(spec.biased).toEqual(expected.biased);
});

test.each<[string, FamilyName, Record<string, unknown>, string]>([
  ["dynamic rotation", "llama", { rope_scaling: { type: "dynamic", factor: 2 } }, 'rope_type is "dynamic"'],
  ["longrope", "qwen2", { rope_scaling: { rope_type: "longrope" } }, 'rope_type is "longrope"'],
  ["a rotation that is a text", "llama", { rope_scaling: "linear" }, 'the rotary parameters are "linear"; an object'],
  [
    "a rotation for each kind of layer",
    "qwen3",
    { rope_parameters: { full_attention: { rope_theta: 5e5 } } },
    'the rotary parameters have an entry "full_attention" of their own',
  ],
  ...(["olmo3", "gemma3_text"] as const).map(
    (family) =>
      [
        `a ${family} whose rotation does not say which layers it is of`,
        family,
        { rope_parameters: { rope_type: "linear", factor: 8, rope_theta: 5e5 } },
        'rope_parameters is {"rope_type": "linear", "factor": 8, "rope_theta": 500000}, for all layers alike; an entry for sliding_attention or full_attention is needed',
      ] as [string, FamilyName, Record<string, unknown>, string],
  ),
  ["a rotation squeezed by less than 1", "llama", { rope_scaling: { type: "linear", factor: 0.5 } }, "factor is 0.5"],
  ["a base below 1", "llama", { rope_theta: 1e-300 }, "rope_theta is 1e-300; a base of at least 1"],
  [
    "bounds of Llama 3's rotation that meet",
    "llama",
    { rope_scaling: { ...LLAMA3_SCALING, high_freq_factor: 1 } },
    "high_freq_factor 1 is not above low_freq_factor 1",
  ],
  ["a part of each head turned", "llama", { partial_rotary_factor: 0.5 }, "partial_rotary_factor is 0.5; 1 is needed"],
  [
    "gpt_neox with a scaled rotation",
    "gpt_neox",
    { rope_scaling: { type: "dynamic", factor: 2 } },
    'rope_type is "dynamic"',
  ],
  ["gpt_neox without biases", "gpt_neox", { attention_bias: false }, "attention_bias is false"],
  [
    "gpt_neox of another activation",
    "gpt_neox",
    { hidden_act: "gelu_new" },
    'hidden_act is "gelu_new"; gelu is needed',
  ],
  ["gpt2 of another activation", "gpt2", { activation_function: "relu" }, 'activation_function is "relu"'],
  ["qwen of another activation", "qwen2", { hidden_act: ["silu"] }, 'hidden_act is ["silu"]; silu is needed'],
  [
    "experts in a known architecture",
    "llama",
    { num_local_experts: 8 },
    "num_local_experts is 8, a mixture of experts",
  ],
  ["more layers than any model has", "llama", { num_hidden_layers: 4097 }, "it describes 4097 layers; at most 4096"],
  [
    "more parameters than fit anywhere",
    "llama",
    { vocab_size: 16_777_216, hidden_size: 16_384 },
    "it describes a model of some 5.50e+11 parameters; at most 2e+11 can be read",
  ],
  [
    "a name that no text can be made of",
    "llama",
    { architectures: [{ toString: 1 }] },
    "no architecture, and the model type llama;",
  ],
])("refuses %s", (_name, family, fields, message) => {
  expect(() => readSpec(familyConfig(family, fields))).toThrow(
    expect.objectContaining({ name: "Fault", message: expect.stringContaining(message) }),
  );
});

test("a tied config does not read a head that the file has anyway, an untied one needs it", () => {
  const names = (tied: boolean) => {
    const { family, spec } = readSpec(familyConfig("llama", { tie_word_embeddings: tied }));
    return family.weights(spec, () => true).unembed.flatMap(({ tensors }) => tensors);
  };
  expect(names(true)).toEqual(["model.norm.weight", "model.embed_tokens.weight"]);
  expect(names(false)).toEqual(["model.norm.weight", "lm_head.weight"]);
});

test("a bias that the config does not ask for is not read, as in transformers", () => {
  const { family, spec } = readSpec(familyConfig("llama", { attention_bias: false }));
  const names = family
    .weights(spec, () => true)
    .block(0)
    .flatMap(({ tensors }) => tensors);
  expect(names.filter((name) => name.endsWith(".bias"))).toEqual([]);
});
