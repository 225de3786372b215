import { memorySource } from "#formats/byte-source.ts";
import { readJson } from "#formats/checkpoint.ts";
import { ggmlType } from "#formats/gguf/ggml-types.ts";
import { readGguf } from "#formats/gguf/gguf.ts";
import { readSpec } from "#model/families.ts";
import { LONGROPE, randomCheckpoint } from "#test/checkpoints.ts";
import { converted } from "#test/gguf/converted.ts";
import { ggufSet } from "#test/gguf/load.ts";
import { bytesOfType, ggufFile } from "#test/gguf/write-gguf.ts";
import type { TypedValue } from "#test/gguf/write-gguf.ts";
import { ggufFolder } from "#workers/engine/gguf/gguf-folder.ts";
import { fillsOf } from "#workers/engine/weights/fills.ts";
import { planModel } from "#workers/engine/weights/model-parts.ts";
import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { mutatedBytes } from "./mutations.ts";
import { judged, verdict } from "./verdict.ts";

/** A small model's file, with a value of each type. */
const whole = ggufFile({
  metadata: {
    "general.architecture": ["text", "llama"],
    "general.alignment": ["u32", 32],
    "llama.block_count": ["u32", 1],
    "llama.rope.freq_base": ["f32", 10_000],
    "llama.vocab_size": ["u64", 3n],
    "tokenizer.ggml.tokens": ["list", "text", ["<s>", "a", "▁b"]],
    "tokenizer.ggml.scores": ["list", "f32", [0, -1, -2]],
    "tokenizer.ggml.add_bos_token": ["bool", true],
    nested: ["list", "list", [["list", "i16", [1, 2]]]],
  },
  tensors: [0, 1, 8, 12, 23].map((type) => ({
    name: `blk.0.t${type}.weight`,
    type,
    shape: [2, 256],
    data: new Uint8Array(bytesOfType(type, [2, 256])),
  })),
});
const headerBytes = whole.length - [0, 1, 8, 12, 23].reduce((sum, type) => sum + bytesOfType(type, [2, 256]), 0);

/** What is believed lies in the file, alone, and takes as many bytes as its type says. */
async function read(bytes: Uint8Array): Promise<void> {
  const { tensors } = await readGguf(memorySource(bytes), "model.gguf");
  const ends: [number, number][] = [];
  for (const { type, shape, offset, bytes: length } of tensors.values()) {
    const id = Array.from({ length: 64 }, (_, each) => each).find((each) => ggmlType(each)?.name === type)!;
    if (length !== bytesOfType(id, shape)) throw new Error(`${type} has another size`);
    if (offset + length > bytes.length) throw new Error("a tensor beyond its file");
    ends.push([offset, offset + length]);
  }
  ends.sort(([a], [b]) => a - b);
  if (ends.some(([start], index) => index > 0 && start < ends[index - 1]![1])) throw new Error("tensors share bytes");
}

