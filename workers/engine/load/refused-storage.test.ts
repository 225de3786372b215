import * as ort from "onnxruntime-web";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { LoadProgress, ModelInfo } from "#protocol/engine.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { FakeOpfs } from "#test/fake-opfs.ts";
import { startHub } from "#test/hub-server.ts";
import type { HubServer } from "#test/hub-server.ts";
import { adapterFiles, randomAdapter } from "#test/random/adapter.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, logProbability } from "#test/reference/lens.ts";
import { readModel } from "#test/reference/model.ts";
import { createEngine } from "../engine.ts";

/** 1.7 MB: far more than the beginning of a file, which is read at once. */
const FILES = randomCheckpoint({ layers: 4, modelDim: 96, heads: 6, kvHeads: 2, headDim: 16, neurons: 256 });
const OTHER = randomCheckpoint({ layers: 2, seed: 2 });
const WEIGHT_BYTES = FILES.get("model.safetensors")!.byteLength;
const REPO = "somebody/four-layers";
const PROMPT = [1, 5, 40, 7];
const NEXT_PROMPT = [2, 9, 33];

let opfs: FakeOpfs;
let hub: HubServer;

beforeAll(async () => {
  hub = await startHub({
    [REPO]: { files: FILES },
    "somebody/other": { files: OTHER },
    "somebody/adapter": { files: adapterFiles(randomAdapter(FILES)) },
  });
  return () => hub.close();
});

beforeEach(() => {
  opfs = new FakeOpfs();
  vi.stubGlobal("navigator", opfs.navigator);
});

afterEach(() => {
  vi.unstubAllGlobals();
  hub.reset();
});

type Engine = ReturnType<typeof createEngine>;
const visit = (): Engine =>
  createEngine(
    () => Promise.resolve(ort),
    () => undefined,
  );
const source = (repo = REPO): CheckpointSource => ({ kind: "hub", repo, hub: hub.url });
const load = (
  engine: Engine,
  from: CheckpointSource = source(),
  onProgress: (progress: LoadProgress) => void = () => undefined,
): Promise<ModelInfo> => engine.load(1, from, { backend: "wasm", dtype: "f32" }, onProgress);

async function expectAnswers(engine: Engine, files = FILES, prompt = PROMPT): Promise<void> {
  const { target } = await engine.predict(2, prompt, {});
  const { logits } = forward(readModel(files), prompt);
  // float32 against float64 over four layers
  expect(Math.abs(target.logProbability - logProbability(atLast(logits), target.id))).toBeLessThan(1e-4);
}

/** What a visit that nothing disturbs finds and leaves. */
async function undisturbed(): Promise<{ readonly content: string; readonly takes: number }> {
  const { content } = await load(visit());
  const takes = opfs.used;
  opfs = new FakeOpfs();
  vi.stubGlobal("navigator", opfs.navigator);
  hub.reset();
  return { content, takes };
}

