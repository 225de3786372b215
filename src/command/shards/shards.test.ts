import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Engine } from "#client/engine.ts";
import type { ExperimentOutline } from "#protocol/experiments.ts";
import { unaborted } from "#test/engine.ts";
import { diskFault } from "#workers/node/disk-fault.ts";
import { exitCodeOf } from "../exit-codes.ts";
import { cutShards, readsOfOthers, stepsText } from "./cut.ts";
import { differenceOf } from "./difference.ts";
import { partPath, readPart } from "./part.ts";
import { folderParts } from "./part-store.ts";
import type { PartStore } from "./part-store.ts";
import { drawnAgain, namedPlan, readPlan, writePlan } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { ShardRunner } from "./shard-runner.ts";
import type { ShardRun } from "./shard-runner.ts";
import { survey } from "./survey.ts";

const step = (operations: number, ...reads: (readonly [number, number])[]): ExperimentOutline["steps"][number] => ({
  operations,
  reads: reads.map(([from, to]) => ({ from, to })),
});

/** Two steps that anybody can run, then three that read both. */
const STEPS = [step(4), step(4), step(3, [0, 2]), step(3, [0, 2]), step(3, [0, 2])];

const planOf = (steps: ExperimentOutline["steps"], again: readonly number[] = []): Plan =>
  namedPlan({
    model: { source: { kind: "folder", path: "m" }, name: "m", content: "c".repeat(64), dtype: "q8" },
    request: { kind: "heads" } as Plan["request"],
    about: "a".repeat(64),
    cases: 5,
    steps: steps.map((each) => ({ operations: each.operations, reads: [...each.reads] })),
    shards: cutShards(steps, 6),
    again: [...again],
  });

const newFolder = () => folderParts(mkdtempSync(join(tmpdir(), "arithmoscope-parts-")));

/** An engine whose part of a step is ten times its number, and what it reads; it remembers what it ran. */
function counted(off = 0) {
  const ran: number[] = [];
  const runStep: Engine["runStep"] = (_, { step: at, before }) => {
    ran.push(at);
    return Promise.resolve({ value: 10 * at + 0.5 + off, read: Object.values(before) });
  };
  return { engine: { runStep }, ran };
}

function running(store: PartStore, plan: Plan, changes: Partial<ShardRun> = {}) {
  const { engine, ran } = counted();
  const said: string[] = [];
  const runner = new ShardRunner({
    store,
    plan,
    engine,
    runner: { host: "one", pid: 1, provider: "cpu" },
    signal: unaborted(),
    onStep: () => undefined,
    say: (text) => said.push(text),
    ...changes,
  });
  const runAll = async () => {
    for (const shard of plan.shards) await runner.run(shard);
  };
  return { runner, runAll, ran, said };
}

const VALUES = [0, 1].map((at) => ({ value: 10 * at + 0.5, read: [] }));
const WHOLE = [...VALUES, ...[2, 3, 4].map((at) => ({ value: 10 * at + 0.5, read: VALUES }))];
const partsOf = async (store: PartStore, plan: Plan) => (await survey(store, plan)).parts.map((each) => each?.part);

describe("a plan is cut", () => {
  test("at its bound, and before what waits for others", () => {
    // 4 + 4 is above 6; 3 + 3 is not, but a third is
    expect(cutShards(STEPS, 6)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 4 },
      { from: 4, to: 5 },
    ]);
    // as long as what is read is in the same shard nothing waits
    expect(cutShards(STEPS, 100)).toEqual([{ from: 0, to: 5 }]);
    // the second begins with 1, which is free, and so has none that waits for 0
    expect(cutShards([step(9), step(1), step(1, [0, 1])], 9)).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ]);
  });

  test("into shards that name what they read of others", () => {
    expect(readsOfOthers(STEPS, { from: 2, to: 4 })).toEqual([0, 1]);
    expect(readsOfOthers(STEPS, { from: 1, to: 5 })).toEqual([0]);
    expect(readsOfOthers(STEPS, { from: 0, to: 5 })).toEqual([]);
  });

  test("with the same name each time, and another for anything else", () => {
    expect(planOf(STEPS).id).toBe(planOf(STEPS).id);
    expect(planOf(STEPS, [1]).id).not.toBe(planOf(STEPS).id);
  });

  test("with at least one step that is checked, drawn by its own hash", () => {
    expect(drawnAgain("a", 300, 0.01)).toHaveLength(3);
    expect(drawnAgain("a", 3, 0.01)).toHaveLength(1);
    expect(drawnAgain("a", 3, 0)).toEqual([]);
    expect(drawnAgain("a", 300, 0.01)).not.toEqual(drawnAgain("b", 300, 0.01));
  });
});

