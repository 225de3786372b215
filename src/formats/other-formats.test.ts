import { safetensors } from "#test/checkpoints.ts";
import { describe, expect, test } from "vitest";
import { memorySource } from "./byte-source.ts";
import type { FileSet } from "./byte-source.ts";
import { openTensors, readJson } from "./checkpoint.ts";

const bytes = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
const held = (files: Readonly<Record<string, Uint8Array>>): FileSet => ({
  name: "the folder",
  open: (path) => Promise.resolve(Object.hasOwn(files, path) ? memorySource(files[path]!) : undefined),
});
/** A folder that says what it holds, as one from disk or of the Hub. */
const listed = (names: readonly string[]): FileSet => ({ ...held({}), names: () => Promise.resolve(names) });
/** An address, where names have to be asked for. */
const unlisted = (names: readonly string[]) => held(Object.fromEntries(names.map((name) => [name, bytes("x")])));

describe("instead of weights", () => {
  test.each<[readonly string[], string]>([
    [["README.md", "llama-2-7b.Q4_K_M.gguf"], "llama-2-7b.Q4_K_M.gguf (GGUF, the format of llama.cpp)"],
    [["BIG-Q8.GGUF"], "BIG-Q8.GGUF (GGUF"],
    [["ggml-model-q4_0.bin"], "ggml-model-q4_0.bin (GGML"],
    [["config.json", "onnx/model_q4.onnx"], "onnx/model_q4.onnx (ONNX"],
    [["pytorch_model.bin"], "pytorch_model.bin (a PyTorch pickle, which can run code"],
    [["pytorch_model-00001-of-00002.bin"], "pytorch_model-00001-of-00002.bin (a PyTorch pickle"],
    [["pytorch_model.bin.index.json"], "pytorch_model.bin.index.json (an index of PyTorch pickles"],
    [
      ["params.json", "consolidated.00.pth", "tokenizer.model"],
      "consolidated.00.pth (weights with the names that their makers gave to the tensors, not those of transformers), and weights in safetensors are needed: open the checkpoint for transformers",
    ],
    [["consolidated.safetensors", "params.json"], "consolidated.safetensors (weights with the names that their makers"],
    [["model.onnx.data"], "model.onnx.data (ONNX"],
    [["openvino_model.xml", "openvino_model.bin"], "openvino_model.xml (OpenVINO"],
    [["Model.mlpackage/Manifest.json"], "Model.mlpackage/Manifest.json (Core ML"],
    [["model.tflite"], "model.tflite (LiteRT"],
    [["rank0.engine"], "rank0.engine (TensorRT"],
    [["llama.zip"], "llama.zip (an archive), and weights in safetensors are needed: unpack it and open the folder"],
    [["llama.tar.gz"], "llama.tar.gz (an archive)"],
    [["weights.npz"], "weights.npz (arrays of MLX"],
    [["tf_model.h5"], "transformers before 5 makes them: AutoModelForCausalLM.from_pretrained(folder, from_tf=True)"],
    [
      ["flax_model.msgpack"],
      "transformers before 5 makes them: AutoModelForCausalLM.from_pretrained(folder, from_flax=True)",
    ],
    [
      ["model.fp16.safetensors"],
      "a variant of the weights), and weights in safetensors are needed: name it model.safetensors",
    ],
    [["mine.safetensors"], "mine.safetensors (weights under another name)"],
    [["model-00002-of-00003.safetensors"], "the file model.safetensors.index.json is needed beside it"],
    [["adapter_config.json", "adapter_model.safetensors"], "open the base, then attach the adapter to it"],
  ])("a folder of %j is told what it is and the way on", async (names, told) => {
    await expect(openTensors(listed(names))).rejects.toMatchObject({
      code: "other-format",
      message: expect.stringContaining(told),
    });
  });

  test.each([
    "model.gguf",
    "onnx/model.onnx",
    "pytorch_model.bin",
    "model.fp16.safetensors",
    "model-00001-of-00003.safetensors",
    "adapter_model.safetensors",
    "weights.npz",
  ])("at an address %s is asked for by name", async (name) => {
    await expect(openTensors(unlisted([name]))).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `it has ${name.replaceAll(".", "\\.")} \\(.+\\), and weights in safetensors are needed(?::|, or open that file itself)`,
        ),
      ),
    });
  });

  test("a list that cannot be had is no reason to say less", async () => {
    const files = { ...unlisted(["model.gguf"]), names: () => Promise.reject(new Error("offline")) };
    await expect(readJson(files, "config.json")).rejects.toThrow("it has model.gguf (GGUF");
  });
});

