import { randomCheckpoint, safetensors } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { Fault } from "#core/fault.ts";
import { expect, test } from "vitest";
import { memorySource } from "./byte-source.ts";
import type { FileSet } from "./byte-source.ts";
import { openTensors, readJson, readOptionalJson } from "./checkpoint.ts";

const folder = (files: CheckpointFiles): FileSet => ({
  name: "the folder",
  open: (path) => Promise.resolve(files.has(path) ? memorySource(files.get(path)!) : undefined),
});
const bytes = (text: string) => new TextEncoder().encode(text);
const one = (name: string, value: number) => safetensors([{ name, shape: [1], data: new Float32Array([value]) }]);
const index = (map: unknown) => bytes(JSON.stringify({ weight_map: map }));
const INDEX = "model.safetensors.index.json";

test("reads tensors of a single file by name", async () => {
  const tensors = await openTensors(folder(new Map([["model.safetensors", one("a.weight", 7)]])));
  expect([tensors.has("a.weight"), tensors.has("b.weight")]).toEqual([true, false]);
  expect(tensors.entry("a.weight").shape).toEqual([1]);
  expect([...(await tensors.read("a.weight"))]).toEqual([7]);
});

test("reads every tensor from the file that the index names", async () => {
  const files = new Map([
    [INDEX, index({ a: "one.safetensors", b: "two.safetensors" })],
    ["one.safetensors", one("a", 1)],
    ["two.safetensors", one("b", 2)],
  ]);
  const tensors = await openTensors(folder(files));
  expect([...(await tensors.read("a")), ...(await tensors.read("b"))]).toEqual([1, 2]);
});

test("a checkpoint in three files holds what it holds in one", async () => {
  const single = await openTensors(folder(randomCheckpoint({ layers: 1 })));
  const sharded = await openTensors(folder(randomCheckpoint({ layers: 1, shards: 3 })));
  for (const name of ["model.embed_tokens.weight", "model.layers.0.mlp.down_proj.weight", "lm_head.weight"]) {
    expect(await sharded.read(name)).toEqual(await single.read(name));
  }
});

test("opens each shard once, and prefers a single file", async () => {
  const opened: string[] = [];
  const watched = (files: CheckpointFiles): FileSet => ({
    ...folder(files),
    open: (path) => {
      opened.push(path);
      return folder(files).open(path);
    },
  });
  const files = new Map([
    [INDEX, index({ a: "one.safetensors", b: "one.safetensors" })],
    ["one.safetensors", one("a", 1)],
  ]);
  await openTensors(watched(files));
  expect(opened).toEqual(["model.safetensors", INDEX, "one.safetensors"]);
  opened.length = 0;
  await openTensors(watched(new Map([...files, ["model.safetensors", one("a", 1)]])));
  expect(opened).toEqual(["model.safetensors"]);
});

