import { Fault } from "#core/fault.ts";
import { abacusFiles, randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { readModel } from "#test/reference/model.ts";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSpec } from "./families.ts";
import { rotaryFrequencies } from "./rope.ts";

const configOf = (files: CheckpointFiles) =>
  JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>;

const config = configOf(randomCheckpoint());

/** The small model's config with some fields changed; `undefined` leaves one out. */
const changed = (fields: Record<string, unknown>) =>
  JSON.parse(JSON.stringify({ ...config, ...fields })) as Record<string, unknown>;

const YARN = { rope_type: "yarn", rope_theta: 5e5, factor: 8, original_max_position_embeddings: 64 };

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
    norm: "rms",
    normEps: 1e-6,
    positions: { kind: "rotary", inverseFrequencies: rotaryFrequencies(10_000, 24) },
    block: "sequential",
    activation: "silu-gated",
    tied: false,
  });
});

test("fills in what a config may leave out", () => {
  const { spec } = readSpec(
    changed({ num_key_value_heads: undefined, head_dim: undefined, rope_theta: undefined, tie_word_embeddings: null }),
  );
  expect([spec.kvHeads, spec.headDim, spec.tied]).toEqual([4, 10, false]);
  expect(spec.positions).toEqual({ kind: "rotary", inverseFrequencies: rotaryFrequencies(10_000, 10) });
});

test.each([
  ["beside the rest", { rope_theta: 2e4 }, 2e4],
  ["in rope_parameters, as newer configs do", { rope_parameters: { rope_type: "default", rope_theta: 5e5 } }, 5e5],
  ["in both, where rope_parameters counts", { rope_theta: 2e4, rope_parameters: { rope_theta: 5e5 } }, 5e5],
  ["beside a rope_scaling that scales nothing", { rope_theta: 2e4, rope_scaling: { rope_type: "default" } }, 2e4],
])("reads a theta that stands %s", (_name, fields, theta) => {
  expect(readSpec(changed(fields)).spec.positions).toEqual({
    kind: "rotary",
    inverseFrequencies: rotaryFrequencies(theta, 8),
  });
});

test("reads a model by any of the architectures it names", () => {
  expect(readSpec(changed({ architectures: ["Wrapper", "LlamaForCausalLM"] })).family.name).toBe("llama");
});

interface Classes {
  readonly madeBy: string;
  readonly cases: readonly {
    readonly model_type?: string;
    readonly architectures?: readonly string[];
    /** null where it has no answer. */
    readonly class: string | null;
  }[];
}

