import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import type { FaultCode } from "#core/fault.ts";
import { planModel } from "#workers/engine/weights/model-parts.ts";
import { readCheckpoint } from "#workers/engine/load/open-checkpoint.ts";
import type { FileSource } from "#workers/engine/sources/checkpoint-files.ts";
import { openSource } from "#workers/engine/sources/open-source.ts";
import { ADVICE } from "../src/views/page/status/advice.ts";
import { randomCheckpoint } from "./checkpoints.ts";
import type { CheckpointFiles } from "./checkpoints.ts";
import { startHub } from "./hub-server.ts";
import type { HubServer } from "./hub-server.ts";

/**
 * What a person reads of files that are not a checkpoint: a sentence, and the advice that stands behind every fault of its code. For each
 * format and each way of opening it the two together have to be true.
 */

const WEIGHTS = "model.safetensors";
const TOKENIZER = "tokenizer.json";
const latin = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A checkpoint with a file of another kind in the place of one of its own. */
function withInstead(own: string, name: string, bytes: Uint8Array = latin("x")): CheckpointFiles {
  const files = new Map(randomCheckpoint({ layers: 1 }));
  files.delete(own);
  return files.set(name, bytes);
}

const withBytes = (name: string, bytes: Uint8Array) => withInstead(name, name, bytes);

function withConfig(fields: object): CheckpointFiles {
  const files = randomCheckpoint({ layers: 1 });
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as object;
  return new Map(files).set("config.json", text({ ...config, ...fields }));
}

/** A safetensors file of whole numbers, of which only the header matters. */
function quantised(names: readonly string[]): Uint8Array {
  const header = Object.fromEntries(
    names.map((name, at) => [name, { dtype: "I32", shape: [4, 8], data_offsets: [128 * at, 128 * (at + 1)] }]),
  );
  const json = text(header);
  const whole = new Uint8Array(8 + json.length + 128 * names.length);
  new DataView(whole.buffer).setBigUint64(0, BigInt(json.length), true);
  whole.set(json, 8);
  return whole;
}

const LFS = latin("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 538090408\n");
const Q = "model.layers.0.self_attn.q_proj";

type Format = [string, CheckpointFiles, named: string, isAskedFor?: boolean];

/** What is there, what the sentence calls it, and whether it is known at an address, where only usual names can be asked for. */
const FORMATS: readonly Format[] = [
  ["GGML", withInstead(WEIGHTS, "ggml-model-q4_0.bin"), "GGML, an old format of llama.cpp", false],
  ["ONNX", withInstead(WEIGHTS, "onnx/model.onnx"), "ONNX, a graph without a way in"],
  ["a pickle", withInstead(WEIGHTS, "pytorch_model.bin"), "a PyTorch pickle"],
  ["an index of pickles", withInstead(WEIGHTS, "pytorch_model.bin.index.json"), "an index of PyTorch pickles"],
  ["Llama's own files", withInstead(WEIGHTS, "consolidated.00.pth"), "weights with the names that their makers", false],
  ["OpenVINO", withInstead(WEIGHTS, "openvino_model.xml"), "OpenVINO, a graph without a way in", false],
  ["Core ML", withInstead(WEIGHTS, "model.mlmodel"), "Core ML, a graph without a way in", false],
  ["TensorRT", withInstead(WEIGHTS, "model.engine"), "TensorRT, compiled for one GPU", false],
  ["an archive", withInstead(WEIGHTS, "model.zip"), "an archive", false],
  ["MLX", withInstead(WEIGHTS, "weights.npz"), "arrays of MLX or NumPy"],
  ["TensorFlow", withInstead(WEIGHTS, "tf_model.h5"), "weights of TensorFlow"],
  ["Flax", withInstead(WEIGHTS, "flax_model.msgpack"), "weights of Flax"],
  ["a variant", withInstead(WEIGHTS, "model.fp16.safetensors"), "a variant of the weights"],
  ["another name", withInstead(WEIGHTS, "mine.safetensors"), "weights under another name", false],
  ["shards without an index", withInstead(WEIGHTS, "model-00001-of-00002.safetensors"), "a part of the weights"],
  [
    "an adapter",
    new Map([
      ["adapter_config.json", text({})],
      ["adapter_model.safetensors", latin("x")],
    ]),
    "a LoRA adapter without its base model",
  ],
  ["SentencePiece", withInstead(TOKENIZER, "tokenizer.model"), "a SentencePiece model"],
  ["T5's SentencePiece", withInstead(TOKENIZER, "spiece.model"), "a SentencePiece model"],
  ["merges", withInstead(TOKENIZER, "vocab.json"), "a vocabulary with its merges"],
  ["WordPiece", withInstead(TOKENIZER, "vocab.txt"), "a vocabulary of WordPiece"],
  ["tiktoken", withInstead(TOKENIZER, "tekken.json"), "a vocabulary of tiktoken"],
  ["an LFS pointer for weights", withBytes(WEIGHTS, LFS), "is a Git LFS pointer"],
  ["an LFS pointer for a tokenizer", withBytes(TOKENIZER, LFS), "is a Git LFS pointer"],
  ["an LFS pointer for a config", withBytes("config.json", LFS), "is a Git LFS pointer"],
  ["GGUF under the name", withBytes(WEIGHTS, latin(`GGUF${"\0".repeat(20)}`)), "is GGUF, the format of llama.cpp"],
  [
    "a pickle under the name",
    withBytes(WEIGHTS, latin(`PK\u0003\u0004${"\0".repeat(26)}model/data.pkl`)),
    "is a PyTorch pickle",
  ],
  ["ZIP under the name", withBytes(WEIGHTS, latin(`PK\u0003\u0004${"\0".repeat(40)}`)), "is a ZIP archive"],
  ["a pointer of git-annex", withBytes(WEIGHTS, latin("/annex/objects/SHA256E-s9--4d7a")), "is a pointer of git-annex"],
  ["UTF-16", withBytes("config.json", latin("\u00ff\u00fe{\0")), "is text in UTF-16"],
  ["NumPy under the name", withBytes(WEIGHTS, latin(`\u0093NUMPY${"\0".repeat(40)}`)), "is an array of NumPy"],
  ["HDF5 under the name", withBytes(WEIGHTS, latin(`\u0089HDF\r\n${"\0".repeat(40)}`)), "is HDF5"],
  ["gzip under the name", withBytes(WEIGHTS, latin("\u001f\u008b\u0008\0\0\0\0\0\0\u0003")), "is packed by gzip"],
  ["a web page for weights", withBytes(WEIGHTS, latin("<!DOCTYPE html><title>Sign in</title>")), "is a web page"],
  ["a web page for a config", withBytes("config.json", latin("<html><body>502")), "is a web page"],
  ["GPTQ by its tensors", withBytes(WEIGHTS, quantised([`${Q}.qweight`, `${Q}.g_idx`])), "quantised by GPTQ"],
  ["bitsandbytes by its tensors", withBytes(WEIGHTS, quantised([`${Q}.weight.absmax`])), "quantised by bitsandbytes"],
  ["GPTQ by its config", withConfig({ quantization_config: { quant_method: "gptq", bits: 4 } }), "quantised by GPTQ"],
];

