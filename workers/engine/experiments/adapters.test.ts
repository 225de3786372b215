import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { adapterEffect, baseAccuracy } from "#analysis/experiments/tables/adapter-table.ts";
import type { AdaptedCase } from "#analysis/experiments/tables/adapter-table.ts";
import { activationGrowth } from "#analysis/experiments/adapter-tokens.ts";
import type { AdaptedToken } from "#analysis/experiments/adapter-tokens.ts";
import type { ScoredCase } from "#analysis/experiments/suite/scored-cases.ts";
import { randomGroups } from "#analysis/ablation/neuron-group.ts";
import type { NeuronId } from "#model/ids.ts";
import type { FilesSource } from "#model/checkpoint.ts";
import type { AdapterFindings, ExperimentProgress, RequestFor } from "#protocol/experiments.ts";
import { abacusFiles } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { difference } from "#test/experiment-bench.ts";
import { adapterFiles, randomAdapter } from "#test/random/adapter.ts";
import type { RandomAdapter } from "#test/random/adapter.ts";
import { merged } from "#test/reference/adapter.ts";
import { caseScore } from "#test/reference/experiments.ts";
import type { ReferenceModel } from "#test/reference/families/family.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, lensOf } from "#test/reference/lens.ts";
import { neuronIncreases, rankNeurons, topTokens, valueVector } from "#test/reference/method.ts";
import { readModel } from "#test/reference/model.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { LoadedVariants } from "../variants/loaded-variants.ts";
import { ModelSession } from "../session/model-session.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import { startRuntime } from "../run/runtime.ts";
import { memoryStore } from "../store/file-store.ts";
import type { FileStore } from "../store/file-store.ts";
import { EXPERIMENTS } from "#protocol/experiments.ts";
import { savedRequest } from "#protocol/experiments/definition.ts";
import { readSuite } from "./suite-reader.ts";
import type { ReadCase } from "./suite-reader.ts";

/** Two tokens of answer, one, and the first one again. */
const TEXT = "prompt,answer,group\n3+5=,8 8,+\n7-2=,5,-\n3+5=,8 8,+\n";
const COUNTS = [3, 10];
const DRAWS = 2;
const SEED = 9;
/** Neurons that are followed, and those that gain, of each token. */
const LISTED = 10;

const base = abacusFiles();
const ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"];
const SHAPES: Record<string, Partial<RandomAdapter>> = {
  "layer-2": { seed: 7, layers: [2], modules: ATTENTION },
  "layers-3-and-4": { seed: 8, layers: [3, 4], rank: 2 },
  untrained: { layers: [1], upFactor: 0 },
  other: { seed: 99, layers: [2], modules: ATTENTION },
};
const partsOf = (name: string) => randomAdapter(base, SHAPES[name]);

/** A folder on somebody's disk; `files` of one adapter may lie under another's name. */
function folder(name: string, files = name): FilesSource {
  const entries = [...adapterFiles(partsOf(files))];
  return {
    kind: "files",
    files: entries.map(([path, bytes]) => new File([new Uint8Array(bytes)], path)),
    paths: entries.map(([path]) => `${name}/${path}`),
  };
}

const request = (...names: string[]): RequestFor<"adapters"> => ({
  kind: "adapters",
  suite: { kind: "pasted", text: TEXT },
  adapters: names.map((name) => ({ name, source: folder(name) })),
  per: "token",
  counts: COUNTS,
  draws: DRAWS,
  onlyCorrect: false,
  seed: SEED,
});

let model: LoadedModel;
let reference: ReferenceModel;
beforeAll(async () => {
  model = await loadInNode(base, "f32");
  reference = readModel(base);
});

/** The base as the engine holds it, whose experiments lay adapters over it. */
async function variants(store: FileStore = memoryStore()): Promise<LoadedVariants> {
  const runtime = await startRuntime(ort, "wasm", () => undefined);
  const index = new NeuronIndex(model.runner);
  const session = new ModelSession(model, index);
  return new LoadedVariants({ loaded: model, runtime, index, session, fingerprint: "test", experimentStore: store });
}

