import * as ort from "onnxruntime-web";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LoadProgress } from "#protocol/engine.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { FakeOpfs } from "#test/fake-opfs.ts";
import { startHub } from "#test/hub-server.ts";
import type { HubServer } from "#test/hub-server.ts";
import { forward } from "#test/reference/forward.ts";
import { atLast, logProbability } from "#test/reference/lens.ts";
import { readModel } from "#test/reference/model.ts";
import { createEngine } from "../engine.ts";

const FILES = randomCheckpoint({ layers: 2 });
const REPO = "somebody/two-layers";
const WEIGHTS = `${REPO}/model.safetensors`;
const PROMPTS = [
  [1, 5, 40, 7],
  [2, 9, 33],
];

/** Locks of one origin, as the standard has them: one holder each, the next when it is done. */
function originLocks() {
  const queues = new Map<string, Promise<unknown>>();
  const holders: string[] = [];
  return {
    query: () => Promise.resolve({ held: holders.map((name) => ({ name })) }),
    request(name: string, _options: unknown, task: () => Promise<unknown>) {
      const turn = (queues.get(name) ?? Promise.resolve()).then(async () => {
        holders.push(name);
        try {
          return await task();
        } finally {
          holders.splice(holders.indexOf(name), 1);
        }
      });
      const settled = turn.catch(() => undefined);
      queues.set(name, settled);
      return turn;
    },
  };
}

let hub: HubServer;
let disk: FakeOpfs;
beforeEach(async () => {
  disk = new FakeOpfs();
  vi.stubGlobal("navigator", { ...(disk.navigator as object), locks: originLocks() });
  hub = await startHub({ [REPO]: { files: FILES } });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await hub.close();
});

/** A tab's engine, and what its load told. */
function openTab() {
  const stages: LoadProgress["stage"][] = [];
  const engine = createEngine(
    () => Promise.resolve(ort),
    () => undefined,
  );
  let job = 0;
  return {
    stages,
    load: () =>
      engine.load(++job, { kind: "hub", repo: REPO, hub: hub.url }, { dtype: "f32" }, ({ stage }) =>
        stages.push(stage),
      ),
    remove: (id: string) => engine.deleteStored(++job, [id]),
    stored: () => engine.storedModels(++job),
    /** By how much the answer to each prompt is off, in nats. */
    async differences() {
      const found: number[] = [];
      for (const prompt of PROMPTS) {
        const expected = atLast(forward(readModel(FILES), prompt).logits);
        const { target } = await engine.predict(++job, prompt, {});
        found.push(Math.abs(target.logProbability - logProbability(expected, target.id)));
      }
      return found;
    },
  };
}

test("two tabs that open one model at once read it once, and both answer", async () => {
  const tabs = [openTab(), openTab()];
  const infos = await Promise.all(tabs.map((tab) => tab.load()));
  expect(infos.map(({ isStored }) => isStored)).toEqual([true, true]);
  expect(tabs.filter(({ stages }) => stages.includes("waiting"))).toHaveLength(1);
  const ranges = hub.log
    .filter(({ server, target }) => server === "cdn" && target === WEIGHTS)
    .map(({ headers }) => headers.range);
  const large = ranges.filter((range) => range !== "bytes=0-65535");
  expect(large.length).toBeGreaterThan(1);
  expect(new Set(large).size).toBe(large.length);
  for (const tab of tabs) expect(Math.max(...(await tab.differences()))).toBeLessThan(5e-5);
});

test("a tab cannot delete what another one answers from, and both answer on", async () => {
  const [here, there] = [openTab(), openTab()];
  await here.load();
  await there.load();
  const [stored] = await here.stored();
  await expect(here.remove(stored!.id)).rejects.toMatchObject({ code: "bad-request" });
  for (const tab of [here, there]) expect(Math.max(...(await tab.differences()))).toBeLessThan(5e-5);
});

test("site data that one tab clears is read again by both, and both answer on", async () => {
  const tabs = [openTab(), openTab()];
  for (const tab of tabs) await tab.load();
  disk.clear();
  for (const tab of tabs) expect(Math.max(...(await tab.differences()))).toBeLessThan(5e-5);
});