test.each([
  ["tokenizer.model", "a SentencePiece model"],
  ["spiece.model", "a SentencePiece model"],
  ["vocab.json", "a vocabulary with its merges in files of their own"],
  ["vocab.txt", "a vocabulary of WordPiece"],
  ["tekken.json", "a vocabulary of tiktoken"],
])("instead of tokenizer.json, %s is told what it is and the way on", async (name, called) => {
  for (const files of [listed(["config.json", name]), unlisted([name])]) {
    await expect(readJson(files, "tokenizer.json")).rejects.toMatchObject({
      code: "other-format",
      message: `checkpoint: the folder has no tokenizer.json; it has ${name} (${called}), and tokenizer.json is needed: transformers makes it: AutoTokenizer.from_pretrained(folder).save_pretrained(folder)`,
    });
  }
});

test.each([
  [
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 538090408\n",
    "is a Git LFS pointer, not the file",
  ],
  ["GGUF\u0003\0\0\0\u0020\0\0\0\0\0\0\0", "is GGUF, the format of llama.cpp, under another name"],
  [`PK\u0003\u0004${"\0".repeat(26)}archive/data.pkl`, "is a PyTorch pickle under another name"],
  [`PK\u0003\u0004${"\0".repeat(26)}model/byteorder`, "is a PyTorch pickle under another name"],
  [`PK\u0003\u0004${"\0".repeat(26)}embed_tokens.weight.npy`, "is an archive of arrays of NumPy under another name"],
  [`PK\u0003\u0004${"\0".repeat(26)}llama/config.json`, "is a ZIP archive under another name: unpack it"],
  ["/annex/objects/SHA256E-s538090408--4d7a21.safetensors", "is a pointer of git-annex, not the file"],
  ["# xet version 0\nfilesize = 538090408\n", "is a pointer of the Hub's storage, not the file"],
  ["\u00ff\u00fe{\0 \0 \0 \0", "is text in UTF-16; UTF-8 is needed"],
  ["\u0080\u0002}q\0(X\u0005\0\0\0modelq", "is a PyTorch pickle under another name"],
  ["<!DOCTYPE html><title>Sign in</title>", "is a web page"],
  ["\n  <html><body>502", "is a web page"],
  ["\u001f\u008b\u0008\0\0\0\0\0\0\u0003", "is packed by gzip"],
])("a file that begins with %j says so under every name", async (beginning, told) => {
  const fault = { code: "other-format", message: expect.stringContaining(told) };
  await expect(openTensors(held({ "model.safetensors": bytes(beginning) }))).rejects.toMatchObject(fault);
  await expect(readJson(held({ "tokenizer.json": bytes(beginning) }), "tokenizer.json")).rejects.toMatchObject(fault);
});

test("in the place of weights, a text says how it begins", async () => {
  await expect(
    openTensors(held({ "model.safetensors": bytes("hello, this is\nno tensor at all ".repeat(9)) })),
  ).rejects.toMatchObject({
    code: "other-format",
    message:
      'safetensors: model.safetensors is a text that begins with "hello, this is\\nno tensor"; weights in safetensors are needed',
  });
});

test.each(["base_model.model.", "language_model.", "anything.at.all."])(
  "names that all begin with %s are told apart from tensors that are missing",
  async (prefix) => {
    const name = `${prefix}model.norm.weight`;
    const files = held({ "model.safetensors": safetensors([{ name, shape: [1], data: Float32Array.of(1) }]) });
    const { entry } = await openTensors(files);
    expect(() => entry("model.norm.weight")).toThrow(
      `the folder has no tensor model.norm.weight, which this architecture needs; it has ${name}: “${prefix}” has to be taken off its tensors' names`,
    );
    expect(() => entry("model.embed_tokens.weight")).toThrow(
      /has no tensor model\.embed_tokens\.weight, which this architecture needs$/,
    );
  },
);