describe("a folder", () => {
  test("gives a name once, whoever comes at the same time, and nothing half", async () => {
    const store = newFolder();
    const texts = Array.from({ length: 20 }, (_, at) => `${at}`.repeat(10_000));
    const first = await Promise.all(texts.map((text) => store.putIfAbsent("parts/a.json", text)));
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await store.get("parts/a.json")).toBe(texts[first.indexOf(true)]);
    expect(readdirSync(join(store.name, "parts"))).toEqual(["a.json"]);
  });

  test("gives a name once to several who each have opened it, as containers do that are all process 1", async () => {
    const { name } = newFolder();
    const texts = Array.from({ length: 20 }, (_, at) => `${at}`.repeat(10_000 + at));
    const first = await Promise.all(texts.map((text) => folderParts(name).putIfAbsent("plan.json", text)));
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(texts.indexOf((await folderParts(name).get("plan.json"))!)).toBe(first.indexOf(true));
    expect(readdirSync(name)).toEqual(["plan.json"]);
  });

  test("keeps one plan", async () => {
    const store = newFolder();
    expect(await writePlan(store, planOf(STEPS))).toBe(true);
    expect(await writePlan(store, planOf(STEPS))).toBe(false);
    expect(await readPlan(store)).toEqual(planOf(STEPS));
    await expect(writePlan(store, planOf(STEPS, [1]))).rejects.toMatchObject({
      code: "bad-request",
      message: expect.stringContaining("has another plan") as string,
    });
  });

  test.each<[string, string, (text: string) => string]>([
    ["of another version", "the plan is of version 9.9.9, and this is 0.1.0", (text) => text.replace("0.1.0", "9.9.9")],
    ["that was changed", "its plan.json is not as it was written", (text) => text.replace('"cases": 5', '"cases": 6')],
    ["that was cut off", "its plan.json is not as it was written", (text) => text.slice(0, 100)],
    ["that is no JSON", "its plan.json is not as it was written", () => "no plan"],
    ["that is no plan", "its plan.json is not as it was written", () => "[]"],
  ])("a plan %s is refused in a sentence", async (_, sentence, change) => {
    const store = newFolder();
    await writePlan(store, planOf(STEPS));
    const path = join(store.name, "plan.json");
    writeFileSync(path, change(readFileSync(path, "utf8")));
    const refused = await readPlan(store).catch((reason: unknown) => reason);
    expect(refused).toMatchObject({ code: "bad-request", message: expect.stringContaining(sentence) as string });
    expect(exitCodeOf(refused)).toBe(2);
  });

  test("that a file system does not let be made is told, and not tried for ever", async () => {
    await expect(folderParts("/proc/arithmoscope").putIfAbsent("plan.json", "")).rejects.toMatchObject({
      code: "storage-failed",
    });
  });
});