/** Some of the header's 64-bit places set to what counts and offsets should not be. */
const mutatedCounts = fc
  .array(
    fc.tuple(
      fc.nat({ max: headerBytes - 8 }),
      fc.oneof(
        fc.constantFrom(0n, 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((sets) => {
    const copy = whole.slice();
    for (const [at, value] of sets) new DataView(copy.buffer).setBigUint64(at, value, true);
    return copy;
  });

test.each([
  ["changed bytes of the header", mutatedBytes(whole.subarray(0, headerBytes)).map((header) => joined(header)), 2_000],
  ["changed bytes and length", mutatedBytes(whole), 1_000],
  ["changed counts and offsets", mutatedCounts, 2_000],
])("a GGUF file with %s gives its tensors or a sentence", async (_, cases, numRuns) => {
  await fc.assert(
    fc.asyncProperty(cases, async (bytes) => {
      expect(await verdict(() => read(bytes))).toBe("");
    }),
    { numRuns },
  );
  expect(judged().faults).toBeGreaterThan(numRuns / 10);
  expect(judged().results).toBeGreaterThan(0);
});

/** A header of its own length before the same data. */
function joined(header: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(header.length + whole.length - headerBytes);
  bytes.set(header);
  bytes.set(whole.subarray(headerBytes), header.length);
  return bytes;
}

/** Each architecture's small model, and the keys of its metadata that say what it is. */
const MODELS = [
  ...(
    [
      "llama",
      "qwen2",
      "qwen3",
      "granite",
      "smollm3",
      "olmo2",
      "olmo3",
      "phi3",
      "gemma2",
      "gemma3_text",
      "gpt2",
      "gpt_neox",
    ] as const
  ).map((family) => randomCheckpoint({ family })),
  randomCheckpoint({ family: "phi3", context: 8, fields: { ...LONGROPE, original_max_position_embeddings: 2 } }),
];
const ARCHITECTURES = "llama qwen2 qwen3 granite smollm3 olmo2 olmo2 phi3 gemma2 gemma3 gpt2 gptneox phi3".split(" ");
const OWN_KEYS =
  `block_count context_length embedding_length feed_forward_length attention.head_count attention.head_count_kv
  attention.key_length attention.value_length attention.layer_norm_rms_epsilon attention.layer_norm_epsilon attention.causal
  attention.scale attention.sliding_window attention.sliding_window_pattern attn_logit_softcapping final_logit_softcapping
  embedding_scale residual_scale logit_scale expert_count rope.dimension_count rope.freq_base rope.freq_base_swa
  rope.scaling.type rope.scaling.factor rope.scaling.attn_factor rope.scaling.finetuned rope.scaling.original_context_length
  rope.scaling.yarn_attn_factor rope.scaling.yarn_beta_fast use_parallel_residual`.split(/\s+/);
const SHARED_KEYS = `general.architecture general.type tokenizer.ggml.model tokenizer.ggml.pre tokenizer.ggml.tokens
  tokenizer.ggml.token_type tokenizer.ggml.scores tokenizer.ggml.merges tokenizer.ggml.bos_token_id tokenizer.ggml.add_bos_token
  tokenizer.huggingface.json`.split(/\s+/);

const values: fc.Arbitrary<TypedValue | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom<TypedValue>(
    ["f32", NaN],
    ["f32", Infinity],
    ["f32", -1],
    ["f32", 0],
    ["u32", 0],
    ["u32", 1],
    ["u32", 2 ** 32 - 1],
    ["u64", 2n ** 64n - 1n],
    ["i32", -1],
    ["bool", false],
    ["bool", true],
    ["list", "bool", [true, false, true]],
    ["list", "bool", []],
    ["list", "i32", [2, 1, 2]],
    ["list", "text", ["a", "a", ""]],
    ["list", "text", ["__proto__", "a b", "c"]],
  ),
  fc.nat({ max: 64 }).map((value): TypedValue => ["u32", value]),
  fc
    .constantFrom("llama", "gpt2", "none", "linear", "yarn", "longrope", "{}", "[", "constructor", ...ARCHITECTURES)
    .map((text): TypedValue => ["text", text]),
);

const openings = fc.tuple(
  fc.nat({ max: MODELS.length - 1 }),
  fc.array(fc.tuple(fc.constantFrom(...OWN_KEYS, ...SHARED_KEYS), values), { minLength: 1, maxLength: 3 }),
);

test("a file with other metadata opens as a model that its tensors fit, or ends in a sentence", async () => {
  const before = { ...judged() };
  const open = async ([model, changes]: readonly [number, readonly (readonly [string, TypedValue | undefined])[]]) => {
    const metadata = Object.fromEntries(
      changes.map(([key, value]) => [OWN_KEYS.includes(key) ? `${ARCHITECTURES[model]!}.${key}` : key, value]),
    );
    const bytes = converted(MODELS[model]!, { metadata });
    const { files, tensors } = await ggufFolder(ggufSet(new Map([["m.gguf", bytes]]), "m.gguf"), "m.gguf");
    const spec = readSpec(await readJson(files, "config.json"));
    for (const dtype of ["stored", "q4"] as const) fillsOf(planModel(spec, await tensors(), dtype));
  };
  await fc.assert(
    fc.asyncProperty(openings, async (opening) => {
      expect(await verdict(() => open(opening))).toBe("");
    }),
    { numRuns: 2_000 },
  );
  expect(judged().faults - before.faults).toBeGreaterThan(500);
  expect(judged().results - before.results).toBeGreaterThan(200);
});
