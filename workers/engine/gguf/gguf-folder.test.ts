import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differencesFromReference, NATS } from "#test/agreement.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import type { FamilyName } from "#test/checkpoints.ts";
import { askAll, unaborted } from "#test/engine.ts";
import { asBfloat16, asFloat16, converted, convertedParts } from "#test/gguf/converted.ts";
import { Q4_1, Q8_0, dequantised, encodedIn } from "#test/gguf/quantised.ts";
import { ggufSet, loadGgufInNode } from "#test/gguf/load.ts";
import { GGUF_IDS, GGUF_VARIANTS, isGeluTable } from "#test/gguf/variants.ts";
import type { TypedValue } from "#test/gguf/write-gguf.ts";
import { randomAdapter } from "#test/random/adapter.ts";
import { merged } from "#test/reference/adapter.ts";
import { readModel } from "#test/reference/model.ts";
import { attach, withVariants } from "#test/variants.ts";
import { readCheckpoint } from "../load/open-checkpoint.ts";
import { planModel } from "../weights/model-parts.ts";
import { ModelSession } from "../session/model-session.ts";

const { cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../test/golden/gguf-logits.json"), "utf8"),
) as { readonly cases: Readonly<Record<string, readonly number[]>> };

const QUESTION = { ids: GGUF_IDS, target: 17, head: { layer: 1, head: 2 }, count: 12 };
/** Its GELU is rounded to half floats; `llama-cpp-gelu.test.ts` shows that nothing else is between the two. */
const GELU_TABLE = { atol: 5e-3 };

describe.each(GGUF_VARIANTS)("a file in F32: $name", (variant) => {
  const files = randomCheckpoint(variant.changes);
  test("agrees with the float64 reference of its checkpoint, and with llama.cpp", async () => {
    const session = new ModelSession(await loadGgufInNode(new Map([["m.gguf", converted(files)]]), "f32"));
    expect(differencesFromReference(readModel(files), await askAll(session, QUESTION))).toEqual([]);
    const logits = cases[variant.name]!;
    const { top } = await session.predict(GGUF_IDS, { top: logits.length }, () => undefined, unaborted());
    const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    const tolerance = isGeluTable(variant) ? GELU_TABLE : NATS;
    expect(top.map(({ logProbability }) => logProbability)).toBeAllClose(
      top.map(({ id }) => logits[id]! - logSum),
      tolerance,
    );
  });
});

test.each([
  ["F16", asFloat16],
  ["BF16", asBfloat16],
] as const)("weights in %s are read as they are", async (dtype, encode) => {
  const files = randomCheckpoint({ dtype });
  const gguf = new Map([["m.gguf", converted(randomCheckpoint({ dtype }), { encode })]]);
  const session = new ModelSession(await loadGgufInNode(gguf, "f32"));
  expect(differencesFromReference(readModel(files), await askAll(session, QUESTION))).toEqual([]);
});

/** Blocks of 32 along every row. */
const WHOLE_BLOCKS = { heads: 4, kvHeads: 2, headDim: 16, modelDim: 64, neurons: 96, layers: 2 } as const;

describe.each(["llama", "qwen2", "qwen3", "gpt_neox"] as const)(
  "quantised weights, multiplied as they are stored: %s",
  (family) => {
    const shape = family === "gpt_neox" ? { ...WHOLE_BLOCKS, kvHeads: 4 } : WHOLE_BLOCKS;
    const files = randomCheckpoint({ family, ...shape });
    test.each([
      ["Q8_0", Q8_0],
      ["Q4_1", Q4_1],
    ] as const)("in %s", async (_, quantiser) => {
      const gguf = new Map([["m.gguf", converted(files, { encode: encodedIn(quantiser) })]]);
      const session = new ModelSession(await loadGgufInNode(gguf, "stored"));
      const reference = readModel(files, (_, tensor) => dequantised(quantiser, tensor));
      expect(differencesFromReference(reference, await askAll(session, QUESTION))).toEqual([]);
    });
  },
);