async function run(
  asked: RequestFor<"adapters">,
  { store, signal = unaborted(), onProgress = () => undefined }: RunOptions = {},
) {
  const { found, ...result } = await (await variants(store)).experiments().run(asked, onProgress, { signal });
  return { ...result, found: found as AdapterFindings };
}

interface RunOptions {
  readonly store?: FileStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ExperimentProgress) => void;
}

/** Every session that is made from here on, and how often each has been released. */
function watchSessions() {
  const created: ort.InferenceSession[] = [];
  const create = ort.InferenceSession.create.bind(ort.InferenceSession);
  const spy = vi
    .spyOn(ort.InferenceSession, "create")
    .mockImplementation(async (...given: Parameters<typeof create>) => {
      const session = await create(...given);
      vi.spyOn(session, "release");
      created.push(session);
      return session;
    });
  return { created, restore: () => spy.mockRestore() };
}

/** One answer token in the base and in the adapted model, straight from the definitions. */
function tokenByReference(
  adapted: ReferenceModel,
  ids: readonly number[],
  target: number,
  drawnBy: number,
): AdaptedToken {
  const [before, after] = [forward(reference, ids), forward(adapted, ids)];
  const ranked = rankNeurons(neuronIncreases(lensOf(reference, before), before, target));
  const growth = (list: readonly NeuronId[]) =>
    activationGrowth(
      list,
      ({ layer, neuron }) => atLast(before.activation[layer]!)[neuron]!,
      ({ layer, neuron }) => atLast(after.activation[layer]!)[neuron]!,
    );
  const lists = COUNTS.map((count) => ranked.slice(0, count).map(({ layer, neuron }) => ({ layer, neuron })));
  const inBoth = ({ layer, neuron }: NeuronId) => ({
    layer,
    neuron,
    inBase: atLast(before.activation[layer]!)[neuron]!,
    inAdapted: atLast(after.activation[layer]!)[neuron]!,
  });
  const { scale } = lensOf(adapted, after);
  const more = neuronIncreases({ model: adapted, scale }, after, target);
  const less = neuronIncreases({ model: reference, scale }, before, target);
  const gained = more
    .flatMap((values, layer) =>
      Array.from(values, (value, neuron) => ({ layer, neuron, gain: value - less[layer]![neuron]! })),
    )
    .sort((a, b) => b.gain - a.gain)
    .slice(0, LISTED)
    .filter(({ gain }) => gain > 0)
    .map((each) => ({ ...inBoth(each), gain: each.gain }));
  return {
    growth: lists.map(growth),
    randomGrowth: lists.map((list) => randomGroups(reference, list, { draws: DRAWS, seed: drawnBy }).map(growth)),
    followed: ranked.slice(0, LISTED).map(inBoth),
    gained,
    certified: true,
  };
}

/** Places of the cases among those that are run, once each. */
const PLACES = [0, 1, 0];
const UNIQUE = 2;

function caseByReference(adapted: ReferenceModel, { ids, answerIds }: ScoredCase, place: number): AdaptedCase {
  return {
    scores: caseScore(adapted, { ids, answerIds }),
    tokens: answerIds.map((id, at) =>
      tokenByReference(adapted, [...ids, ...answerIds.slice(0, at)], id, SEED + place + at * UNIQUE),
    ),
  };
}

const known = new Map<string, readonly AdaptedCase[]>();

/** The cases that are run; one adapter's are the same for every way of counting them. */
function uniqueByReference(name: string, cases: readonly ReadCase[]): readonly AdaptedCase[] {
  const adapted = merged(reference, partsOf(name));
  const own = known.get(name) ?? cases.slice(0, UNIQUE).map((each, place) => caseByReference(adapted, each, place));
  known.set(name, own);
  return own;
}

function findingsByReference(names: readonly string[], cases: readonly ReadCase[], { onlyCorrect = false } = {}) {
  const options = { per: "token", onlyCorrect, seed: SEED, draws: 1000 } as const;
  const scored = cases.map((each) => ({ group: each.asked.group, scores: caseScore(reference, each) }));
  return {
    base: baseAccuracy(scored, options),
    tokens: 5,
    uncertified: 0,
    adapters: names.map((name) => {
      const unique = uniqueByReference(name, cases);
      const own = PLACES.map((place) => unique[place]!);
      return adapterEffect(scored, own, COUNTS, options);
    }),
  };
}

