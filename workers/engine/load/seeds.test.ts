import * as ort from "onnxruntime-web";
import { beforeEach, expect, test, vi } from "vitest";
import type { RequestFor } from "#protocol/experiments.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { loadInNode, unaborted } from "#test/engine.ts";
import { ExperimentSession } from "../experiments/experiment-session.ts";
import { PauseLatch } from "./pause-latch.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import { startModel } from "./start-model.ts";
import { memoryStore } from "../store/file-store.ts";
import type { FileStore } from "../store/file-store.ts";

/** The browser's storage, one for all models: packs, indices and experiments of every seed lie in it. */
const stores = vi.hoisted(() => ({ current: undefined as unknown }));
vi.mock("../store/stores.ts", async (original) => {
  const shared = () => Promise.resolve(stores.current as FileStore);
  return { ...(await original<object>()), storeFor: shared, indexStore: shared, experimentStore: shared };
});
beforeEach(() => {
  stores.current = memoryStore();
});

const SUITE: RequestFor<"heads"> = {
  kind: "heads",
  suite: { kind: "pasted", text: "w3 w4,w5,x\nw7,w8,x\nw4 w10,w1,y\nw5,w2,y\n" },
  per: "token",
  onlyCorrect: false,
  seed: 1,
};

const folder = (files: CheckpointFiles) =>
  [...files].map(([path, bytes]) =>
    Object.defineProperty(
      new File([bytes as Uint8Array<ArrayBuffer>], path, { lastModified: 1 }),
      "webkitRelativePath",
      {
        value: `checkpoint/${path}`,
      },
    ),
  );

/** Opens a seed as a folder that is called the same each time, asks for its index and an experiment, and lets go of it. */
async function asked(files: CheckpointFiles) {
  const { session, loaded, index, fingerprint, experimentStore } = await startModel(ort, {
    source: { kind: "files", files: folder(files) },
    options: { backend: "wasm", dtype: "f32" },
    latch: new PauseLatch(),
    onProgress: () => undefined,
    onDeviceLost: () => undefined,
    signal: unaborted(),
  });
  await index.build({});
  const experiments = new ExperimentSession({ model: loaded, index, fingerprint, store: experimentStore });
  const { stepsKept } = await experiments.plan(SUITE, unaborted());
  const { found } = await experiments.run(SUITE, () => undefined, { signal: unaborted() });
  const answer = { layers: [await index.layer(0), await index.layer(1)], found };
  const fromStorage = { layers: index.layersFromStorage, steps: stepsKept };
  await session.dispose();
  return { answer, fromStorage };
}

/** The same of a model that has all storage to itself. */
async function alone(files: CheckpointFiles) {
  const model = await loadInNode(files, "f32");
  const index = new NeuronIndex(model.runner);
  await index.build({});
  const session = new ExperimentSession({ model, index, fingerprint: "alone", store: memoryStore() });
  const { found } = await session.run(SUITE, () => undefined, { signal: unaborted() });
  const answer = { layers: [await index.layer(0), await index.layer(1)], found };
  await model.runner.dispose();
  return answer;
}

test("two seeds of one shape, name, size and date share a browser and nothing else", async () => {
  const [first, second] = [7, 77].map((seed) => randomCheckpoint({ layers: 2, vocabulary: 40, seed }));
  const own = { first: await alone(first!), second: await alone(second!) };
  expect(own.first).not.toEqual(own.second);

  const a = await asked(first!);
  const b = await asked(second!);
  expect([a.answer, b.answer]).toEqual([own.first, own.second]);
  expect([a.fromStorage, b.fromStorage]).toEqual([
    { layers: 0, steps: 0 },
    { layers: 0, steps: 0 },
  ]);

  const again = await asked(first!);
  expect(again.answer).toEqual(own.first);
  expect(again.fromStorage.layers).toBe(2);
  expect(again.fromStorage.steps).toBeGreaterThan(0);
});
