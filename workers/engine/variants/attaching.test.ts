import { createHash } from "node:crypto";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { fileSet, loadInNode, unaborted } from "#test/engine.ts";
import { adapterFiles, randomAdapter } from "#test/random/adapter.ts";
import { attach, steps, variantsOf, withVariants } from "#test/variants.ts";
import { createEngine } from "../engine.ts";
import type { LoadedVariants } from "./loaded-variants.ts";
import type { StoredFile } from "../store/file-store.ts";

const IDS = [1, 5, 9, 33, 2, 96];

describe("sessions", () => {
  test("only blocks that the adapter changes get one, and they go with it", async () => {
    const files = randomCheckpoint();
    const variants = await variantsOf(files, "q8");
    const create = vi.spyOn(ort.InferenceSession, "create");
    try {
      await attach(variants, randomAdapter(files, { layers: [0, 2], modules: ["q_proj"] }));
      expect(create).toHaveBeenCalledTimes(2);
      const created = await Promise.all(create.mock.results.map(({ value }) => value as Promise<ort.InferenceSession>));
      const released = created.map((session) => vi.spyOn(session, "release"));
      await variants.detach();
      for (const release of released) expect(release).toHaveBeenCalledOnce();
    } finally {
      create.mockRestore();
    }
    const { top } = await variants.session("base").predict(IDS, { top: 10 }, () => undefined, unaborted());
    expect(top[0]!.probability).toBeGreaterThan(0);
    await variants.dispose();
  });
});

describe("what is refused", () => {
  const files = randomCheckpoint();
  let variants: LoadedVariants;
  beforeAll(async () => {
    variants = await variantsOf(files, "q8");
    await attach(variants, randomAdapter(files));
  });
  const parts = randomAdapter(files);
  const first = parts.tensors[0]!;
  const Q0 = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";

  test.each<[string, CheckpointFiles, string, string]>([
    [
      "a folder without an adapter",
      new Map(),
      "missing-file",
      "checkpoint: test checkpoint has no adapter_config.json",
    ],
    [
      "an adapter without weights",
      new Map([["adapter_config.json", adapterFiles(parts).get("adapter_config.json")!]]),
      "missing-file",
      "adapter: test checkpoint has no adapter_model.safetensors",
    ],
    [
      "a pickle",
      new Map([
        ["adapter_config.json", adapterFiles(parts).get("adapter_config.json")!],
        ["adapter_model.bin", new Uint8Array(4)],
      ]),
      "other-format",
      "adapter: test checkpoint has no adapter_model.safetensors; adapter_model.bin is a pickle, which can run code when it is read: PEFT makes it, PeftModel.from_pretrained(base, folder).save_pretrained(copy)",
    ],
    [
      "a factor without its partner",
      adapterFiles({ ...parts, tensors: parts.tensors.slice(1) }),
      "bad-file",
      "adapter: the file has base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight without its lora_A; both factors are needed",
    ],
    [
      "a factor of another width",
      adapterFiles({
        ...parts,
        tensors: [{ name: Q0, shape: [3, 41], data: new Float32Array(123) }, ...parts.tensors.slice(1)],
      }),
      "bad-file",
      `adapter: the file has ${Q0} of shape [3, 41]; rank 3 on this base’s 32 × 40 asks for [3, 40]`,
    ],
    [
      "another rank than the config's",
      adapterFiles({ ...parts, config: { ...parts.config, r: 8 } }),
      "bad-file",
      `adapter: the file has ${Q0} of shape [3, 40]; rank 8 on this base’s 32 × 40 asks for [8, 40]`,
    ],
    [
      "an adapter for another architecture",
      adapterFiles(randomAdapter(randomCheckpoint({ family: "gpt_neox" }))),
      "bad-file",
      "adapter: the file is for gpt_neox.layers.0.attention.query_key_value, which this base does not have (its layers have q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj)",
    ],
    [
      "an adapter of embeddings",
      adapterFiles({
        ...parts,
        tensors: [{ ...first, name: "base_model.model.model.embed_tokens.lora_embedding_A" }],
      }),
      "bad-file",
      "adapter: the file changes embeddings or the unembedding (base_model.model.model.embed_tokens.lora_embedding_A); only attention and FFN can be adapted here",
    ],
    [
      "an adapter of the unembedding",
      adapterFiles({ ...parts, tensors: [{ ...first, name: "base_model.model.lm_head.lora_A.weight" }] }),
      "bad-file",
      "adapter: the file changes embeddings or the unembedding (base_model.model.lm_head.lora_A.weight); only attention and FFN can be adapted here",
    ],
    [
      "a tensor of another method",
      adapterFiles({
        ...parts,
        tensors: [{ ...first, name: "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector" }],
      }),
      "bad-file",
      "adapter: the file has base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector, which is no factor of a LoRA pair (…lora_A.weight, …lora_B.weight)",
    ],
    [
      "tensors that the config does not mean",
      adapterFiles({ ...parts, config: { ...parts.config, target_modules: ["v_proj"] } }),
      "bad-file",
      "adapter: the file has weights for model.layers.0.self_attn.q_proj, which adapter_config.json leaves out (target_modules: v_proj)",
    ],
    [
      "tensors that the config excludes",
      adapterFiles({
        ...parts,
        config: { ...parts.config, target_modules: "all-linear", exclude_modules: ".*q_proj" },
      }),
      "bad-file",
      "adapter: the file has weights for model.layers.0.self_attn.q_proj, which adapter_config.json leaves out (target_modules: all-linear; exclude_modules: .*q_proj)",
    ],
    [
      "an empty file",
      adapterFiles({ ...parts, tensors: [] }),
      "bad-file",
      "adapter: the file has no weights; target_modules asks for q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj",
    ],
    [
      "a weight that is no number",
      adapterFiles({ ...parts, tensors: [{ ...first, data: first.data.map(() => NaN) }, ...parts.tensors.slice(1)] }),
      "bad-file",
      `safetensors: ${Q0} has NaN at place 0; finite numbers are needed`,
    ],
  ])("%s, and the adapter that was there stays", async (_name, broken, code, message) => {
    const before = await variants.session("adapted").predict(IDS, { top: 10 }, () => undefined, unaborted());
    await expect(variants.attachFiles(fileSet(broken), steps)).rejects.toMatchObject({ name: "Fault", code, message });
    expect(await variants.session("adapted").predict(IDS, { top: 10 }, () => undefined, unaborted())).toEqual(before);
  });

  test("the stored weights of a block being gone, before anything is made of it", async () => {
    const loaded = await loadInNode(files, "q8");
    const gone: StoredFile = {
      ...loaded.files.get(1)!,
      slice: () => Promise.reject(new Fault("storage-failed", "the stored weights of this model are gone")),
    };
    const bare = await withVariants({ ...loaded, files: new Map(loaded.files).set(1, gone) });
    await expect(attach(bare, parts)).rejects.toMatchObject({
      code: "storage-failed",
      message: "the stored weights of this model are gone",
    });
    expect((await bare.session().predict(IDS, { top: 10 }, () => undefined, unaborted())).top).toHaveLength(10);
    await bare.dispose();
  });

  test("the adapted variant where no adapter is attached, and a comparison of two things at once", async () => {
    const bare = await variantsOf(files, "q8");
    expect(() => bare.session("adapted")).toThrow(
      "variant: adapted was asked for and no adapter is attached; attach one first",
    );
    const interventions = [{ kind: "head", at: { layer: 0, head: 0 }, scale: 0 }] as const;
    const both = { against: { variant: "adapted" }, interventions, count: 3 } as const;
    await expect(variants.compareNeurons(IDS, both, () => undefined, unaborted())).rejects.toMatchObject({
      code: "bad-request",
      message:
        "comparison: two variants are compared with nothing switched off or scaled, or two runs of one variant; not both at once",
    });
  });
});

