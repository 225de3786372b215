import { beforeAll, expect, test } from "vitest";
import type { UnembedRun } from "#analysis/runner.ts";
import { lensRanges } from "#analysis/lens/lens.ts";
import { fromRows } from "#core/numeric/matrix.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { loadInNode } from "#test/engine.ts";
import { indexFiles } from "./index-store.ts";
import type { IndexStore } from "./index-store.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { NeuronIndex } from "./neuron-index.ts";
import { memoryStore } from "../store/file-store.ts";

let model: LoadedModel;
let other: LoadedModel;
beforeAll(async () => {
  model = await loadInNode(randomCheckpoint({}), "f32");
  other = await loadInNode(randomCheckpoint({ seed: 77 }), "f32");
});

/** How many vectors were projected while something went on. */
async function projected(of: LoadedModel, during: () => Promise<unknown>): Promise<number> {
  const unembed = of.runner.unembed.bind(of.runner);
  let vectors = 0;
  of.runner.unembed = (input, run: UnembedRun) => {
    vectors += run.positions.length;
    return unembed(input, run);
  };
  try {
    await during();
  } finally {
    of.runner.unembed = unembed;
  }
  return vectors;
}

const NEURONS = 3 * 56;

test("a second visit believes the first one's layers after a check of a few neurons", async () => {
  const store = indexFiles(memoryStore(), "index");
  expect(await projected(model, () => new NeuronIndex(model.runner, "small", store).build({}))).toBe(NEURONS);
  const again = new NeuronIndex(model.runner, "small", store);
  expect(await projected(model, () => again.build({}))).toBe(3 * 4);
  expect(again.layersFromStorage).toBe(3);
  expect(await again.layer(1)).toEqual(await new NeuronIndex(model.runner).layer(1));
});

test("ranges come from the index where it has them, and are the same from the model", async () => {
  const index = new NeuronIndex(model.runner);
  await index.build({});
  let fromIndex: Float32Array = new Float32Array(0);
  expect(await projected(model, async () => (fromIndex = (await index.ranges({})).ranges))).toBe(0);
  let fromModel: Float32Array = new Float32Array(0);
  expect(
    await projected(model, async () => (fromModel = (await new NeuronIndex(model.runner).ranges({})).ranges)),
  ).toBe(NEURONS);
  expect(fromIndex).toEqual(fromModel);
  const [value] = await model.runner.weights.valueVectors([{ layer: 2, neuron: 9 }]);
  const own = await lensRanges({ runner: model.runner, scale: 1 }, fromRows([value!], model.spec.modelDim));
  expect(fromIndex[2 * 56 + 9]).toBeCloseTo(own[0]!, 6);
});

test("a stop keeps the layers that were finished, and the next build goes on from there", async () => {
  const index = new NeuronIndex(model.runner);
  const stop = new AbortController();
  const progress: number[] = [];
  const stopped = index.build({
    signal: stop.signal,
    onProgress: (done, total) => {
      progress.push(done / total);
      if (done === total / 3) stop.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
  expect(progress.at(-1)).toBeCloseTo(1 / 3);
  expect(await projected(model, () => index.build({}))).toBe((2 / 3) * NEURONS);
});

test("two who build at once share the work", async () => {
  const index = new NeuronIndex(model.runner);
  expect(await projected(model, () => Promise.all([index.build({}), index.build({})]))).toBe(NEURONS);
});

test("waits for its turn before every chunk", async () => {
  let turns = 0;
  await new NeuronIndex(model.runner).build({
    turn: () => {
      turns += 1;
      return Promise.resolve();
    },
  });
  expect(turns).toBeGreaterThanOrEqual(3);
});

test("damaged bytes are computed again", async () => {
  const store = indexFiles(memoryStore(), "index");
  await new NeuronIndex(model.runner, "small", store).build({});
  const damaging: IndexStore = {
    ...store,
    read: async (key) => {
      const bytes = (await store.read(key))?.slice();
      if (bytes && key.endsWith("layer-1")) bytes[200]! ^= 4;
      return bytes;
    },
  };
  const index = new NeuronIndex(model.runner, "small", damaging);
  expect(await projected(model, () => index.build({}))).toBe(2 * 4 + 56);
  expect(index.layersFromStorage).toBe(2);
});

test("another model's index under the same name is not believed", async () => {
  const store = indexFiles(memoryStore(), "index");
  await new NeuronIndex(model.runner, "small", store).build({});
  const index = new NeuronIndex(other.runner, "small", store);
  expect(await projected(other, () => index.build({}))).toBe(3 * 4 + NEURONS);
  expect(index.layersFromStorage).toBe(0);
  expect(await index.layer(0)).toEqual(await new NeuronIndex(other.runner).layer(0));
});

test("a store that takes nothing costs nothing but the next visit", async () => {
  const full: IndexStore = {
    read: () => Promise.resolve(undefined),
    write: () => Promise.reject(new DOMException("no room", "QuotaExceededError")),
    close: () => undefined,
  };
  const index = new NeuronIndex(model.runner, "small", full);
  await index.build({});
  expect(await projected(model, () => index.layer(2))).toBe(0);
});
