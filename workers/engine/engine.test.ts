import * as ort from "onnxruntime-web";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { EngineApi } from "#protocol/calls.ts";
import type { LoadProgress } from "#protocol/engine.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles, RandomCheckpoint } from "#test/checkpoints.ts";
import { expect, test } from "vitest";
import { createEngine } from "./engine.ts";

/** A folder as the picker gives it. */
function folder(name: string, files: CheckpointFiles): CheckpointSource {
  const list = [...files].map(([path, bytes]) => {
    const file = new File([bytes as Uint8Array<ArrayBuffer>], path);
    return Object.defineProperty(file, "webkitRelativePath", { value: `${name}/${path}` });
  });
  return { kind: "files", files: list };
}

const small = (name: string, changes: Partial<RandomCheckpoint> = {}) =>
  folder(name, randomCheckpoint({ layers: 2, ...changes }));

const ignore = () => undefined;
const engine = () => createEngine(() => Promise.resolve(ort), ignore);
const load = (
  to: EngineApi,
  source: CheckpointSource,
  job = 1,
  onProgress: (progress: LoadProgress) => void = ignore,
) => to.load(job, source, { backend: "wasm" }, onProgress);

/** How long a prompt the loaded model reads tells which one it is. */
async function contextOf(of: EngineApi): Promise<string> {
  const tooLong = Array<number>(100).fill(5);
  return of.predict(90, tooLong, {}).then(String, (reason: Error) => reason.message);
}

test("says that no model is loaded, whatever is asked", async () => {
  const fresh = engine();
  const at = { layer: 0, neuron: 0 };
  for (const call of [fresh.tokenize(1, "w5"), fresh.predict(2, "w5", {}), fresh.neuron(3, at, {})]) {
    await expect(call).rejects.toMatchObject({
      code: "not-loaded",
      message: "no model is loaded yet; load one first",
    });
  }
});

test("describes the model that it loaded, by the bytes that it read", async () => {
  const files = randomCheckpoint({ layers: 2 });
  const stages: LoadProgress["stage"][] = [];
  const info = await load(engine(), folder("two-layers", files), 1, ({ stage }) => stages.push(stage));
  expect(info).toMatchObject({
    name: "two-layers",
    family: "llama",
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    modelDim: 40,
    neurons: 56,
    vocabulary: 97,
    context: 32,
    backend: "wasm",
    adapter: "",
    backendNote: "",
    dtype: "q8",
  });
  const held = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  expect(info.bytes.read).toBe(held.reduce((sum, name) => sum + files.get(name)!.byteLength, 0));
  expect([...new Set(stages)]).toEqual(["reading", "checking", "fetching", "preparing", "warming-up"]);
});

test("tells how much of the runtime has come before anything of the model is read", async () => {
  const told: LoadProgress[] = [];
  const one = createEngine((onBytes) => {
    for (const bytes of [5, 13]) onBytes?.(bytes);
    return Promise.resolve(ort);
  }, ignore);
  await load(one, small("m"), 1, (progress) => told.push(progress));
  expect(told.slice(0, 2)).toEqual(
    [5, 13].map((done) => ({ stage: "reading", done, total: 0, part: "the engine’s runtime" })),
  );
});

test("keeps the model that it has when another one cannot be loaded", async () => {
  const one = engine();
  await load(one, small("good", { context: 11 }));
  const broken = randomCheckpoint({ layers: 2 });
  broken.delete("model.safetensors");
  await expect(load(one, folder("broken", broken), 2)).rejects.toMatchObject({ code: "missing-file" });
  expect(await contextOf(one)).toBe("the prompt has 100 tokens; this model reads at most 11");
});

test("puts a second model in the place of the first", async () => {
  const one = engine();
  await load(one, small("first", { context: 11 }));
  await load(one, small("second", { context: 12 }), 2);
  expect(await contextOf(one)).toBe("the prompt has 100 tokens; this model reads at most 12");
});