test("tells what it is: ranks, layers, modules and the base that it was made for", async () => {
  const files = randomCheckpoint();
  const variants = await variantsOf(files, "q8");
  const parts = randomAdapter(files, { modules: ["v_proj", "q_proj"], layers: [1], rankPattern: { q_proj: 5 } });
  const info = await attach(variants, parts);
  expect(info).toEqual({
    name: "test checkpoint",
    source: { kind: "files", name: "test checkpoint" },
    content: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    baseHint: "someone/random-base",
    note: "",
    ranks: [3, 5],
    layers: [1],
    modules: ["q_proj", "v_proj"],
    // q: 5 × (40 + 32), v: 3 × (40 + 16)
    parameters: 5 * 72 + 3 * 56,
    // stacked: rank 8, 40 inputs, 64 outputs, four bytes each
    bytes: 4 * 8 * (40 + 64),
  });
  await variants.dispose();
});

/** An adapter's content by its definition in docs/checkpoints.md, over whole tensors: each is far smaller than a segment. */
function contentByDefinition(files: CheckpointFiles): string {
  const hash = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
  const bytes = files.get("adapter_model.safetensors")!;
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [start, end],
        },
      ]) => [name, dtype, shape, [hash(bytes.subarray(8 + headerBytes + start, 8 + headerBytes + end))]],
    );
  const config = [["adapter_config.json", hash(files.get("adapter_config.json")!)]];
  return hash(JSON.stringify(["arithmoscope-content-1", config, tensors]));
}

test("an adapter's content is what its definition says, and another one for each bit of it", async () => {
  const base = randomCheckpoint();
  const parts = randomAdapter(base, { modules: ["q_proj", "v_proj"] });
  const variants = await variantsOf(base, "q8");
  const contentOf = async (files: CheckpointFiles) => (await variants.attachFiles(fileSet(files), steps)).content;
  const files = adapterFiles(parts);
  const contents = [await contentOf(files)];
  expect(contents[0]).toBe(contentByDefinition(files));
  for (const { name, data } of parts.tensors) {
    for (const at of [0, data.length - 1]) {
      const values = Float32Array.from(data);
      new Uint8Array(values.buffer)[4 * at]! ^= 1;
      const tensors = parts.tensors.map((each) => (each.name === name ? { ...each, data: values } : each));
      contents.push(await contentOf(adapterFiles({ ...parts, tensors })));
    }
  }
  const withLineEnd = Buffer.concat([files.get("adapter_config.json")!, Buffer.from("\n")]);
  contents.push(await contentOf(new Map(files).set("adapter_config.json", withLineEnd)));
  expect(new Set(contents).size).toBe(2 + 2 * parts.tensors.length);
  await variants.dispose();
});

