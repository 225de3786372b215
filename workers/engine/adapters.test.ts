import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { CheckpointSource, Dtype } from "#model/checkpoint.ts";
import { comparedDifferences, differencesFromReference, NATS } from "#test/agreement.ts";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles, RandomCheckpoint } from "#test/checkpoints.ts";
import { askAll, fileSet, loadInNode, unaborted } from "#test/engine.ts";
import { ADAPTER_VARIANTS, adapterFiles, randomAdapter } from "#test/random/adapter.ts";
import type { AdapterParts, RandomAdapter } from "#test/random/adapter.ts";
import { merged } from "#test/reference/adapter.ts";
import { chainClaims } from "#test/reference/chain.ts";
import { forward } from "#test/reference/forward.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { atLast, lensOf } from "#test/reference/lens.ts";
import { headIncreases, headSweep, neuronIncrease, topTokens, valueVector } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import { quantised } from "#test/reference/quantise.ts";
import type { Variant } from "#protocol/engine.ts";
import { createEngine } from "./engine.ts";
import type { LoadedModel } from "./load-model.ts";
import { LoadedVariants } from "./loaded-variants.ts";
import { ModelSession } from "./model-session.ts";
import { NeuronIndex } from "./neuron-index.ts";
import { startRuntime } from "./runtime.ts";
import { memoryStore } from "./store/file-store.ts";
import type { StoredFile } from "./store/file-store.ts";

const IDS = [1, 5, 9, 33, 2, 96];
const TARGET = 17;
const COUNT = 20;

const variantsOf = async (files: CheckpointFiles, dtype: Dtype) => withVariants(await loadInNode(files, dtype));

async function withVariants(loaded: LoadedModel): Promise<LoadedVariants> {
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  const index = new NeuronIndex(loaded.runner);
  const session = new ModelSession(loaded, index);
  return new LoadedVariants({
    loaded,
    runtime,
    index,
    session,
    fingerprint: "random",
    experimentStore: memoryStore(),
  });
}

const steps = { onProgress: () => undefined };
const attach = (to: LoadedVariants, parts: AdapterParts) => to.attachFiles(fileSet(adapterFiles(parts)), steps);

/** Every analysis in both variants, and the comparison of the two, against the reference with the adapter merged. */
async function differences(
  checkpoint: Partial<RandomCheckpoint>,
  adapter: Partial<RandomAdapter>,
  dtype: Dtype = "f32",
): Promise<string[]> {
  const files = randomCheckpoint(checkpoint);
  const parts = randomAdapter(files, adapter);
  const exact = readModel(files);
  const base = dtype === "f32" ? exact : quantised(exact, dtype === "q8" ? 8 : 4);
  const adapted = merged(base, parts);
  const variants = await variantsOf(files, dtype);
  await attach(variants, parts);
  const question = { ids: IDS, target: TARGET, head: { layer: 1, head: 2 }, count: COUNT };
  const found = [
    ...differencesFromReference(base, await askAll(variants.session("base"), question)),
    ...differencesFromReference(adapted, await askAll(variants.session("adapted"), question)),
  ];
  for (const [before, after] of [
    ["base", "adapted"],
    ["adapted", "base"],
  ] as const) {
    const models = { base, adapted };
    const options = { variant: before, against: { variant: after }, target: TARGET, count: COUNT };
    const compared = await variants.compareNeurons(IDS, options, () => undefined, unaborted());
    expect(compared.certified).toBe(true);
    found.push(...comparedDifferences([models[before], models[after]], { ids: IDS, target: TARGET }, compared.rows));
  }
  found.push(...(await inspectionDifferences(adapted, variants.session("adapted"))));
  await variants.dispose();
  return found;
}

/** What is read of the weights outside the graphs: heads' outputs and value vectors. */
async function inspectionDifferences(model: ReferenceModel, session: ModelSession): Promise<string[]> {
  const run = forward(model, IDS);
  const lens = lensOf(model, run);
  const [head, neuron] = [
    { layer: 1, head: 2 },
    { layer: 1, neuron: 13 },
  ];
  const ofHead = await session.inspectHead(IDS, { target: TARGET, at: head }, unaborted());
  const ofNeuron = await session.inspectNeuron(IDS, { target: TARGET, at: neuron }, unaborted());
  const { logit } = topTokens(model, valueVector(model, neuron.layer, neuron.neuron), 1)[0]!;
  const pairs: [string, number, number][] = [
    ["head", ofHead.increase, headIncreases(lens, run, TARGET)[head.layer]![head.head]!],
    ["neuron", ofNeuron.increase, neuronIncrease(lens, run, neuron, TARGET)],
    ["promoted", ofNeuron.promotes[0]!.logit, logit],
  ];
  return pairs.flatMap(([name, got, want]) =>
    Math.abs(got - want) <= NATS.atol ? [] : [`${name}: ${got}, not ${want}`],
  );
}

describe.each(FAMILY_VARIANTS)("$name", ({ changes }) => {
  test("base, adapted and their comparison agree with the reference that has the adapter merged", async () => {
    expect(await differences(changes, {})).toEqual([]);
  });
});