/** What is no format at all, and the code that it has by its kind. */
const OTHERS: readonly (readonly [string, CheckpointFiles, FaultCode, RegExp])[] = [
  [
    "nothing",
    new Map([["README.md", latin("x")]]),
    "missing-file",
    /has no config\.json(; if the model is a GGUF file, give the file.s own address)?$/,
  ],
  ["no weights", withInstead(WEIGHTS, "README.md"), "missing-file", /has neither model\.safetensors nor/],
  ["no tokenizer", withInstead(TOKENIZER, "README.md"), "missing-file", /has no tokenizer\.json$/],
  ["a file cut off", withBytes(WEIGHTS, latin("\u00ff\0\0\0\0\0\0\0{")), "damaged-file", /truncated/],
  ["a config cut off", withBytes("config.json", latin('{"architectures": [')), "damaged-file", /is not JSON/],
  ["a tensor that is not there", withConfig({ num_hidden_layers: 2 }), "bad-file", /has no tensor model\.layers\.1/],
  ["a shape that does not fit", withConfig({ intermediate_size: 57 }), "bad-file", /config\.json asks for \[/],
];

const repoOf = (name: string) => `somebody/${name.replaceAll(/[^\w]+/g, "-")}`;
let hub: HubServer;
beforeAll(async () => {
  const repositories = [...FORMATS, ...OTHERS].map(([name, files]) => [repoOf(name), { files }] as const);
  hub = await startHub(Object.fromEntries(repositories));
});
afterAll(() => hub.close());

function folder(files: CheckpointFiles): FileSource {
  const picked = [...files].map(([path, bytes]) => new File([bytes as Uint8Array<ArrayBuffer>], path));
  return { kind: "files", files: picked, paths: [...files.keys()].map((path) => `folder/${path}`) };
}

const WAYS = {
  "a folder": (_: string, files: CheckpointFiles) => folder(files),
  "the Hub": (name: string): FileSource => ({ kind: "hub", repo: repoOf(name), hub: hub.url }),
  "an address": (name: string): FileSource => ({ kind: "url", base: `${hub.url}/${repoOf(name)}/resolve/main/` }),
} as const;

async function faultOf(source: FileSource): Promise<Fault> {
  const opened = openSource(source, () => undefined).then(readCheckpoint);
  const reason: unknown = await opened
    .then(({ spec, tensors }) => planModel(spec, tensors, "q8"))
    .catch((thrown: unknown) => thrown);
  expect(reason).toBeInstanceOf(Fault);
  return reason as Fault;
}

const WAY_ON = /needed|git lfs pull|git annex get|unpack it|fetch it again/;

describe.each(Object.entries(WAYS))("opened from %s", (way, sourceOf) => {
  test.each(FORMATS)(
    "%s is named with the way on, and nothing else is advised",
    async (name, files, named, isAsked) => {
      const isKnown = way !== "an address" || isAsked !== false;
      const { code, message } = await faultOf(sourceOf(name, files));
      expect([code, message.includes(named)]).toEqual([isKnown ? "other-format" : "missing-file", isKnown]);
      expect(message).toMatch(isKnown ? WAY_ON : /has no|has neither/);
    },
  );

  test.each(OTHERS)("%s has the code of its kind", async (name, files, code, told) => {
    expect(await faultOf(sourceOf(name, files))).toMatchObject({ code, message: expect.stringMatching(told) });
  });
});

test("what a sentence says whole gets no advice behind it", () => {
  expect([ADVICE["other-format"], ADVICE["bad-file"]]).toEqual(["", ""]);
});

test("what is not there is advised the same wherever it was looked for, and what is damaged is to be fetched again", () => {
  expect(ADVICE["missing-file"]).not.toMatch(/address|Hub|repositor|folder|connection|damaged|cut off|fetch/i);
  expect(ADVICE["damaged-file"]).toContain("cut off on the way; fetch it again");
});