/** Float64 passes take a busy machine minutes. */
const REFERENCE_MS = 300_000;

describe("a set of adapters", () => {
  test.each([{ onlyCorrect: false }, { onlyCorrect: true }])(
    "agrees with the reference that has each one merged, number by number: $onlyCorrect",
    async ({ onlyCorrect }) => {
      const names = ["layer-2", "layers-3-and-4"];
      const { found } = await run({ ...request(...names), onlyCorrect });
      const { cases } = await readSuite({ kind: "pasted", text: TEXT }, model);
      const effects = found.adapters.map(({ tokens, all, groups, growth, followed, neurons, uncertified }) => ({
        tokens,
        all,
        groups,
        growth,
        followed,
        neurons: neurons.map(({ layer, neuron, gain, tokens: listed, inBase, inAdapted }) => ({
          layer,
          neuron,
          tokens: listed,
          inBase,
          inAdapted,
          gain,
        })),
        uncertified,
      }));
      expect(
        difference({ ...found, adapters: effects }, findingsByReference(names, cases, { onlyCorrect })),
      ).toBeUndefined();
    },
    REFERENCE_MS,
  );

  test("is named, and its neurons promote what the adapted model's value vectors do", async () => {
    const { found } = await run(request("layers-3-and-4"));
    const [row] = found.adapters;
    expect(row).toMatchObject({
      name: "layers-3-and-4",
      source: "a folder on this computer",
      layers: [3, 4],
      ranks: [2],
    });
    const adapted = merged(reference, partsOf("layers-3-and-4"));
    expect(row!.neurons.length).toBeGreaterThan(5);
    for (const { layer, neuron, inAdapted, promotes, tokens } of row!.neurons) {
      // where several tokens list it the sign is that of the first
      if (tokens > 1) continue;
      const [first] = topTokens(
        adapted,
        valueVector(adapted, layer, neuron).map((value) => Math.sign(inAdapted) * value),
        1,
      );
      expect(promotes[0]).toBe(model.tokenizer.tokenText(first!.id));
    }
  });

  test("an adapter whose B is 0 changes nothing", async () => {
    const { found } = await run(request("untrained"));
    const [row] = found.adapters;
    expect(row!.all.accuracy).toEqual(found.base.all);
    expect(row!.all.gain).toEqual({ value: 0, low: 0, high: 0 });
    expect(row!.all.nats).toEqual({ value: 0, low: 0, high: 0 });
    for (const { growth, random } of row!.growth) {
      expect(growth).toEqual({ value: 0, low: 0, high: 0 });
      expect(random).toEqual({ value: 0, low: 0, high: 0 });
    }
    expect(row!.neurons).toEqual([]);
  });

  test("twice the same adapter has the same numbers twice, and an order is that of the request", async () => {
    const { found } = await run(request("layer-2", "layers-3-and-4", "layer-2"));
    const [first, other, again] = found.adapters;
    expect(again).toEqual(first);
    expect(other!.name).toBe("layers-3-and-4");
    expect(other!.all.nats.value).not.toBe(first!.all.nats.value);
  });

  test("is run with one adapter at a time, whose sessions are released when its turn is over", async () => {
    const { created, restore } = watchSessions();
    let most = 0;
    const held = () => created.filter(({ release }) => vi.mocked(release).mock.calls.length === 0).length;
    await run(request("layer-2", "layers-3-and-4"), { onProgress: () => (most = Math.max(most, held())) });
    restore();
    expect(created).toHaveLength(3);
    expect(most, "the two layers of the second adapter").toBe(2);
    for (const { release } of created) expect(release).toHaveBeenCalledOnce();
  });

  test("a stopped run releases what it holds and goes on where it was", async () => {
    const { created, restore } = watchSessions();
    const store = memoryStore();
    const asked = request("layer-2", "layers-3-and-4");
    const stop = new AbortController();
    // two batches of the base, as there are two shapes, then the first of the adapter
    const onProgress = ({ done }: { readonly done: number }) => {
      if (done === 3) stop.abort();
    };
    await expect(run(asked, { store, signal: stop.signal, onProgress })).rejects.toMatchObject({ name: "AbortError" });
    for (const { release } of created) expect(release).toHaveBeenCalledOnce();
    restore();
    const seen: ExperimentProgress[] = [];
    const { found } = await run(asked, { store, onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ done }) => done)).toEqual([3, 4, 5, 6]);
    const partial = seen[0]!.partial!.found as AdapterFindings;
    expect(partial.adapters.map(({ name }) => name)).toEqual(["layer-2"]);
    expect(found).toEqual((await run(asked)).found);
  });

  test("another file behind the same name ends a run that goes on, with a sentence", async () => {
    const store = memoryStore();
    const stop = new AbortController();
    const onProgress = ({ done }: { readonly done: number }) => {
      if (done === 3) stop.abort();
    };
    await expect(run(request("layer-2"), { store, signal: stop.signal, onProgress })).rejects.toMatchObject({
      name: "AbortError",
    });
    const { created, restore } = watchSessions();
    const changed = { ...request(), adapters: [{ name: "layer-2", source: folder("layer-2", "other") }] };
    await expect(run(changed, { store })).rejects.toMatchObject({
      code: "bad-request",
      message: "adapters: the files of layer-2 are others than those that the kept batches were run with; start anew",
    });
    for (const { release } of created) expect(release).toHaveBeenCalledOnce();
    restore();
    expect((await run(request("layer-2"), { store })).found).toEqual((await run(request("layer-2"))).found);
  });
});

