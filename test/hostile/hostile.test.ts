import { Fault } from "#core/fault.ts";
import { openTensors } from "#formats/checkpoint.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { FileSet } from "#formats/byte-source.ts";
import { readSpec } from "#model/families.ts";
import { parameterEstimate } from "#model/size.ts";
import { FAMILY_VARIANTS, randomCheckpoint, safetensors } from "#test/checkpoints.ts";
import { fileSet } from "#test/engine.ts";
import { adapterFiles, randomAdapter } from "#test/random/adapter.ts";
import { EVERY_TOKENIZER, TOKENIZERS } from "#test/tokenizers.ts";
import { baseLayers } from "#workers/engine/variants/adapted-model.ts";
import { fillsOf } from "#workers/engine/weights/fills.ts";
import { planModel } from "#workers/engine/weights/model-parts.ts";
import { openAdapter } from "#workers/engine/variants/open-adapter.ts";
import { openTokenizer } from "#workers/engine/tokenizer/tokenizer.ts";
import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { mutatedBytes, mutatedJson, NEITHER_TEXT_NOR_NUMBER, withEverywhere } from "./mutations.ts";
import { judged, verdict } from "./verdict.ts";

/**
 * Any file gives a result or a sentence, soon and in bounded memory. A synchronous hang cannot be stopped from here: it
 * shows as a run that never ends.
 */
const ALL_CASES = 20_000;

const textBytes = (text: string) => new TextEncoder().encode(text);
const treeOf = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** A safetensors file of any header text, its length in front. */
function withHeader(header: Uint8Array, data: number, declared = BigInt(header.length)): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, declared), true);
  bytes.set(header, 8);
  return bytes;
}

/** Settles where every case ends as it must; else rejects with the smallest that does not. */
async function ordinary<T>(numRuns: number, cases: fc.Arbitrary<T>, run: (value: T) => unknown): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async (value) => {
      expect(await verdict(() => run(value))).toBe("");
    }),
    { numRuns },
  );
}

/** Every tensor that is there lies in the file, alone, and takes the memory that its bytes say. */
async function readAll(files: FileSet, names: readonly string[]): Promise<void> {
  const tensors = await openTensors(files);
  for (const name of names.filter(tensors.has)) {
    const { shape } = tensors.entry(name);
    const values = await tensors.read(name);
    if (values.length !== shape.reduce((count, size) => count * size, 1)) throw new Error(`${name} has another size`);
  }
}

describe("safetensors", () => {
  const TENSORS = [
    { name: "a", shape: [2, 3], data: new Float32Array(6) },
    { name: "b.weight", shape: [4], data: new Float32Array(4) },
    { name: "c", shape: [], data: new Float32Array(1) },
  ];
  const whole = safetensors(TENSORS);
  const headerLength = Number(new DataView(whole.buffer).getBigUint64(0, true));
  const header = treeOf(whole.subarray(8, 8 + headerLength));
  const names = [...TENSORS.map(({ name }) => name), "__proto__", "toString", ""];
  const read = (bytes: Uint8Array) => readAll(fileSet(new Map([["model.safetensors", bytes]])), names);

  test("with a changed header", async () => {
    const cases = mutatedJson(header);
    await expect(ordinary(6_000, cases, (text) => read(withHeader(textBytes(text), 44)))).resolves.toBeUndefined();
  });

  test("with changed bytes", async () => {
    await expect(ordinary(1_500, mutatedBytes(whole), read)).resolves.toBeUndefined();
  });

  test("with any length of header", async () => {
    const cases = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat({ max: 60 }));
    const text = textBytes(JSON.stringify(header));
    const reading = ordinary(500, cases, ([declared, data]) => read(withHeader(text, data, declared)));
    await expect(reading).resolves.toBeUndefined();
  });
});

