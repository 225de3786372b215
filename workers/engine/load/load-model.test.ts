import * as ort from "onnxruntime-web";
import type { LoadProgress } from "#protocol/engine.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { randomCheckpoint, safetensors } from "#test/checkpoints.ts";
import type { CheckpointFiles, NamedTensor } from "#test/checkpoints.ts";
import { fileSet, loadInNode } from "#test/engine.ts";
import { readModel } from "#test/reference/model.ts";
import { describe, expect, test } from "vitest";
import { loadModel } from "./load-model.ts";
import { startRuntime } from "../run/runtime.ts";
import type { OrtModule } from "../run/runtime.ts";

const SHAPE = { layers: 2, vocabulary: 40 };
const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const FIRST_SHARD = "model-00001-of-00002.safetensors";

type Change = (files: CheckpointFiles) => void;

function changed(change: Change, options = {}): CheckpointFiles {
  const files = randomCheckpoint({ ...SHAPE, ...options });
  change(files);
  return files;
}

const config =
  (fields: object): Change =>
  (files) => {
    const json = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as object;
    files.set("config.json", new TextEncoder().encode(JSON.stringify({ ...json, ...fields })));
  };

/** Writes the weights anew with some tensor changed or, where nothing is given back, left out. */
const tensor =
  (name: string, change: (tensor: NamedTensor) => NamedTensor | undefined): Change =>
  (files) => {
    const tensors = [...readModel(files).tensors].map(([each, { shape, data }]) => ({
      name: each,
      shape,
      data: Float32Array.from(data),
    }));
    const kept = tensors.map((each) => (each.name === name ? change(each) : each)).filter((each) => each !== undefined);
    files.set(SINGLE, safetensors(kept));
  };

const cut =
  (file: string, bytes: number): Change =>
  (files) => {
    files.set(file, files.get(file)!.subarray(0, bytes));
  };

const ATTN_OUT = "model.layers.1.self_attn.o_proj.weight";

test.each<[string, CheckpointFiles, string, string]>([
  ["an empty folder", new Map(), "missing-file", "checkpoint: test checkpoint has no config.json"],
  [
    "a missing config",
    changed((files) => files.delete("config.json")),
    "missing-file",
    "checkpoint: test checkpoint has no config.json",
  ],
  [
    "missing weights",
    changed((files) => files.delete(SINGLE)),
    "missing-file",
    "checkpoint: test checkpoint has neither model.safetensors nor model.safetensors.index.json",
  ],
  [
    "a missing tokenizer",
    changed((files) => files.delete("tokenizer.json")),
    "missing-file",
    "checkpoint: test checkpoint has no tokenizer.json",
  ],
  [
    "a folder of PyTorch's own format",
    new Map([["pytorch_model.bin", new Uint8Array(8)]]),
    "other-format",
    "checkpoint: test checkpoint has no config.json; it has pytorch_model.bin (a PyTorch pickle, which can run code when it is read), and weights in safetensors",
  ],
  [
    "a bias that the config asks for and the file lacks",
    changed(config({ attention_bias: true })),
    "bad-file",
    "safetensors: test checkpoint has no tensor model.layers.0.self_attn.q_proj.bias",
  ],
  [
    "an untied config without a head",
    changed(tensor("lm_head.weight", () => undefined)),
    "bad-file",
    "safetensors: test checkpoint has no tensor lm_head.weight, which this architecture needs",
  ],
  [
    "a missing shard",
    changed((files) => files.delete(FIRST_SHARD), { shards: 2 }),
    "missing-file",
    `checkpoint: ${INDEX} names ${FIRST_SHARD}, which test checkpoint does not have`,
  ],
  [
    "an unknown architecture",
    changed(config({ architectures: ["MambaForCausalLM"] })),
    "unknown-architecture",
    "config.json names MambaForCausalLM; this explorer reads ",
  ],
  [
    "weights that are cut off in the data",
    changed(cut(SINGLE, 20_000)),
    "damaged-file",
    "; the file is truncated or its header wrong",
  ],
  [
    "weights that are cut off in the header",
    changed(cut(SINGLE, 100)),
    "damaged-file",
    "exceeds the 92 bytes there is room for; the file is truncated or not safetensors",
  ],
  [
    "empty weights",
    changed(cut(SINGLE, 0)),
    "damaged-file",
    "model.safetensors has 0 bytes, the header length alone takes 8",
  ],
  [
    "a shard that is cut off",
    changed(cut(FIRST_SHARD, 9), { shards: 2 }),
    "damaged-file",
    `safetensors: ${FIRST_SHARD} header length `,
  ],
  [
    "a missing tensor",
    changed(tensor(ATTN_OUT, () => undefined)),
    "bad-file",
    `safetensors: test checkpoint has no tensor ${ATTN_OUT}, which this architecture needs`,
  ],
  [
    "a missing unembedding",
    changed(tensor("lm_head.weight", () => undefined)),
    "bad-file",
    "safetensors: test checkpoint has no tensor lm_head.weight",
  ],
  [
    "a tensor that is transposed",
    changed(tensor(ATTN_OUT, (each) => ({ ...each, shape: each.shape.toReversed() }))),
    "bad-file",
    `checkpoint: ${ATTN_OUT} has shape [32, 40]; config.json asks for [40, 32]`,
  ],
  [
    "a weight that is no number",
    changed(tensor(ATTN_OUT, (each) => ({ ...each, data: each.data.map((value, at) => (at === 7 ? NaN : value)) }))),
    "bad-file",
    `checkpoint: ${ATTN_OUT} has NaN at place 7; finite numbers are needed`,
  ],
  [
    "a tensor that is flat",
    changed(tensor(ATTN_OUT, (each) => ({ ...each, shape: [40 * 32] }))),
    "bad-file",
    `checkpoint: ${ATTN_OUT} has shape [1280]; config.json asks for [40, 32]`,
  ],
  [
    "a vocabulary that is not the config's",
    changed(config({ vocab_size: 41 })),
    "bad-file",
    "checkpoint: model.embed_tokens.weight has shape [40, 40]; config.json asks for [41, 40]",
  ],
  [
    "more key heads than the file has",
    changed(config({ num_key_value_heads: 4 })),
    "bad-file",
    "k_proj.weight + model.layers.0.self_attn.v_proj.weight has shape [32, 40] + [16, 40] + [16, 40]; config.json asks for [96, 40]",
  ],
  [
    "more layers than any model has, by millions",
    changed(config({ num_hidden_layers: 16_000_000 })),
    "bad-config",
    "config.json: it describes 16000000 layers; at most 4096 can be read",
  ],
  [
    "more layers than the file has, by thousands",
    changed(config({ num_hidden_layers: 4_000 })),
    "bad-file",
    "safetensors: test checkpoint has no tensor model.layers.2.input_layernorm.weight",
  ],
])("refuses %s", async (_name, files, code, message) => {
  await expect(loadInNode(files, "q8")).rejects.toMatchObject({
    name: "Fault",
    code,
    message: expect.stringContaining(message),
  });
});

