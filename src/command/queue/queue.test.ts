import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import { runIf } from "#test/not-run.ts";
import { findOrInstallRedis, NO_REDIS, redisServer } from "#test/redis-server.ts";
import type { RedisServer } from "#test/redis-server.ts";
import { folderParts } from "../shards/part-store.ts";
import { namedPlan } from "../shards/plan.ts";
import type { Plan } from "../shards/plan.ts";
import type { ShardRun } from "../shards/shard-runner.ts";
import { survey } from "../shards/survey.ts";
import { enginesAtOnce } from "./at-once.ts";
import { ShardQueue } from "./shard-queue.ts";
import { workOff } from "./work-off.ts";

const SHARDS = 6;

/** Another plan for each test, so that each has a queue of its own. */
let plans = 0;
const newPlan = (reads: readonly (readonly [number, number])[] = []): Plan =>
  namedPlan({
    model: { source: { kind: "folder", path: "m" }, name: "m", content: "c".repeat(64), dtype: "q8" },
    request: { kind: "heads" } as Plan["request"],
    about: `${plans++}`.padStart(64, "a"),
    cases: SHARDS,
    steps: Array.from({ length: SHARDS }, (_, step) => ({
      operations: 1,
      reads: step === 0 ? [] : reads.map(([from, to]) => ({ from, to })),
    })),
    shards: Array.from({ length: SHARDS }, (_, from) => ({ from, to: from + 1 })),
    again: [],
  });

const newFolder = () => folderParts(mkdtempSync(join(tmpdir(), "arithmoscope-queue-")));

type RunStep = ShardRun["engine"]["runStep"];

/** A worker whose part of a step is its number and a half; `meanwhile` may hold or fail a step. */
async function working(
  on: { store: ReturnType<typeof newFolder>; plan: Plan },
  meanwhile?: (...args: Parameters<RunStep>) => unknown,
  atOnce = 1,
) {
  const ran: number[] = [];
  const said: string[] = [];
  const stop = new AbortController();
  const say = (text: string) => said.push(text);
  const runStep: RunStep = async (request, step, options) => {
    ran.push(step.step);
    await meanwhile?.(request, step, options);
    return { value: step.step + 0.5 };
  };
  const queue = await ShardQueue.open(server.url, on.plan, { lease: 1, attempts: 3, backOffMs: 20, say });
  const runner = { host: "one", pid: 1, provider: "cpu" };
  const engines = Array.from({ length: atOnce }, () => ({ runStep }));
  const work = async () => {
    try {
      await workOff({ ...on, queue, engines, runner, signal: stop.signal, onStep: () => undefined, say, lookMs: 50 });
    } finally {
      await queue.close();
    }
  };
  const ended = work();
  // awaited later, when it may have failed long before
  ended.catch(() => undefined);
  return { ran, said, stop, ended };
}

const WHOLE = Array.from({ length: SHARDS }, (_, step) => ({ value: step + 0.5 }));
const valuesOf = async (store: ReturnType<typeof newFolder>, plan: Plan) =>
  (await survey(store, plan)).parts.map((each) => each?.part);