describe("what a model is, by its type and what it was saved as", () => {
  const { madeBy, cases } = JSON.parse(
    readFileSync(new URL("../../test/golden/model-classes.json", import.meta.url), "utf8"),
  ) as Classes;
  const families = ["llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "gptj"] as const;
  const whole = families.map((family) => configOf(randomCheckpoint({ family })));
  const isRead = (name: string | null) => whole.some(({ architectures }) => (architectures as unknown[])[0] === name);
  /** The first config, of each family's, that is read; else why the last one is not. */
  const read = (named: object) => {
    let last: unknown;
    for (const fields of whole) {
      try {
        return readSpec({ ...fields, model_type: undefined, architectures: undefined, ...named }).family
          .architectures[0]!;
      } catch (reason) {
        last = reason;
      }
    }
    return last;
  };
  const refusal = expect.objectContaining({ code: "unknown-architecture" }) as unknown;

  test("of this version", () => {
    expect(madeBy).toBe("scripts/golden/model_classes.py with transformers 5.18.0");
  });

  const expected = ({ model_type: type, architectures = [], class: wanted }: Classes["cases"][number]) => {
    const saved = architectures.filter(isRead);
    // transformers asks for the type; what it was saved as is enough here, where it is one
    if (type === undefined) return saved.length === 1 ? saved[0] : refusal;
    // saved as something that is not read, it is never taken for anything else
    return isRead(wanted) && (architectures.length === 0 || saved.length > 0) ? wanted : refusal;
  };

  test.each(cases)("$model_type saved as $architectures is $class", (each) => {
    const { class: _, ...named } = each;
    expect(read(named)).toEqual(expected(each));
  });

  test("a type that is not read is named beside what it was saved as", () => {
    expect(() => readSpec({ ...config, model_type: "phi", architectures: ["LlamaForCausalLM"] })).toThrow(
      "config.json names LlamaForCausalLM, and the model type phi, which decides; this explorer reads LlamaForCausalLM, ",
    );
    expect(() => readSpec({ ...config, model_type: 5, architectures: ["LlamaForCausalLM"] })).toThrow(
      "the model type 5,",
    );
    expect(() =>
      readSpec({ ...config, model_type: undefined, architectures: ["LlamaForCausalLM", "Qwen2ForCausalLM"] }),
    ).toThrow("and no model_type that would decide between them");
  });
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
    changed({ architectures: undefined, model_type: undefined }),
    "unknown-architecture",
    "config.json names no architecture at all; this explorer reads LlamaForCausalLM",
  ],
  [
    "quantised weights",
    changed({ quantization_config: { quant_method: "gptq" } }),
    "other-format",
    "config.json: the weights are quantised by GPTQ; weights in F32, F16 or BF16 are needed: open the checkpoint that they were made from, or a GGUF file of the model",
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
  [
    "heads that do not divide the residual, where no head_dim is given",
    changed({ head_dim: undefined, hidden_size: 41 }),
    "bad-config",
    "config.json: num_attention_heads 4 does not divide hidden_size 41; where it does not, head_dim is needed",
  ],
  [
    "an odd head",
    changed({ head_dim: 7 }),
    "bad-config",
    "config.json: head_dim 7 is odd; rotary embeddings turn pairs",
  ],
  ["another activation", changed({ hidden_act: "gelu" }), "bad-config", 'hidden_act is "gelu"; silu is needed'],
  [
    "rotary embeddings that are scaled in another way",
    changed({ rope_scaling: { type: "dynamic", factor: 2 } }),
    "bad-config",
    'config.json: rope_type is "dynamic"; default, linear, llama3 and yarn can be computed',
  ],
  [
    "a scaling without its numbers",
    changed({ rope_parameters: { rope_type: "llama3", rope_theta: 5e5 } }),
    "bad-config",
    "config.json: factor is undefined; a number above 0 is needed",
  ],
  [
    "a base whose logarithm YaRN cannot divide by",
    changed({ rope_parameters: { ...YARN, rope_theta: 1 } }),
    "bad-config",
    "config.json: rope_theta is 1; yarn needs a base above 1",
  ],
  [
    "numbers that have no step together",
    changed({ rope_parameters: { ...YARN, beta_fast: 5e-324 } }),
    "bad-config",
    "config.json: the rotary parameters together give NaN; numbers that make finite ones are needed",
  ],
  [
    "numbers whose ratio is beyond every double",
    changed({ rope_parameters: { ...YARN, mscale: 1e308, mscale_all_dim: 1e-308, factor: 1e308 } }),
    "bad-config",
    "config.json: the rotary parameters together give Infinity; numbers that make finite ones are needed",
  ],
  [
    "a theta as text",
    changed({ rope_parameters: { rope_type: "default", rope_theta: "5e5" } }),
    "bad-config",
    'config.json: rope_theta is "5e5"; a number above 0 is needed',
  ],
  [
    "null for a field",
    changed({ vocab_size: null }),
    "bad-config",
    "config.json: vocab_size is missing; a number above",
  ],
  [
    "0 layers",
    changed({ num_hidden_layers: 0 }),
    "bad-config",
    "config.json: num_hidden_layers is 0; a number above 0",
  ],
  [
    "a list for a field",
    changed({ hidden_size: [40] }),
    "bad-config",
    "config.json: hidden_size is [40]; a number above 0",
  ],
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