test.each<[string, LoadProgress["stage"]]>([
  ["at its beginning", "reading"],
  ["between two parts", "preparing"],
  ["in its first run", "warming-up"],
])("a load that is cancelled %s leaves the model that was there", async (_name, stage) => {
  const one = engine();
  await load(one, small("first", { context: 11 }));
  const cancelled = load(one, small("second", { context: 12 }), 2, (progress) => {
    if (progress.stage === stage) one.cancel(2);
  });
  await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
  expect(await contextOf(one)).toBe("the prompt has 100 tokens; this model reads at most 11");
});

test("says so where WebGPU is asked for by name and there is none, and takes WASM where it is left open", async () => {
  const one = engine();
  await expect(one.load(1, small("m"), { backend: "webgpu" }, ignore)).rejects.toMatchObject({
    code: "no-webgpu",
    message: "this browser has no WebGPU; it is needed to run on the graphics processor",
  });
  expect(await one.load(2, small("m"), {}, ignore)).toMatchObject({
    backend: "wasm",
    backendNote: "this browser has no WebGPU; it is needed to run on the graphics processor",
  });
});

test.each<[string, string | number[], string, string]>([
  ["an empty prompt", "", "empty-prompt", "the prompt is empty; type at least one token, such as 3+5="],
  [
    "a blank prompt",
    "   ",
    "empty-prompt",
    "the prompt is blank: the tokenizer makes no token of it; type at least one token, such as 3+5=",
  ],
  ["no token ids", [], "empty-prompt", "the prompt is empty; type at least one token, such as 3+5="],
  ["an id that is none", [1, 97], "bad-request", "prompt: 97 is no token id; they go from 0 to 96"],
  [
    "half an id",
    [1.5],
    "bad-request",
    "predict: prompt is an array of 1; it needs to be a text or an array of token ids, whole numbers from 0",
  ],
  [
    "a prompt beyond the context",
    "w5 ".repeat(40),
    "prompt-too-long",
    "the prompt has 41 tokens; this model reads at most 32",
  ],
])("refuses %s", async (_name, prompt, code, message) => {
  const one = await shared();
  await expect(one.predict(9, prompt, {})).rejects.toMatchObject({ name: "Fault", code, message });
});

test.each<[string, (on: EngineApi) => Promise<unknown>, string]>([
  [
    "a head",
    (on) => on.inspectHead(1, "w5", { head: { layer: 0, head: 4 } }),
    "head L0H4 is not in this model: it has",
  ],
  [
    "a neuron",
    (on) => on.neuron(1, { layer: 2, neuron: 0 }, {}),
    "neuron L2N0 is not in this model: it has layers 0 to 1",
  ],
  ["a target", (on) => on.predict(1, "w5", { target: 97 }), "they go from 0 to 96"],
  ["a count", (on) => on.topNeurons(1, "w5", { count: 0 }), "count"],
  [
    "an intervention",
    (on) => on.predict(1, "w5", { interventions: [{ kind: "head", at: { layer: 9, head: 0 }, scale: 0 }] }),
    "head L9H0 is not in this model",
  ],
])("names %s that there is not", async (_name, ask, message) => {
  await expect(ask(await shared())).rejects.toMatchObject({
    code: "bad-request",
    message: expect.stringContaining(message),
  });
});

let loaded: Promise<EngineApi> | undefined;
function shared(): Promise<EngineApi> {
  loaded ??= (async () => {
    const one = engine();
    await load(one, small("shared"));
    return one;
  })();
  return loaded;
}

test("an index is built behind everybody's back: a prediction waits for one chunk at most", async () => {
  const working = engine();
  await load(working, small("eight-layers", { layers: 8 }));
  let layersDone = 0;
  const built = working.buildIndex(2, {}, () => {
    layersDone += 1;
  });
  while (layersDone === 0) await new Promise((resolve) => setTimeout(resolve));
  const before = layersDone;
  await working.predict(3, "w5 w6", {});
  // a layer of this model is one chunk, and each is reported when it is projected and when it is kept
  expect(layersDone - before).toBeLessThanOrEqual(2);
  expect(await built).toEqual({ layers: 8, depth: 50, layersFromStorage: 0 });
});

test("an index that is stopped goes on where it stood", async () => {
  const working = engine();
  await load(working, small("two-layers"));
  const stopped = working.buildIndex(2, {}, () => working.cancel(2));
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  expect(await working.buildIndex(3, {}, ignore)).toMatchObject({ layers: 2 });
});