describe("config.json", () => {
  const configs = FAMILY_VARIANTS.map(({ name, changes }) => {
    const files = randomCheckpoint(changes);
    return { name, tree: treeOf(files.get("config.json")!), files };
  });
  /** Each family's own fields, so that a field of one stands in another. */
  const perVariant = Math.ceil(7_200 / configs.length);

  test.each(configs)("of $name", async ({ tree, files }) => {
    const tensors = await openTensors(fileSet(files));
    const reading = ordinary(perVariant, mutatedJson(tree), (text) => {
      const read = readSpec(parsed(text));
      const { spec } = read;
      if (!(parameterEstimate(spec) <= 2e11)) throw new Error("a spec beyond the limit");
      if (spec.positions.kind === "rotary" && !spec.positions.inverseFrequencies.every(Number.isFinite)) {
        throw new Error("a rotation that is no number");
      }
      // everything is held against the headers before a byte of weights is read, and every step fits its part
      const plan = planModel(read, tensors, "q8");
      const bytes = new Map(plan.parts.map(({ id, layout }) => [id, layout.totalBytes]));
      for (const { part, ranges } of fillsOf(plan).flatMap(({ sinks }) => sinks)) {
        if (ranges.some(({ start, end }) => !(0 <= start && start <= end && end <= bytes.get(part)!))) {
          throw new Error("a step beyond its part");
        }
      }
    });
    await expect(reading).resolves.toBeUndefined();
  });
});

/** What is no JSON is refused before it is a config, in `readJson`. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault("bad-file", "config.json: is not JSON", { cause });
  }
}

describe("tokenizer.json and tokenizer_config.json", () => {
  const TEXTS = ["the cat 128=", "  ü\n<s>€ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", ""];

  const use = async (json: Uint8Array, config: Uint8Array) => {
    const { tokenize, tokenText, decode } = await openTokenizer(
      fileSet(
        new Map([
          ["tokenizer.json", json],
          ["tokenizer_config.json", config],
        ]),
      ),
    );
    for (const text of TEXTS) {
      const { ids } = await tokenize(text);
      if (!ids.every((id) => Number.isInteger(id) && id >= 0)) throw new Error(`ids ${ids.join()}`);
      await decode(ids);
    }
    for (const id of [0, 1, 13, 300, 5_000, 2 ** 31]) {
      if (typeof tokenText(id) !== "string") throw new Error(`token ${id} has no text`);
    }
  };

  test.each(TOKENIZERS)("of $name", async ({ json, config }) => {
    const [jsonBytes, configBytes] = [json, config].map((tree) => textBytes(JSON.stringify(tree)));
    const ofJson = ordinary(500, mutatedJson(json), (text) => use(textBytes(text), configBytes!));
    await expect(ofJson).resolves.toBeUndefined();
    const ofConfig = ordinary(200, mutatedJson(config), (text) => use(jsonBytes!, textBytes(text)));
    await expect(ofConfig).resolves.toBeUndefined();
  });

  /** Every field of a config that is read, under a class each. */
  const ofClasses = [
    "GPT2Tokenizer",
    "GPTNeoXTokenizer",
    "Qwen2Tokenizer",
    "Qwen3_5Tokenizer",
    "LlamaTokenizer",
    "CodeLlamaTokenizer",
    "GemmaTokenizer",
  ].map((tokenizer_class) => ({
    tokenizer_class,
    add_prefix_space: true,
    additional_special_tokens: ["<a>"],
    added_tokens_decoder: { 0: { content: "<unk>", special: true } },
    auto_map: { AutoTokenizer: [null, null] },
    bos_token: { __type: "AddedToken", content: "<s>" },
    extra_special_tokens: { image_token: "<image>" },
    fast_tokenizer_files: ["tokenizer.json"],
    legacy: false,
    model_specific_special_tokens: { audio_token: "<audio>" },
    split_special_tokens: true,
    unk_token: "<unk>",
  }));

  // each class meets vocabularies of more than one kind, and every vocabulary two of them
  const classed = EVERY_TOKENIZER.map((each, index) => ({
    ...each,
    configs: [each.config, ...[2 * index, 2 * index + 1].map((at) => ofClasses[at % ofClasses.length]!)],
  }));

  test.each(classed)("of $name, what is neither text nor number in any place", async ({ json, configs }) => {
    const failed: string[] = [];
    const judge = async (texts: readonly [json: string, config: string]) => {
      const [jsonBytes, configBytes] = texts.map(textBytes);
      const wrong = await verdict(() => use(jsonBytes!, configBytes!));
      if (wrong !== "") failed.push(wrong);
    };
    for (const each of configs) {
      for (const text of withEverywhere(json, NEITHER_TEXT_NOR_NUMBER)) await judge([text, JSON.stringify(each)]);
      for (const text of withEverywhere(each, NEITHER_TEXT_NOR_NUMBER)) await judge([JSON.stringify(json), text]);
    }
    expect([...new Set(failed)]).toEqual([]);
  });
});