const SMALL = randomCheckpoint();

test("a model in parts is opened by any of them", async () => {
  const parts = convertedParts(SMALL, "models/m", 3);
  const [first, second] = [...parts.keys()];
  for (const opened of [first!, second!]) {
    const { tensors } = await readCheckpoint(ggufSet(parts, opened));
    expect(tensors.entries).toHaveLength(30);
  }
  const session = new ModelSession(await loadGgufInNode(parts, "f32"));
  expect(differencesFromReference(readModel(SMALL), await askAll(session, QUESTION))).toEqual([]);
  parts.delete(second!);
  await expect(readCheckpoint(ggufSet(parts, first!))).rejects.toThrow(
    "GGUF: test files has no models/m-00002-of-00003.gguf; all parts of a model are needed",
  );
});

test.each(["llama", "gpt2", "gpt_neox", "phi3"] as const)(
  "an adapter lies over a %s file as over its checkpoint",
  async (family) => {
    const files = randomCheckpoint({ family });
    const adapter = randomAdapter(files);
    const variants = await withVariants(await loadGgufInNode(new Map([["m.gguf", converted(files)]]), "f32"));
    await attach(variants, adapter);
    const answers = await askAll(variants.session("adapted"), QUESTION);
    expect(differencesFromReference(merged(readModel(files), adapter), answers)).toEqual([]);
    await variants.dispose();
  },
);

const opened = (metadata: Readonly<Record<string, TypedValue | undefined>>, files = SMALL) =>
  readCheckpoint(ggufSet(new Map([["m.gguf", converted(files, { metadata })]]), "m.gguf"));

test("the same file has the same content, wherever it lies; another key of the metadata makes another", async () => {
  const load = (metadata: Readonly<Record<string, TypedValue>>) =>
    loadGgufInNode(new Map([["m.gguf", converted(SMALL, { metadata })]]), "q8");
  const [one, again, other] = [
    await load({}),
    await load({ "general.name": ["text", "another name"] }),
    await load({ "llama.rope.freq_base": ["f32", 20_000] }),
  ];
  expect(again.content).toBe(one.content);
  expect(other.content).not.toBe(one.content);
});