test.each<[string, [string, Uint8Array][], string, string]>([
  [
    "a folder without weights",
    [],
    "missing-file",
    "checkpoint: the folder has neither model.safetensors nor model.safetensors.index.json",
  ],
  [
    "an index without weight_map",
    [[INDEX, bytes("{}")]],
    "bad-file",
    `checkpoint: ${INDEX} has no weight_map from tensor`,
  ],
  ["an index that is null", [[INDEX, bytes("null")]], "bad-file", `checkpoint: ${INDEX} has no weight_map from tensor`],
  [
    "an index that is a text",
    [[INDEX, bytes('"a"')]],
    "bad-file",
    `checkpoint: ${INDEX} has no weight_map from tensor`,
  ],
  [
    "a weight_map that is a text",
    [[INDEX, index("a")]],
    "bad-file",
    `checkpoint: ${INDEX} has no weight_map from tensor`,
  ],
  ["an index that is no JSON", [[INDEX, bytes("{,")]], "damaged-file", `checkpoint: ${INDEX} is not JSON (`],
  [
    "a shard that is missing",
    [[INDEX, index({ a: "one.safetensors" })]],
    "missing-file",
    `checkpoint: ${INDEX} names one.safetensors, which the folder does not have`,
  ],
  [
    "a file name that is a number",
    [[INDEX, index({ a: 5 })]],
    "bad-file",
    `checkpoint: ${INDEX} names 5 as the file of a; the name of a .safetensors file in the same folder is needed`,
  ],
  ...[
    "../model.safetensors",
    "/etc/model.safetensors",
    "https://example.org/model.safetensors",
    "sub/model.safetensors",
    "..\\model.safetensors",
    "a%2Fmodel.safetensors",
    "model.safetensors?x=.safetensors",
    ".safetensors",
    "model.bin",
    `${"m".repeat(300)}.safetensors`,
    "",
  ].map((name): [string, [string, Uint8Array][], string, string] => [
    `a file that is called “${name.slice(0, 40)}”`,
    [[INDEX, index({ a: name })]],
    "bad-file",
    `as the file of a; the name of a .safetensors file in the same folder is needed`,
  ]),
  ["an index of no files", [[INDEX, index({})]], "bad-file", `checkpoint: ${INDEX} names no file at all`],
  [
    "an index of more files than there can be",
    [[INDEX, index(Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`t${i}`, `m${i}.safetensors`])))]],
    "bad-file",
    `checkpoint: ${INDEX} names 2001 files; at most 2000 can be read`,
  ],
  [
    "a tensor in two files",
    [
      [INDEX, index({ a: "one.safetensors", b: "two.safetensors" })],
      ["one.safetensors", one("a", 1)],
      ["two.safetensors", one("a", 2)],
    ],
    "bad-file",
    "checkpoint: tensor a is in two.safetensors and in another file too; one of them is needed",
  ],
  [
    "a folder of PyTorch's own format",
    [["pytorch_model.bin", bytes("PK")]],
    "other-format",
    `has neither model.safetensors nor ${INDEX}; it has pytorch_model.bin (a PyTorch pickle, which can run code when it is read), and weights in safetensors are needed: transformers makes them: AutoModelForCausalLM.from_pretrained(folder).save_pretrained(copy)`,
  ],
  [
    "an adapter without its model",
    [["adapter_model.safetensors", one("a", 1)]],
    "other-format",
    "; it has adapter_model.safetensors (a LoRA adapter without its base model), and weights",
  ],
  [
    "a shard that is broken, by its name",
    [
      [INDEX, index({ a: "one.safetensors" })],
      ["one.safetensors", new Uint8Array(3)],
    ],
    "damaged-file",
    "safetensors: one.safetensors has 3 bytes, the header length alone takes 8",
  ],
])("refuses %s", async (_name, files, code, message) => {
  const opening = openTensors(folder(new Map(files)));
  await expect(opening).rejects.toBeInstanceOf(Fault);
  await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("names the tensor that is missing", async () => {
  const tensors = await openTensors(folder(new Map([["model.safetensors", one("a", 1)]])));
  const message = "safetensors: the folder has no tensor lm_head.weight, which this architecture needs";
  expect(() => tensors.entry("lm_head.weight")).toThrow(new Fault("bad-file", message));
  await expect(async () => tensors.read("lm_head.weight")).rejects.toThrow(new Fault("bad-file", message));
});

test("names a format that it cannot read in a folder whose files are known", async () => {
  const gguf: FileSet = { ...folder(new Map()), names: () => Promise.resolve(["README.md", "tiny.Q4_K_M.gguf"]) };
  await expect(readJson(gguf, "config.json")).rejects.toThrow(
    new Fault(
      "other-format",
      "checkpoint: the folder has no config.json; it has tiny.Q4_K_M.gguf (GGUF, the format of llama.cpp), and weights in safetensors are needed, or open that file itself, on the Hub as owner/name/file.gguf, elsewhere by its own address",
    ),
  );
});

test("where files cannot be listed, a model in GGUF has an address of its own", async () => {
  const unlisted = folder(new Map());
  const listed: FileSet = { ...unlisted, names: () => Promise.resolve(["README.md"]) };
  const way = "; if the model is a GGUF file, give the file's own address";
  const [config, weights] = [
    "checkpoint: the folder has no config.json",
    "checkpoint: the folder has neither model.safetensors nor model.safetensors.index.json",
  ];
  await expect(readJson(unlisted, "config.json")).rejects.toThrow(new Fault("missing-file", config + way));
  await expect(openTensors(unlisted)).rejects.toThrow(new Fault("missing-file", weights + way));
  await expect(readJson(listed, "config.json")).rejects.toThrow(new Fault("missing-file", config));
  await expect(openTensors(listed)).rejects.toThrow(new Fault("missing-file", weights));
  await expect(readJson(unlisted, "tokenizer.json")).rejects.toThrow(
    new Fault("missing-file", "checkpoint: the folder has no tokenizer.json"),
  );
});

test("reads JSON, and tells a file that is missing from one that is null", async () => {
  const files = folder(
    new Map([
      ["a.json", bytes('{"ü": [1]}')],
      ["null.json", bytes("null")],
    ]),
  );
  expect(await readJson(files, "a.json")).toEqual({ ü: [1] });
  expect(await readOptionalJson(files, "null.json")).toBeNull();
  expect(await readOptionalJson(files, "b.json")).toBeUndefined();
  await expect(readJson(files, "b.json")).rejects.toThrow(
    new Fault("missing-file", "checkpoint: the folder has no b.json"),
  );
});

test("refuses oversized JSON before it reads a byte of it", async () => {
  const huge: FileSet = {
    name: "the folder",
    open: () => Promise.resolve({ byteLength: 128_000_001, slice: () => Promise.reject(new Error("read")) }),
  };
  await expect(readJson(huge, "config.json")).rejects.toThrow(
    new Fault(
      "bad-file",
      "checkpoint: config.json has 128000001 bytes, more than the 128000000 that such a file can need",
    ),
  );
});