describe("model.safetensors.index.json", () => {
  const files = randomCheckpoint({ layers: 1, shards: 3 });
  const index = treeOf(files.get("model.safetensors.index.json")!);
  const folder = (text: string) => fileSet(new Map([...files, ["model.safetensors.index.json", textBytes(text)]]));

  /** Fails at once where a name leads out of the folder. */
  const inside = (set: FileSet): FileSet => ({
    ...set,
    open: (path) => {
      if (/[/\\:%?#]|^\./.test(path)) throw new Error(`asked for ${path}`);
      return set.open(path);
    },
  });

  test("with changes", async () => {
    const names = ["lm_head.weight", "model.embed_tokens.weight"];
    const reading = ordinary(1_500, mutatedJson(index), (text) => readAll(inside(folder(text)), names));
    await expect(reading).resolves.toBeUndefined();
  });
});

describe("adapter_config.json and adapter_model.safetensors", () => {
  const base = randomCheckpoint();
  const parts = randomAdapter(base, { rankPattern: { q_proj: 5 }, alphaPattern: { v_proj: 7 } });
  const whole = adapterFiles(parts);
  const weights = whole.get("adapter_model.safetensors")!;
  const headerLength = Number(new DataView(weights.buffer).getBigUint64(0, true));

  /** Every pair that is read has the shape that its linear layer and its rank ask for. */
  async function open(config: Uint8Array, adapterWeights: Uint8Array): Promise<void> {
    const tensors = await openTensors(fileSet(base));
    const read = readSpec(treeOf(base.get("config.json")!));
    const layers = baseLayers({ parts: planModel(read, tensors, "f32").parts, tensors });
    const files = new Map([
      ["adapter_config.json", config],
      ["adapter_model.safetensors", adapterWeights],
    ]);
    const opened = await openAdapter(fileSet(files), layers);
    for (const { rank, down, up } of [...opened.layers.values()].flatMap((each) => [...each.values()])) {
      if (!(rank > 0) || down.length % rank !== 0 || up.length % rank !== 0) throw new Error("factors of another size");
    }
  }

  test("with a changed config", async () => {
    const reading = ordinary(1_500, mutatedJson(parts.config), (text) => open(textBytes(text), weights));
    await expect(reading).resolves.toBeUndefined();
  });

  test("with a changed header", async () => {
    const header = treeOf(weights.subarray(8, 8 + headerLength));
    const data = weights.length - 8 - headerLength;
    const config = whole.get("adapter_config.json")!;
    const reading = ordinary(1_500, mutatedJson(header), (text) => open(config, withHeader(textBytes(text), data)));
    await expect(reading).resolves.toBeUndefined();
  });
});

test("a file that is mostly not there is not asked for", async () => {
  const reads: number[] = [];
  const header = textBytes('{"w":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}');
  const start = withHeader(header, 0);
  const huge = { byteLength: start.length + 4_000_000_000_000, slice: sliceOf(start, reads) };
  const tensors = await openTensors({ name: "huge", open: () => Promise.resolve(huge) });
  expect(tensors.entry("w").shape).toEqual([1e12]);
  expect(Math.max(...reads)).toBeLessThan(1_000);
});

const sliceOf = (start: Uint8Array, reads: number[]) => (from: number, to: number) => {
  reads.push(to - from);
  return memorySource(start).slice(from, to);
};

// the last in the file: it counts what ran before it
test("these were enough cases, and of both ends", () => {
  const { results, faults } = judged();
  expect(results + faults).toBeGreaterThanOrEqual(ALL_CASES);
  // changes that are all refused, or all without effect, would test little
  expect(Math.min(results, faults)).toBeGreaterThan(ALL_CASES / 10);
});