describe("storage that is full", () => {
  test.each<[string, (takes: number) => number, number | undefined]>([
    ["before anything is written", () => 0, undefined],
    ["after a file or two", () => 1_000, undefined],
    ["by what the browser says beforehand", (takes) => 0.4 * takes, undefined],
    ["at a write in the middle", (takes) => 0.5 * takes, 10e9],
    ["at a write near the end", (takes) => 0.95 * takes, 10e9],
    ["at the record of what is complete", (takes) => takes - 10, 10e9],
  ])("%s: the model is held in memory, and nothing is left behind", async (_name, quotaOf, claimed) => {
    const { content, takes } = await undisturbed();
    opfs.quota = quotaOf(takes);
    opfs.claimedQuota = claimed;
    const engine = visit();
    const info = await load(engine);
    expect(info).toMatchObject({ isStored: false, content, notStored: { code: "storage-full" } });
    expect(info.notStored!.message).toMatch(/^the browser's storage for this page is full: /);
    expect(info.notStored!.message).toContain(
      "The model is held in memory for this visit, and the next one has to read it",
    );
    await expectAnswers(engine);
    expect(opfs.files).toEqual([]);
    // nothing but the small files and headers is fetched twice
    expect(info.bytes.read).toBeLessThan(1.5 * WEIGHT_BYTES);
    expect(await engine.storedModels(3)).toEqual([]);
  });

  test("says how much room was found and how much is needed", async () => {
    opfs.quota = 4e6;
    opfs.take(3.5e6);
    const { notStored } = await load(visit());
    // 1.65 MB of float32; megabytes are rounded up, and the small files are taken by then
    expect(notStored!.message).toBe(
      "the browser's storage for this page is full: there is no room for the model; storing it takes 2 MB more, and the browser gives this page 1 MB (4 MB of 4 MB are taken). " +
        "The model is held in memory for this visit, and the next one has to read it again.",
    );
  });

  test("costs nothing of the model before it, which answers during the load and, where it fails, after it", async () => {
    const engine = visit();
    await load(engine, source("somebody/other"));
    opfs.quota = opfs.used + 5e5;
    opfs.claimedQuota = 10e9;
    const during: Promise<void>[] = [];
    // a megabyte of memory: half of it cannot hold the model
    vi.stubGlobal("navigator", { ...(opfs.navigator as object), deviceMemory: 2 ** -12 });
    const failed = load(engine, source(), () => void during.push(expectAnswers(engine, OTHER)));
    await expect(failed).rejects.toMatchObject({
      code: "storage-full",
      message: expect.stringMatching(
        /storing it takes .* more, and there was room for 1 MB of it, though the browser speaks of 10,000 MB; held in memory it takes 2 MB in f32, and at most 1 MB are held here$/,
      ),
    });
    await Promise.all(during);
    await expectAnswers(engine, OTHER);
    vi.stubGlobal("navigator", opfs.navigator);
    const held = load(engine, source(), () => void during.push(expectAnswers(engine, OTHER)));
    expect(await held).toMatchObject({ isStored: false });
    await expectAnswers(engine);
  });

  test("keeps what an earlier visit stored, and goes on with it in memory", async () => {
    const stopped = visit();
    await expect(
      load(stopped, source(), ({ stage, done, total }) => {
        if (stage === "fetching" && done > total / 2) stopped.cancel(1);
      }),
    ).rejects.toMatchObject({ name: "AbortError" });
    const [partial] = await visit().storedModels(4);
    expect(partial).toMatchObject({ isComplete: false });
    opfs.quota = opfs.used;
    const engine = visit();
    const info = await load(engine);
    expect(info).toMatchObject({ isStored: false, notStored: { code: "storage-full" } });
    expect(info.bytes.read).toBeLessThan(WEIGHT_BYTES);
    await expectAnswers(engine);
    opfs.quota = Infinity;
    const next = visit();
    const stored = await load(next);
    expect(stored.isStored).toBe(true);
    expect(stored.bytes.read).toBeLessThan(WEIGHT_BYTES);
    await expectAnswers(next);
  });
});

describe("a browser that grants no storage", () => {
  test.each(["SecurityError", "UnknownError", "NotAllowedError"])(
    "by %s: held in memory, which is said",
    async (name) => {
      opfs.denied = name;
      const engine = visit();
      const info = await load(engine);
      expect(info).toMatchObject({ isStored: false, notStored: { code: "storage-failed" } });
      expect(info.notStored!.message).toContain(name);
      await expectAnswers(engine);
      expect(await engine.storedModels(3)).toEqual([]);
    },
  );

  test("and too little memory: the sentence says both", async () => {
    opfs.denied = "SecurityError";
    vi.stubGlobal("navigator", { ...(opfs.navigator as object), deviceMemory: 2 ** -12 });
    await expect(load(visit())).rejects.toMatchObject({
      code: "storage-failed",
      message: expect.stringMatching(
        /SecurityError.*; held in memory it takes 2 MB in f32, and at most 1 MB are held here$/,
      ),
    });
  });
});

describe("site data that is cleared", () => {
  const STEPS = [1, 2, 5, 20, 30, 40, 45];

  test.each(STEPS)(
    "after %i reports of a load: it ends with the same model, and the next one is stored",
    async (step) => {
      const { content } = await undisturbed();
      const engine = visit();
      let reports = 0;
      const info = await load(engine, source(), () => {
        if (++reports === step) opfs.clear();
      });
      expect(reports).toBeGreaterThan(step);
      expect(info.content).toBe(content);
      await expectAnswers(engine);
      const next = visit();
      expect(await load(next)).toMatchObject({ isStored: true, content });
      await expectAnswers(next);
      expect(await next.storedModels(3)).toMatchObject([{ isComplete: true, content }]);
    },
  );

  test("while the model runs: every new prompt is answered, and so is what reads weights", async () => {
    const engine = visit();
    expect(await load(engine)).toMatchObject({ isStored: true });
    const neuron = { layer: 1, neuron: 3 };
    const before = await engine.inspectNeuron(5, PROMPT, { neuron });
    const fresh = visit();
    await load(fresh);
    opfs.clear();
    await expectAnswers(engine);
    await expectAnswers(engine, FILES, NEXT_PROMPT);
    expect(await engine.inspectNeuron(6, PROMPT, { neuron })).toEqual(before);
    // nothing of this one was read before the data went
    expect(await fresh.inspectNeuron(7, PROMPT, { neuron })).toEqual(before);
    await fresh.attachAdapter(8, source("somebody/adapter"), () => undefined);
    expect((await fresh.predict(9, PROMPT, { variant: "adapted" })).top).toHaveLength(10);
  });

  test("while the model runs, and its source is gone: the reason is named, and once it is there again the answer comes", async () => {
    const engine = visit();
    await load(engine);
    opfs.clear();
    hub.schedule(`${REPO}/model.safetensors`, { kind: "status", status: 404 }, 100);
    const lastNeuron = () => engine.neuron(5, { layer: 3, neuron: 2 }, {});
    await expect(lastNeuron()).rejects.toMatchObject({
      code: "storage-failed",
      message: expect.stringContaining("the stored weights of this model are gone, and reading them again failed: "),
    });
    hub.reset();
    expect((await lastNeuron()).promotes).toHaveLength(10);
    await expectAnswers(engine, FILES, NEXT_PROMPT);
  });

  test("while the model runs: the index and experiments go on in memory", async () => {
    const engine = visit();
    await load(engine);
    const heads = (first: number) => {
      const cases = Array.from({ length: 80 }, (_, at) => `w${first + at} w${80 - at + first},w${first + at + 1}\n`);
      const suite = { kind: "pasted", text: `prompt,answer\n${cases.join("")}` } as const;
      return { kind: "heads", suite, seed: 1, onlyCorrect: false, per: "token" } as const;
    };
    let steps = 0;
    await engine.runExperiment(5, heads(5), () => void (++steps === 1 && opfs.clear()));
    expect(steps).toBeGreaterThan(1);
    await engine.runExperiment(5, heads(6), () => undefined);
    for (const request of [heads(5), heads(6)]) {
      const plan = await engine.planExperiment(6, request);
      expect(plan.stepsKept).toBe(plan.steps);
    }
    await engine.buildIndex(7, {}, () => undefined);
    const index = await engine.buildIndex(7, {}, () => undefined);
    expect(index).toMatchObject({ layersFromStorage: 0 });
  });

  test("before a stored model is opened: that is said", async () => {
    await load(visit());
    const engine = visit();
    const [stored] = await engine.storedModels(3);
    opfs.clear();
    await expect(load(engine, { kind: "stored", id: stored!.id })).rejects.toMatchObject({
      code: "storage-failed",
      message: "this model is no longer stored in this browser; load it from where it came from",
    });
  });
});