describe("weights that were quantised elsewhere are named by their tensors alone", () => {
  const Q = "model.layers.0.self_attn.q_proj";
  const tensor = (name: string, shape: number[], dtype = "F32") => ({ name, shape, dtype });
  /** Only the header matters; four bytes a value serve every type that is used here. */
  const file = (tensors: readonly { name: string; shape: number[]; dtype: string }[]) => {
    let at = 0;
    const header = Object.fromEntries(
      tensors.map(({ name, shape, dtype }) => {
        const size = 4 * shape.reduce((product, each) => product * each, 1);
        at += size;
        return [name, { dtype, shape, data_offsets: [at - size, at] }];
      }),
    );
    const json = new TextEncoder().encode(JSON.stringify(header));
    const whole = new Uint8Array(8 + json.length + at);
    new DataView(whole.buffer).setBigUint64(0, BigInt(json.length), true);
    whole.set(json, 8);
    return held({ "model.safetensors": whole });
  };

  test.each([
    [
      "GPTQ",
      [tensor(`${Q}.qweight`, [4, 32], "I32"), tensor(`${Q}.scales`, [1, 32]), tensor(`${Q}.qzeros`, [1, 4], "I32")],
    ],
    ["GPTQ", [tensor(`${Q}.g_idx`, [32], "I32"), tensor(`${Q}.qweight`, [4, 32], "I32")]],
    [
      "AWQ",
      [tensor(`${Q}.qweight`, [32, 4], "I32"), tensor(`${Q}.scales`, [1, 32]), tensor(`${Q}.qzeros`, [1, 4], "I32")],
    ],
    ["bitsandbytes", [tensor(`${Q}.weight`, [512, 1], "I32"), tensor(`${Q}.weight.absmax`, [16])]],
    ["bitsandbytes", [tensor(`${Q}.weight`, [8, 4], "I32"), tensor(`${Q}.SCB`, [8])]],
    ["bitsandbytes", [tensor(`${Q}.weight.quant_state.bitsandbytes__nf4`, [9], "I32")]],
    ["MLX", [tensor(`${Q}.weight`, [32, 4], "U32"), tensor(`${Q}.scales`, [32, 1]), tensor(`${Q}.biases`, [32, 1])]],
    ["FP8", [tensor(`${Q}.weight`, [8, 8], "I32"), tensor(`${Q}.weight_scale_inv`, [1, 1])]],
    ["compressed-tensors", [tensor(`${Q}.weight_packed`, [8, 1], "I32")]],
  ])("%s, by %j", async (way, tensors) => {
    await expect(openTensors(file(tensors))).rejects.toMatchObject({
      code: "other-format",
      message: expect.stringMatching(
        new RegExp(
          `^checkpoint: the weights are quantised by ${way}, which tensor .+ tells; weights in F32, F16 or BF16 are needed`,
        ),
      ),
    });
  });
});

describe("what wrappers put into names is left out of them", () => {
  const one = (name: string, value: number) => ({ name, shape: [1], data: new Float32Array([value]) });

  test.each([
    ["torch.compile", "_orig_mod.model.norm.weight"],
    ["torch.compile, of a layer", "model._orig_mod.norm.weight"],
    ["DataParallel or DDP", "module.model.norm.weight"],
    ["DeepSpeed around DDP", "module.module.model.norm.weight"],
    ["DDP around torch.compile", "module._orig_mod.model.norm.weight"],
    ["torch.compile around DDP", "_orig_mod.module.model.norm.weight"],
    ["FSDP", "_fsdp_wrapped_module.model._fsdp_wrapped_module.norm.weight"],
  ])("of %s: %s", async (_name, stored) => {
    const tensors = await openTensors(held({ "model.safetensors": safetensors([one(stored, 7)]) }));
    expect(tensors.entries.map(({ name }) => name)).toEqual(["model.norm.weight"]);
    expect([...(await tensors.read("model.norm.weight"))]).toEqual([7]);
  });

  test.each(["_orig_mod.a.weight", "module.a.weight"])(
    "and %s beside the plain name is one tensor too many",
    async (stored) => {
      const twice = held({ "model.safetensors": safetensors([one("a.weight", 1), one(stored, 2)]) });
      await expect(openTensors(twice)).rejects.toThrow("tensor a.weight is in model.safetensors");
    },
  );

  test("a module that is called so within a name stays", async () => {
    const file = held({ "model.safetensors": safetensors([one("model.module.weight", 7)]) });
    expect((await openTensors(file)).has("model.module.weight")).toBe(true);
  });
});