/** What a step waits for, and that it has begun. */
function gate() {
  const [begun, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const held = (signal: AbortSignal | undefined) => {
    begun.resolve();
    const stopped = Promise.withResolvers<never>();
    signal?.addEventListener("abort", () => stopped.reject(new DOMException("stopped", "AbortError")));
    return Promise.race([open.promise, stopped.promise]);
  };
  return { begun: begun.promise, open: open.resolve, held };
}

let program: string | undefined;
let server: RedisServer;
beforeAll(async () => {
  program = findOrInstallRedis();
  if (program) server = await redisServer(program);
}, 180_000);
afterAll(() => server?.stop());

describe("shards that a queue hands out", () => {
  beforeEach((context) => runIf(program !== undefined, context, NO_REDIS));

  test("are run once each, by workers that come at any time, and nothing of them is kept there", async () => {
    const on = { store: newFolder(), plan: newPlan() };
    const two = await Promise.all([working(on), working(on, undefined, 2)]);
    await Promise.all(two.map(({ ended }) => ended));
    expect(two.flatMap(({ ran }) => ran).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await valuesOf(on.store, on.plan)).toEqual(WHOLE);
    const late = await working(on);
    await late.ended;
    expect(late.ran).toEqual([]);
    const redis = new Redis(server.url);
    const kept = await redis.keys(`bull:arithmoscope-${on.plan.id.slice(0, 16)}:shard-*`);
    redis.disconnect();
    expect(kept).toEqual([]);
  });

  test("are only those that have no part yet", async () => {
    const on = { store: newFolder(), plan: newPlan() };
    const first = await working(on, (_, { step }) => (step === 2 ? first.stop.abort() : undefined));
    await expect(first.ended).rejects.toMatchObject({ name: "AbortError" });
    const second = await working(on);
    await second.ended;
    // the third step was over before it could be stopped, and its part is kept
    expect([first.ran, second.ran]).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(await valuesOf(on.store, on.plan)).toEqual(WHOLE);
  });

  test("are handed out once what they read of others is there, and keep nobody waiting before", async () => {
    const on = { store: newFolder(), plan: newPlan([[0, 1]]) };
    const { begun, open, held } = gate();
    const first = await working(on, (_, { step }, { signal } = {}) => (step === 0 ? held(signal) : undefined));
    await begun;
    const second = await working(on);
    // nothing is ready for it; it goes, and the first is let go on
    second.stop.abort();
    await expect(second.ended).rejects.toMatchObject({ name: "AbortError" });
    open();
    await first.ended;
    expect([first.ran.toSorted((a, b) => a - b), second.ran]).toEqual([[0, 1, 2, 3, 4, 5], []]);
  });

  test("are given up with those that read them", async () => {
    const on = { store: newFolder(), plan: newPlan([[0, 1]]) };
    const one = await working(on, () => {
      throw new Error("no such head");
    });
    await expect(one.ended).rejects.toThrow("the shards 0 have failed each time and are given up: no such head");
    expect(one.ran).toEqual([0, 0, 0]);
  });

  test("are handed out again at once where a worker is stopped", async () => {
    const on = { store: newFolder(), plan: newPlan() };
    const { begun, held } = gate();
    const first = await working(on, (_, __, { signal } = {}) => held(signal));
    await begun;
    first.stop.abort();
    await expect(first.ended).rejects.toMatchObject({ name: "AbortError" });
    const second = await working(on);
    await second.ended;
    expect(second.said.filter((text) => text.includes("silent"))).toEqual([]);
    expect(second.ran.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("are tried again after a while where they fail", async () => {
    const on = { store: newFolder(), plan: newPlan() };
    let failures = 2;
    const one = await working(on, (_, { step }) => {
      if (step === 3 && failures-- > 0) throw new Error("a bad moment");
      return undefined;
    });
    await one.ended;
    expect(one.ran.filter((step) => step === 3)).toHaveLength(3);
    expect(one.said).toContain("shard 3 failed (2 times): a bad moment");
    expect(await valuesOf(on.store, on.plan)).toEqual(WHOLE);
  });

  test("are given up where they fail each time, which the others do not wait for; a worker that comes new tries again", async () => {
    const on = { store: newFolder(), plan: newPlan() };
    const one = await working(on, (_, { step }) => {
      if (step === 3) throw new Error("no such head");
      return undefined;
    });
    await expect(one.ended).rejects.toMatchObject({
      code: "internal",
      message: "the shards 3 have failed each time and are given up: no such head",
    });
    expect(one.ran.filter((step) => step === 3)).toHaveLength(3);
    expect((await survey(on.store, on.plan)).missing).toEqual([3]);
    const next = await working(on);
    await next.ended;
    expect(next.ran).toEqual([3]);
  });

  test.each(["storage-full", "unreachable", "engine-stopped"] as const)(
    "are another's where a machine cannot go on: %s",
    async (code) => {
      const on = { store: newFolder(), plan: newPlan() };
      const one = await working(on, () => {
        throw new Fault(code, "this machine");
      });
      await expect(one.ended).rejects.toMatchObject({ code, message: "this machine" });
      const next = await working(on);
      await next.ended;
      expect(await valuesOf(on.store, on.plan)).toEqual(WHOLE);
    },
  );

  test("are put in anew where the server is restarted in the middle and has forgotten them", async () => {
    const on = { store: newFolder(), plan: newPlan() };
    const { begun, open, held } = gate();
    const one = await working(on, (_, { step }, { signal } = {}) => (step === 2 ? held(signal) : undefined));
    await begun;
    await server.stop();
    open();
    await server.start();
    await one.ended;
    expect(one.ran).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await valuesOf(on.store, on.plan)).toEqual(WHOLE);
    expect(readdirSync(join(on.store.name, "parts"))).toHaveLength(SHARDS);
  });

  test("need a server that answers, and one that lets them in", async () => {
    const on = { lease: 1, say: () => undefined };
    await expect(ShardQueue.open("redis://127.0.0.1:1", newPlan(), on)).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("no queue answers at 127.0.0.1:1 (") as string,
    });
    const locked = await redisServer(program!, "--requirepass", "open sesame");
    try {
      const wrong = locked.url.replace("//", "//:wrong@");
      await expect(ShardQueue.open(wrong, newPlan(), on)).rejects.toMatchObject({
        code: "bad-request",
        message: expect.not.stringContaining("wrong@") as string,
      });
      const queue = await ShardQueue.open(locked.url.replace("//", "//:open%20sesame@"), newPlan(), on);
      await queue.close();
    } finally {
      await locked.stop();
    }
  });
});

describe("engines beside each other", () => {
  const GB = 2 ** 30;
  test.each<[string, Parameters<typeof enginesAtOnce>[0], number]>([
    ["one that has all cores", { cores: 8, threads: 8, free: 100 * GB, engine: GB }, 1],
    ["one for each core", { cores: 8, threads: 1, free: 100 * GB, engine: GB }, 8],
    ["as many as have cores", { cores: 8, threads: 3, free: 100 * GB, engine: GB }, 2],
    // 0.8 · 7.5 GB = 6 GB hold four of 1.5 GB beside the first
    ["as many as the memory holds", { cores: 8, threads: 1, free: 7.5 * GB, engine: GB }, 5],
    ["the first in any case", { cores: 8, threads: 1, free: 0, engine: GB }, 1],
    ["one on a graphics processor", { cores: 8, threads: undefined, free: 100 * GB, engine: GB }, 1],
  ])("%s", (_, room, count) => {
    expect(enginesAtOnce(room)).toBe(count);
  });
});