test.each([
  ["a boundary, which is read", "(?:\\bmodel\\.layers\\.[\\d]{1,}\\.self_attn\\.(?:q_proj|v_proj))", {}, ""],
  [
    "a look ahead, which is not",
    "^(model(?=\\.).*\\.(q_proj|v_proj))$",
    {},
    "which is not read here. Its tensors say what is adapted",
  ],
  [
    "a rank by a key that is not read",
    ".*",
    { rank_pattern: { "(?i)Q_proj": 5 } },
    "Its tensors say what rank they have.",
  ],
])("an adapter whose config has %s is the one that its tensors say", async (_name, pattern, fields, note) => {
  const files = randomCheckpoint();
  const rankPattern = "rank_pattern" in fields ? { q_proj: 5 } : {};
  const parts = randomAdapter(files, { modules: ["q_proj", "v_proj"], rankPattern });
  const variants = await variantsOf(files, "q8");
  const plain = await attach(variants, parts);
  const expected = await variants.session("adapted").predict(IDS, { top: 10 }, () => undefined, unaborted());
  const info = await attach(variants, { ...parts, config: { ...parts.config, target_modules: pattern, ...fields } });
  expect({ ...info, content: "", note: "" }).toEqual({ ...plain, content: "" });
  expect(info.note).toContain(note);
  expect(info.note === "").toBe(note === "");
  expect(await variants.session("adapted").predict(IDS, { top: 10 }, () => undefined, unaborted())).toEqual(expected);
  await variants.dispose();
});

describe("through the engine", () => {
  const folder = (name: string, files: CheckpointFiles): CheckpointSource => ({
    kind: "files",
    files: [...files].map(([path, bytes]) =>
      Object.defineProperty(new File([bytes as Uint8Array<ArrayBuffer>], path), "webkitRelativePath", {
        value: `${name}/${path}`,
      }),
    ),
  });
  const ignore = () => undefined;
  const base = randomCheckpoint({ layers: 2 });
  const adapter = folder("my-lora", adapterFiles(randomAdapter(base, { layers: [1] })));

  test("a model is loaded with its adapter, and answers in both variants until the adapter goes", async () => {
    const engine = createEngine(() => Promise.resolve(ort), ignore);
    const info = await engine.load(1, folder("base", base), { backend: "wasm", adapter }, ignore);
    expect(info.lora).toMatchObject({ name: "my-lora", ranks: [3], layers: [1] });
    const [own, adapted] = [await engine.predict(2, IDS, {}), await engine.predict(3, IDS, { variant: "adapted" })];
    expect(adapted.top).not.toEqual(own.top);
    const compared = await engine.compareNeurons(4, IDS, { against: { variant: "adapted" }, count: 3 }, ignore);
    expect(compared.rows.every(({ layer }) => layer === 1)).toBe(true);
    expect((await engine.generate(5, IDS, { tokens: 1, variant: "adapted" })).ids).toEqual([adapted.top[0]!.id]);
    await engine.detachAdapter(6);
    await expect(engine.predict(7, IDS, { variant: "adapted" })).rejects.toMatchObject({ code: "bad-request" });
    expect(await engine.predict(8, IDS, {})).toEqual(own);
  });

  test("attaching needs a model, and a load whose adapter is broken leaves the model that was there", async () => {
    const engine = createEngine(() => Promise.resolve(ort), ignore);
    await expect(engine.attachAdapter(1, adapter, ignore)).rejects.toMatchObject({ code: "not-loaded" });
    await engine.load(2, folder("base", base), { backend: "wasm" }, ignore);
    const before = await engine.predict(3, IDS, {});
    const other = folder("other", randomCheckpoint({ layers: 2, seed: 9 }));
    await expect(
      engine.load(4, other, { backend: "wasm", adapter: folder("none", new Map([["a", new Uint8Array(1)]])) }, ignore),
    ).rejects.toMatchObject({ code: "missing-file" });
    expect(await engine.predict(5, IDS, {})).toEqual(before);
    expect(await engine.attachAdapter(6, adapter, ignore)).toMatchObject({ name: "my-lora" });
  });

  test("an attachment that is cancelled leaves the base alone", async () => {
    const engine = createEngine(() => Promise.resolve(ort), ignore);
    await engine.load(1, folder("base", base), { backend: "wasm" }, ignore);
    const attaching = engine.attachAdapter(2, adapter, ({ stage }) => {
      if (stage === "preparing") engine.cancel(2);
    });
    await expect(attaching).rejects.toMatchObject({ name: "AbortError" });
    await expect(engine.predict(3, IDS, { variant: "adapted" })).rejects.toMatchObject({ code: "bad-request" });
  });
});