test("a type that cannot be read is found when its part is", async () => {
  const files = randomCheckpoint(SHAPE);
  const weights = files.get(SINGLE)!;
  // as long as F32, so that only reading can tell
  const text = new TextDecoder("latin1")
    .decode(weights)
    .replace('"model.norm.weight":{"dtype":"F32"', '"model.norm.weight":{"dtype":"I32"');
  files.set(
    SINGLE,
    Uint8Array.from(text, (character) => character.charCodeAt(0)),
  );
  await expect(loadInNode(files, "q8")).rejects.toMatchObject({
    code: "bad-file",
    message:
      "checkpoint: tensor model.norm.weight is stored as I32; F32, F16 and BF16 can be read: open the checkpoint that it was made from, or a GGUF file of the model",
  });
});

describe("what is loaded", () => {
  /** Parameters of the small shape: table, unembedding, final gain, and of each layer two gains and its matrices. */
  const LAYER = 2 * 40 + 40 * (32 + 2 * 16) + 32 * 40 + 3 * 40 * 56;
  const BESIDE_TABLES = 40 + 2 * LAYER;

  test.each([
    [false, 2 * 40 * 40 + BESIDE_TABLES],
    [true, 40 * 40 + BESIDE_TABLES],
  ])("counts a tensor once (tied: %s)", async (tied, parameters) => {
    const model = await loadInNode(randomCheckpoint({ ...SHAPE, tied }), "f32");
    expect(model.parameters).toBe(parameters);
    await model.runner.dispose();
  });

  test("reports the bytes of the checkpoint, then those that are set up, each to its end", async () => {
    const runtime = await startRuntime(ort, "wasm", () => undefined);
    const seen: LoadProgress[] = [];
    const files = randomCheckpoint(SHAPE);
    const model = await loadModel(fileSet(files), runtime, {
      dtype: "q4",
      onProgress: (progress) => seen.push(progress),
    });
    const stage = (name: LoadProgress["stage"]) => seen.filter((progress) => progress.stage === name);
    const fetched = stage("fetching").map(({ done }) => done);
    const prepared = stage("preparing").map(({ done }) => done);
    expect(fetched).toEqual([...fetched].sort((a, b) => a - b));
    expect(prepared).toEqual([...prepared].sort((a, b) => a - b));
    expect(stage("fetching")[0]).toMatchObject({ done: 0, total: 4 * model.parameters, part: "embedding" });
    expect(seen.at(-1)).toEqual({
      stage: "preparing",
      done: model.weightBytes,
      total: model.weightBytes,
      part: "unembedding",
    });
    await model.runner.dispose();
  });
});

describe("a load that does not get to its end", () => {
  /** The runtime with sessions that only remember whether they were released. */
  async function watchedRuntime(onCreate: (count: number) => void) {
    const runtime = await startRuntime(ort, "wasm", () => undefined);
    const sessions = { created: 0, open: 0 };
    const create = () => {
      sessions.created += 1;
      onCreate(sessions.created);
      sessions.open += 1;
      return Promise.resolve({ release: () => Promise.resolve((sessions.open -= 1)) });
    };
    const watched = { ...ort, InferenceSession: { create } } as unknown as OrtModule;
    return { sessions, runtime: { ...runtime, ort: watched } };
  }

  const dtype: Dtype = "q8";
  const onProgress = () => undefined;

  test("gives back its sessions and says what the runtime said", async () => {
    const { sessions, runtime } = await watchedRuntime((count) => {
      if (count === 3) throw new Error("no room for weights.bin");
    });
    await expect(loadModel(fileSet(randomCheckpoint(SHAPE)), runtime, { dtype, onProgress })).rejects.toMatchObject({
      code: "engine-stopped",
      message: "a part of the model could not be set up: no room for weights.bin",
    });
    expect(sessions).toEqual({ created: 3, open: 0 });
  });

  test("stops between two parts with what it was aborted with", async () => {
    const controller = new AbortController();
    const { sessions, runtime } = await watchedRuntime((count) => {
      if (count === 2) controller.abort();
    });
    const steps = { dtype, onProgress, signal: controller.signal };
    await expect(loadModel(fileSet(randomCheckpoint(SHAPE)), runtime, steps)).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(sessions).toEqual({ created: 2, open: 0 });
  });
});