describe("what is asked for", () => {
  test("neither files nor access tokens are in what is saved", async () => {
    const { request: saved } = await run(request("layer-2"));
    expect(saved).toMatchObject({ adapters: [{ name: "layer-2", source: { kind: "files", files: [] } }] });
    const hub = { kind: "hub", repo: "someone/lora", revision: "v2" } as const;
    const asked = { ...request(), adapters: [{ name: "lora", source: { ...hub, token: "hf_secret" } }] };
    expect(savedRequest(EXPERIMENTS.adapters, asked)).toEqual({
      ...request(),
      adapters: [{ name: "lora", source: hub }],
    });
  });

  test.each([
    [
      { adapters: [] },
      'experiment: adapters is an array of 0; it needs to be an array of 1 to 256 sources as { kind: "hub", repo: "owner/name" }',
    ],
    [{ counts: [] }, "experiment: counts is an array of 0; it needs to be an array of whole numbers from 1"],
    [{ counts: [0] }, "experiment: counts.0 is 0; it needs to be a whole number from 1"],
    [{ draws: 0 }, "experiment: draws is 0; it needs to be a whole number from 1 to 100"],
    [
      { variant: "adapted" } as const,
      "adapters: each is compared with the base, so that the experiment is one of the base; leave the variant out",
    ],
    [
      { adapters: [{ name: "kept", source: { kind: "stored", id: "kept" } }] } as const,
      "adapters: kept is a stored model and no adapter",
    ],
  ])("is refused with a sentence: %o", async (change, message) => {
    await expect(run({ ...request("layer-2"), ...change })).rejects.toMatchObject({ code: "bad-request", message });
  });

  test("what an adapter's files lack is said, and nothing is lost", async () => {
    const store = memoryStore();
    const asked = request("layer-2", "untrained");
    const broken = { ...folder("untrained"), files: [folder("untrained").files[0]!] };
    const [good, bad] = asked.adapters;
    await expect(run({ ...asked, adapters: [good!, { ...bad!, source: broken }] }, { store })).rejects.toMatchObject({
      code: "missing-file",
      message: expect.stringContaining("adapter_model.safetensors"),
    });
    const seen: number[] = [];
    await run(asked, { store, onProgress: ({ done }) => seen.push(done) });
    expect(seen[0]).toBe(4);
  });
});