test.each<readonly [key: string, value: TypedValue | undefined, sentence: RegExp]>([
  ["general.architecture", undefined, /GGUF: general\.architecture is missing; an architecture's name is needed/],
  [
    "general.architecture",
    ["text", "gptj"],
    /GGUF: the architecture is gptj \(which llama\.cpp does not run either.*reads llama, granite, smollm3, olmo2, phi3, qwen2, qwen3, gemma2, gemma3, gpt2, gptneox/,
  ],
  ["general.architecture", ["text", "qwen3moe"], /the architecture is qwen3moe \(a mixture of experts\)/],
  ["general.architecture", ["text", "new-thing"], /the architecture is new-thing; of GGUF this explorer reads/],
  ["general.type", ["text", "adapter"], /GGUF: general\.type is "adapter"; a whole model is needed/],
  [
    "llama.expert_count",
    ["u32", 8],
    /llama\.expert_count is 8, a mixture of experts; one FFN in every layer is needed/,
  ],
  ["llama.block_count", undefined, /GGUF: llama\.block_count is missing; a number is needed/],
  ["llama.block_count", ["text", "3"], /GGUF: llama\.block_count is "3"; a number is needed/],
  [
    "llama.attention.head_count_kv",
    ["list", "i32", [2, 1, 2]],
    /head_count_kv is \[2, 1, 2\]; one number for all layers is needed/,
  ],
  ["llama.attention.value_length", ["u32", 16], /llama\.attention\.value_length is 16; the key_length, 8, is needed/],
  [
    "llama.rope.scaling.type",
    ["text", "longrope"],
    /llama\.rope\.scaling\.type is "longrope"; none, linear and yarn can be computed/,
  ],
  ["llama.rope.dimension_count", ["u32", 4], /llama\.rope\.dimension_count is 4; the whole head, 8, is needed/],
  ["llama.rope.scaling.attn_factor", ["f32", 0.5], /llama\.rope\.scaling\.attn_factor is 0\.5; 1 is needed/],
  ["llama.attention.causal", ["bool", false], /llama\.attention\.causal is false; true is needed/],
  [
    "llama.block_count",
    ["u32", 4],
    /GGUF: test files has no tensor blk\.3\.attn_norm\.weight, which this architecture needs/,
  ],
  [
    "llama.block_count",
    ["u32", 2],
    /GGUF: tensor blk\.2\.\w+\.weight is in the file, and nothing is computed with it in llama of 2 layers; a file without it is needed/,
  ],
  [
    "llama.attention.head_count_kv",
    ["u32", 3],
    /^GGUF: by a config\.json's names, num_key_value_heads 3 does not divide num_attention_heads 4/,
  ],
  [
    "llama.feed_forward_length",
    ["u32", 4],
    /^GGUF: .*mlp\.gate_proj\.weight \+ .* has shape .*; the file's metadata ask for \[8, \d+\]/,
  ],
  ["tokenizer.ggml.model", undefined, /GGUF: tokenizer\.ggml\.model is missing/],
])("a file whose %s is %o is refused in a sentence", async (key, value, sentence) => {
  const planned = opened({ [key]: value }).then(({ spec, tensors }) => planModel(spec, tensors, "q8"));
  await expect(planned).rejects.toThrow(sentence);
});

test.each<readonly [family: FamilyName, key: string, value: TypedValue, sentence: string]>([
  [
    "gemma2",
    "gemma2.rope.freq_base_swa",
    ["f32", 100],
    "GGUF: gemma2.rope.freq_base_swa is 100; 10000, the freq_base of the other layers, is needed",
  ],
  [
    "gemma2",
    "gemma2.attention.sliding_window_pattern",
    ["u32", 3],
    "GGUF: gemma2.attention.sliding_window_pattern is 3; 2 is needed",
  ],
  [
    "gemma3_text",
    "gemma3.rope.scaling.type",
    ["text", "yarn"],
    'GGUF: gemma3.rope.scaling.type is "yarn"; none and linear can be computed',
  ],
  [
    "gemma3_text",
    "gemma3.attention.sliding_window_pattern",
    ["list", "i32", [1, 0, 1]],
    "GGUF: gemma3.attention.sliding_window_pattern is [1, 0, 1]; true or false for each layer is needed",
  ],
  [
    "olmo3",
    "olmo2.rope.freq_base_swa",
    ["f32", 100],
    "GGUF: olmo2.rope.freq_base_swa is 100; 500000, the freq_base of the other layers, is needed",
  ],
  [
    "olmo3",
    "olmo2.attention.sliding_window_pattern",
    ["u32", 2],
    "GGUF: olmo2.attention.sliding_window_pattern is 2; 4 is needed",
  ],
  ["phi3", "phi3.rope.scaling.attn_factor", ["f32", 2], "GGUF: phi3.rope.scaling.attn_factor is 2; 1 is needed"],
  [
    "phi3",
    "phi3.attention.value_length",
    ["u32", 16],
    "GGUF: phi3.attention.value_length is 16; the key_length, 10, is needed",
  ],
  [
    "phi3",
    "phi3.rope.scaling.type",
    ["text", "longrope"],
    'GGUF: phi3.rope.scaling.type is "longrope"; none and linear can',
  ],
  ["phi3", "phi3.attention.causal", ["bool", false], "GGUF: phi3.attention.causal is false; true is needed"],
  [
    "granite",
    "granite.rope.scaling.finetuned",
    ["bool", false],
    "GGUF: granite.rope.scaling.finetuned is false; true, which is a rotation in every layer, is needed",
  ],
  ["gpt_neox", "gptneox.attention.causal", ["bool", false], "GGUF: gptneox.attention.causal is false; true is needed"],
])(
  "what moves llama.cpp's logits and is not computed here is refused: %s, %s",
  async (family, key, value, sentence) => {
    await expect(opened({ [key]: value }, randomCheckpoint({ family }))).rejects.toThrow(sentence);
  },
);

test("layers with a window are those that a list in the file says", async () => {
  const kinds = ["full_attention", "sliding_attention", "full_attention"] as const;
  const pattern = kinds.map((kind) => kind === "sliding_attention");
  for (const [family, architecture] of [
    ["gemma2", "gemma2"],
    ["gemma3_text", "gemma3"],
    ["olmo3", "olmo2"],
  ] as const) {
    const { spec } = await opened(
      { [`${architecture}.attention.sliding_window_pattern`]: ["list", "bool", pattern] },
      randomCheckpoint({ family }),
    );
    expect(spec.spec.perLayer!.map(({ window }) => window)).toEqual([undefined, 3, undefined]);
  }
});

const YARN = {
  "llama.rope.scaling.type": ["text", "yarn"],
  "llama.rope.scaling.factor": ["f32", 4],
  "llama.rope.scaling.original_context_length": ["u32", 32],
} as const;

test.each<readonly [key: string, value: number, needed: string]>([
  ["yarn_attn_factor", 1, "1.138629436111989 is needed"],
  ["yarn_ext_factor", 0, "1 is needed"],
  ["yarn_log_mul", 1, "0 is needed"],
  ["attn_factor", 2, "1 is needed"],
])("of YaRN, what llama.cpp would compute otherwise is refused: %s", async (key, value, needed) => {
  const sentence = `GGUF: llama.rope.scaling.${key} is ${value}; ${needed}`;
  await expect(opened({ ...YARN, [`llama.rope.scaling.${key}`]: ["f32", value] })).rejects.toThrow(sentence);
});

test("tensors of a rotation belong to the architectures that llama.cpp reads them in, both lists of longrope together", async () => {
  const factors = (name: string) => ({
    name,
    type: 0,
    shape: [4],
    data: new Uint8Array(new Float32Array(4).fill(2).buffer),
  });
  const withTensors = (family: FamilyName, ...names: string[]) => {
    const bytes = converted(randomCheckpoint({ family }), { tensors: names.map(factors) });
    return readCheckpoint(ggufSet(new Map([["m.gguf", bytes]]), "m.gguf"));
  };
  const [freqs, short, long] = ["rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight"] as const;
  await expect(withTensors("llama", freqs)).resolves.toBeDefined();
  for (const [family, name] of [
    ["llama", long],
    ["gpt2", freqs],
    ["gpt_neox", freqs],
    ["phi3", freqs],
  ] as const) {
    await expect(withTensors(family, name)).rejects.toThrow(`GGUF: tensor ${name} is in the file, and nothing is`);
  }
  await expect(withTensors("phi3", short)).rejects.toThrow(
    "GGUF: there is no tensor rope_factors_long.weight beside the other; both are needed",
  );
  await expect(withTensors("phi3", short, long)).rejects.toThrow(/short_factor are 4 numbers; one for each of 5 pairs/);
});

test("Phi-3 sees the window that its file says, which llama.cpp does not heed", async () => {
  const files = randomCheckpoint({ family: "phi3", fields: { sliding_window: 4 } });
  const session = new ModelSession(await loadGgufInNode(new Map([["m.gguf", converted(files)]]), "f32"));
  expect(differencesFromReference(readModel(files), await askAll(session, QUESTION))).toEqual([]);
});

test("Granite without a scale of its scores has the usual one, as in llama.cpp", async () => {
  const files = randomCheckpoint({ family: "granite" });
  const { spec } = await opened({ "granite.attention.scale": undefined, "granite.residual_scale": undefined }, files);
  expect(spec.spec.scales!.attention).toBeCloseTo(1 / Math.sqrt(10), 12);
  expect(spec.spec.scales!.residual).toBe(1);
});