test.each(ADAPTER_VARIANTS)("an adapter of $name agrees with the reference", async ({ base, changes }) => {
  expect(await differences(base, changes)).toEqual([]);
});

test("names may have the adapter's own in them", async () => {
  expect(await differences({}, { hasAdapterName: true })).toEqual([]);
});

test("on q8 weights: the quantised base plus the exact adapter", async () => {
  expect(await differences({}, {}, "q8")).toEqual([]);
  expect(await differences({ family: "gpt_neox" }, { modules: ["query_key_value", "dense_4h_to_h"] }, "q4")).toEqual(
    [],
  );
});

describe("laws", () => {
  const files = randomCheckpoint();
  let variants: LoadedVariants;
  beforeAll(async () => {
    variants = await variantsOf(files, "q8");
  });
  const logProbabilities = async (variant: "base" | "adapted") =>
    (await variants.session(variant).predict(IDS, { top: 97 }, unaborted())).top;

  test("an adapter whose B is 0 changes nothing, to the bit", async () => {
    await attach(variants, randomAdapter(files, { upFactor: 0 }));
    expect(await logProbabilities("adapted")).toEqual(await logProbabilities("base"));
  });

  test("the base's answers do not change by an adapter that is attached, nor by its going", async () => {
    const before = await logProbabilities("base");
    await attach(variants, randomAdapter(files));
    expect(await logProbabilities("adapted")).not.toEqual(before);
    expect(await logProbabilities("base")).toEqual(before);
    await variants.detach();
    expect(await logProbabilities("base")).toEqual(before);
  });

  test("twice the alpha is twice the change of what a value vector adds", async () => {
    const at = [{ layer: 2, neuron: 7 }];
    const vectorOf = async (variant: "base" | "adapted") =>
      (await variants.session(variant).neuron(at[0]!, { count: 97 })).promotes;
    const logitsOf = async (variant: "base" | "adapted") => {
      const logits = await vectorOf(variant);
      return logits.toSorted((a, b) => a.id - b.id).map(({ logit }) => logit);
    };
    const base = await logitsOf("base");
    const change = async (alpha: number) => {
      await attach(variants, randomAdapter(files, { modules: ["down_proj"], alpha }));
      return (await logitsOf("adapted")).map((logit, id) => logit - base[id]!);
    };
    const once = await change(4);
    expect(await change(8)).toBeAllClose(
      once.map((value) => 2 * value),
      NATS,
    );
    expect(Math.max(...once.map(Math.abs))).toBeGreaterThan(0.1);
  });

  test("below the lowest adapted layer nothing is computed anew: its neurons' change is exactly 0", async () => {
    await attach(variants, randomAdapter(files, { layers: [2] }));
    const options = { against: { variant: "adapted" }, count: 3 * 56 } as const;
    const { rows } = await variants.compareNeurons(IDS, options, () => undefined, unaborted());
    const below = rows.filter(({ layer }) => layer < 2);
    expect(below).toHaveLength(2 * 56);
    for (const { change, before, after } of below) expect([change, before]).toEqual([0, after]);
  });
});

describe("experiments", () => {
  const files = randomCheckpoint();
  const request = {
    kind: "heads",
    suite: { kind: "pasted", text: "a b,b\nb a,a\n" },
    per: "token",
    onlyCorrect: false,
    seed: 1,
  } as const;
  const run = (variants: LoadedVariants, variant: Variant) =>
    variants.experiments(variant).run({ ...request, variant }, () => undefined, { signal: unaborted() });

  test("are run on either variant, and an adapter whose B is 0 finds what the base finds", async () => {
    const variants = await variantsOf(files, "f32");
    const parts = randomAdapter(files);
    const base = await run(variants, "base");
    await attach(variants, randomAdapter(files, { upFactor: 0 }));
    expect((await run(variants, "adapted")).found).toEqual(base.found);
    await attach(variants, parts);
    // another adapter's steps are not taken for this one's
    expect((await run(variants, "adapted")).found).not.toEqual(base.found);
    expect((await run(variants, "base")).found).toEqual(base.found);
    await variants.dispose();
  });
});

describe("the logic chain", () => {
  /** So low that a random model's chain has parts in every stage. */
  const thresholds = { headEffect: 0, promotingShare: 0, neuronChange: 1e-4, enhancingDrop: 0 };
  const options = { head: { layer: 2, head: 1 }, thresholds };
  const chainOf = (variants: LoadedVariants, variant: Variant) =>
    variants.chains(variant).chain(IDS, options, () => undefined, unaborted());
  const neuron = { layer: 2, neuron: 13 };
  const path = [{ layer: 1, head: 2, position: 3, weights: "attention" }] as const;
  const tracedIn = (variants: LoadedVariants, variant: Variant) =>
    variants.traces(variant).traceNeurons(IDS, { neuron, path, layer: 0, count: COUNT });

  test("of an adapter whose B is 0 is the base's, and the base's does not change by an adapter beside it", async () => {
    const files = randomCheckpoint({ layers: 4 });
    const variants = await variantsOf(files, "f32");
    const [base, traced] = [await chainOf(variants, "base"), await tracedIn(variants, "base")];
    expect(new Set(base.nodes.map(({ kind }) => kind))).toContain("shallow-neuron");
    expect(base.edges.length).toBeGreaterThan(10);
    await attach(variants, randomAdapter(files, { upFactor: 0 }));
    expect(await chainOf(variants, "adapted")).toEqual(base);
    expect(await tracedIn(variants, "adapted")).toEqual(traced);
    await attach(variants, randomAdapter(files));
    expect(await chainOf(variants, "adapted")).not.toEqual(base);
    expect(await tracedIn(variants, "adapted")).not.toEqual(traced);
    expect(await chainOf(variants, "base")).toEqual(base);
    expect(await tracedIn(variants, "base")).toEqual(traced);
    await variants.dispose();
  });
});

