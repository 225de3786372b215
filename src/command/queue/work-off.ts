import { setTimeout as wait } from "node:timers/promises";
import { Fault, faultCode, isEngineEnd } from "#core/fault.ts";
import { readsOfOthers, stepsIn, stepsText } from "../shards/cut.ts";
import { partsThere } from "../shards/part.ts";
import type { Plan } from "../shards/plan.ts";
import type { PartStore } from "../shards/part-store.ts";
import { ShardRunner } from "../shards/shard-runner.ts";
import type { ShardRun } from "../shards/shard-runner.ts";
import { doneOf, survey } from "../shards/survey.ts";
import { HandBack } from "./shard-queue.ts";
import type { GivenUp, ShardQueue } from "./shard-queue.ts";

export interface Work extends Omit<ShardRun, "engine"> {
  readonly queue: ShardQueue;
  /** Each runs one shard at a time. */
  readonly engines: readonly ShardRun["engine"][];
  /** Between two looks at what is there. */
  readonly lookMs?: number;
}

const LOOK_MS = 1_000;
/** One part in so many of the time may go into looking. */
const LOOKING_AT_MOST = 20;

/** What keeps a machine from any shard: another one may have it. */
const OF_MACHINE = new Set(["storage-full", "storage-failed", "unreachable", "device-lost", "engine-stopped"]);

/**
 * Takes shards until the plan has all of its parts, whoever runs them. What is to be done is the plan less its parts, and is put into the queue
 * again where the queue has lost it.
 *
 * @returns how many steps have to be run once more elsewhere
 * @throws Fault of the engine or the store, "internal" where only shards are left that were given up; what the signal was aborted with
 */
export async function workOff({ queue, engines, lookMs = LOOK_MS, ...on }: Work): Promise<number> {
  const { store, plan, say } = on;
  const ending = new AbortController();
  const signal = AbortSignal.any([on.signal, ending.signal]);
  const free = engines.map((engine) => new ShardRunner({ ...on, signal, engine }));
  const taken = new Set<number>();
  queue.take(engines.length, async (shard) => {
    const runner = free.pop()!;
    taken.add(shard);
    try {
      const { from, to } = plan.shards[shard]!;
      say(`shard ${shard}: steps ${from} to ${to - 1}`, "lasting");
      await runner.run({ from, to });
    } catch (reason) {
      const isEnding = signal.aborted;
      if (!isEnding && OF_MACHINE.has(faultCode(reason))) ending.abort(reason);
      // what ended an engine may do so to the next
      if (isEnding || (signal.aborted && !isEngineEnd(reason))) throw new HandBack();
      throw reason;
    } finally {
      taken.delete(shard);
      free.push(runner);
    }
  });
  const offered = (shards: readonly number[]): Promise<readonly GivenUp[]> =>
    queue.offer(shards).catch((reason: unknown) => {
      const words = reason instanceof Error ? reason.message : String(reason);
      say(`the queue is away (${words}); what is taken is run on`, "passing");
      return [];
    });
  try {
    for (;;) {
      signal.throwIfAborted();
      const started = performance.now();
      const ready = await readyShards(store, plan);
      if (ready.length === 0) break;
      const lost = await offered(ready.filter((shard) => !taken.has(shard)));
      const given = new Map(lost.map(({ shard, reason }) => [shard, reason]));
      if (ready.every((shard) => given.has(shard))) {
        throw new Fault(
          "internal",
          `the shards ${stepsText(ready)} have failed each time and are given up: ${given.get(ready[0]!)!}`,
        );
      }
      // a long list of parts is not read all the time; ended early by the signal, which the next round tells
      const pause = Math.max(lookMs, LOOKING_AT_MOST * (performance.now() - started));
      await wait(pause, undefined, { signal }).catch(() => undefined);
    }
  } catch (reason) {
    ending.abort(reason);
    await queue.stop();
    throw reason;
  }
  // others may have run what is still at work here
  ending.abort(new HandBack());
  await queue.stop();
  await queue.clear();
  return new ShardRunner({ ...on, engine: engines[0]! }).runAgain();
}

/**
 * Shards that can be run now: without all of their parts, and with all that they read of others', so that nobody waits for what is still to be
 * handed out. There is one until all is done, because steps read only of steps before them. Parts are known by their names as long as one is
 * missing, then by what is in them.
 */
async function readyShards(store: PartStore, plan: Plan): Promise<readonly number[]> {
  const isThere = await partsThere(store, plan);
  const there = plan.steps.map((_, step) => isThere(step));
  const shards = [...plan.shards.entries()];
  if (there.includes(false)) {
    return shards
      .filter(([, shard]) => stepsIn(shard).some((step) => !there[step]))
      .filter(([, shard]) => readsOfOthers(plan.steps, shard).every((step) => there[step]))
      .map(([at]) => at);
  }
  const found = await survey(store, plan);
  return shards.filter(([, shard]) => doneOf(found, shard) < shard.to - shard.from).map(([at]) => at);
}