describe("shards that are run", () => {
  test("give every step once, with what it reads", async () => {
    const [store, plan] = [newFolder(), planOf(STEPS)];
    const { runAll, ran } = running(store, plan);
    await runAll();
    expect(ran).toEqual([0, 1, 2, 3, 4]);
    expect(await partsOf(store, plan)).toEqual(WHOLE);
    await runAll();
    expect(ran).toHaveLength(5);
  });

  test("by two at once are the same, whoever was first with a step", async () => {
    const [store, plan] = [newFolder(), planOf(STEPS)];
    const two = [running(store, plan), running(store, plan)];
    await Promise.all(two.map(({ runAll }) => runAll()));
    expect(await partsOf(store, plan)).toEqual(WHOLE);
    expect(readdirSync(join(store.name, "parts"))).toHaveLength(5);
  });

  test("are gone on with where one was stopped", async () => {
    const [store, plan] = [newFolder(), planOf(STEPS)];
    const stop = new AbortController();
    const stopped = running(store, plan, {
      signal: stop.signal,
      onStep: ({ step: at }) => {
        if (at === 2) stop.abort();
      },
    });
    await expect(stopped.runAll()).rejects.toMatchObject({ name: "AbortError" });
    expect((await survey(store, plan)).missing).toEqual([3, 4]);
    const next = running(store, plan);
    await next.runAll();
    expect(next.ran).toEqual([3, 4]);
    expect(await partsOf(store, plan)).toEqual(WHOLE);
  });

  test("wait for what others run", async () => {
    const [store, plan] = [newFolder(), planOf(STEPS)];
    const waits = Promise.withResolvers<void>();
    const second = running(store, plan, { say: () => waits.resolve() });
    const last = second.runner.run({ from: 2, to: 4 });
    await waits.promise;
    const first = running(store, plan);
    await first.runner.run({ from: 0, to: 1 });
    await first.runner.run({ from: 1, to: 2 });
    await last;
    expect([first.ran, second.ran]).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test.each<[string, (text: string) => string]>([
    ["cut off", (text) => text.slice(0, -20)],
    ["with another digit", (text) => text.replace('"value":10.5', '"value":10.6')],
    ["of another step", (text) => text.replace('"step":1', '"step":2')],
    ["empty", () => ""],
  ])("set a part aside that is %s, and run it again", async (_, damage) => {
    const [store, plan] = [newFolder(), planOf(STEPS)];
    await running(store, plan).runAll();
    const path = join(store.name, partPath(plan, 1));
    writeFileSync(path, damage(readFileSync(path, "utf8")));
    expect((await survey(store, plan)).corrupt).toEqual([1]);
    const next = running(store, plan);
    await next.runAll();
    expect(next.ran).toEqual([1]);
    expect(next.said).toEqual([expect.stringContaining(`${partPath(plan, 1)} is damaged; it is set aside`)]);
    expect(await partsOf(store, plan)).toEqual(WHOLE);
  });

  test.each<[string, string, string]>([
    ["full", "ENOSPC", "the disk is full"],
    ["read-only", "EROFS", "it may not be written to (EROFS)"],
  ])("end with a sentence on a disk that is %s, and lose nothing", async (_, code, sentence) => {
    const [store, plan] = [newFolder(), planOf(STEPS)];
    let room = 2;
    const refusing: PartStore = {
      ...store,
      putIfAbsent: (key, text) =>
        room-- > 0
          ? store.putIfAbsent(key, text)
          : Promise.reject(diskFault(store.name, Object.assign(new Error(code), { code }))),
    };
    await expect(running(refusing, plan).runAll()).rejects.toThrow(`${store.name}: ${sentence}`);
    const next = running(store, plan);
    await next.runAll();
    expect(next.ran).toEqual([2, 3, 4]);
    expect(await partsOf(store, plan)).toEqual(WHOLE);
  });
});

describe("steps that are checked", () => {
  test("are run on another provider, and the largest difference is told", async () => {
    const [store, plan] = [newFolder(), planOf(STEPS, [1, 3])];
    const here = running(store, plan);
    await here.runAll();
    expect(await here.runner.runAgain()).toBe(2);
    expect((await survey(store, plan)).again).toMatchObject({ steps: 0, of: 2 });
    // 2⁻⁹ is exact in every sum here
    const { engine, ran } = counted(2 ** -9);
    const there = running(store, plan, { engine, runner: { host: "one", pid: 2, provider: "cuda", gpu: "H200" } });
    await there.runAll();
    expect(ran).toEqual([]);
    expect(await there.runner.runAgain()).toBe(0);
    expect(ran).toEqual([1, 3]);
    expect((await survey(store, plan)).again).toEqual({
      steps: 2,
      of: 2,
      largest: 2 ** -9,
      at: "step 1.value",
      others: 0,
      between: ["one, cpu", "one, cuda, H200"],
    });
    // what was first stays in the result
    expect(await partsOf(store, plan)).toEqual(WHOLE);
    expect(await readPart(store, plan, 1, "again")).toMatchObject({ by: { provider: "cuda" } });
  });

  test.each<[unknown, unknown, object]>([
    [[1, { a: 0.5 }], [1, { a: 0.25 }], { largest: 0.25, at: "[1].a", others: 0 }],
    // ranks and neurons are no measure of each other
    [{ neuron: 7 }, { neuron: 9 }, { largest: 0, at: "", others: 1 }],
    ["8", "9", { largest: 0, at: "", others: 1 }],
    [[0.5], [0.5, 0.5], { largest: 0, at: "", others: 1 }],
    [Number.NaN, Number.NaN, { largest: 0, at: "", others: 0 }],
    [Number.NaN, 0.5, { largest: 0, at: "", others: 1 }],
  ])("%j and %j", (a, b, expected) => {
    expect(differenceOf(a, b)).toEqual(expected);
  });
});

test("steps are told by their ranges", () => {
  expect(stepsText([3, 7, 8, 9])).toBe("3, 7 to 9");
  expect(stepsText([0, 2, 4, 6, 8, 10, 12, 14, 16])).toBe("0, 2, 4, 6, 8, 10, 12, 14, …");
});