test("a chain of the adapted model claims what the model with the adapter merged gives", async () => {
  const files = randomCheckpoint({ layers: 4 });
  const parts = randomAdapter(files);
  const variants = await variantsOf(files, "f32");
  await attach(variants, parts);
  const thresholds = { headEffect: 0, promotingShare: 0, neuronChange: 1e-4, transferShare: 0, enhancingDrop: 0 };
  const model = merged(readModel(files), parts);
  const run = forward(model, IDS);
  const below = headSweep(model, IDS, TARGET).flatMap((row, layer) =>
    row.map((value, head) => ({ layer, head, value })),
  );
  const inside = below.filter(({ layer }) => layer === 1 || layer === 2);
  const { layer, head } = inside.reduce((worst, each) => (each.value < worst.value ? each : worst));
  const options = { target: TARGET, head: { layer, head }, thresholds };
  const chain = await variants.chains("adapted").chain(IDS, options, () => undefined, unaborted());
  expect(chain.edges.length).toBeGreaterThan(10);
  const want = chainClaims(lensOf(model, run), run, chain, TARGET);
  const claimed = chain.edges.map((edge) => edge.claimed!);
  expect(claimed).toBeAllClose(
    want.map((claim) => claim.claimed),
    NATS,
  );
  await variants.dispose();
});

test("only the layers whose value vectors differ have their ranges found anew", async () => {
  const files = randomCheckpoint();
  const variants = await variantsOf(files, "q8");
  await attach(variants, randomAdapter(files, { layers: [0, 2], rankPattern: {}, modules: ["down_proj", "q_proj"] }));
  const interventions = [{ kind: "head", at: { layer: 0, head: 0 }, scale: 0 }] as const;
  // a layer is reported when it is projected and when it is known
  const reported: number[] = [];
  const onProgress = ({ done }: { readonly done: number }) => reported.push(done / 56);
  await variants.compareNeurons(IDS, { count: 3, interventions }, onProgress, unaborted());
  expect(reported.splice(0)).toEqual([1, 1, 2, 2, 3, 3]);
  await variants.compareNeurons(IDS, { count: 3, against: { variant: "adapted" } }, onProgress, unaborted());
  expect(reported.splice(0)).toEqual([1, 1, 2, 3, 3]);
  await variants.compareNeurons([1, 2], { count: 3, against: { variant: "adapted" } }, onProgress, unaborted());
  expect(reported).toEqual([]);
  await variants.dispose();
});

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
    const { top } = await variants.session("base").predict(IDS, {}, unaborted());
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
      "missing-file",
      "adapter: test checkpoint has no adapter_model.safetensors; adapter_model.bin is a pickle and is not read",
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
      "adapter: the file has weights for model.layers.0.self_attn.q_proj, which adapter_config.json does not name (target_modules: v_proj)",
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
    const before = await variants.session("adapted").predict(IDS, {}, unaborted());
    await expect(variants.attachFiles(fileSet(broken), steps)).rejects.toMatchObject({ name: "Fault", code, message });
    expect(await variants.session("adapted").predict(IDS, {}, unaborted())).toEqual(before);
  });

  test("the stored weights of a block being gone, before anything is made of it", async () => {
    const loaded = await loadInNode(files, "q8");
    const gone: StoredFile = {
      ...loaded.files.get(1)!,
      slice: () => Promise.reject(new DOMException("gone", "NotFoundError")),
    };
    const bare = await withVariants({ ...loaded, files: new Map(loaded.files).set(1, gone) });
    await expect(attach(bare, parts)).rejects.toMatchObject({
      code: "missing-file",
      message:
        "adapter: the stored weights of the model are gone, perhaps deleted in another tab; load the model again",
    });
    expect((await bare.session().predict(IDS, {}, unaborted())).top).toHaveLength(10);
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
    baseHint: "someone/random-base",
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

test("the adapted model's logits are the merged model's", async () => {
  const files = randomCheckpoint({ family: "gpt2" });
  const parts = randomAdapter(files);
  const variants = await variantsOf(files, "f32");
  await attach(variants, parts);
  const { top } = await variants.session("adapted").predict(IDS, { top: 97 }, unaborted());
  const logits = atLast(forward(merged(readModel(files), parts), IDS).logits);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  expect(top.map(({ logProbability }) => logProbability)).toBeAllClose(
    top.map(({ id }) => logits[id]! - total),
    NATS,
  );
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
