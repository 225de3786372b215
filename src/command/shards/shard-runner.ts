import { setTimeout as wait } from "node:timers/promises";
import type { Engine } from "#client/engine.ts";
import type { StepRange } from "#protocol/experiments.ts";
import type { Say } from "../printing.ts";
import { readsOfOthers, stepsIn, stepsText } from "./cut.ts";
import { partPath, partsThere, putPart, readPart } from "./part.ts";
import type { Run } from "./part.ts";
import type { Plan } from "./plan.ts";
import type { PartStore } from "./part-store.ts";
import { placeOf } from "./provenance.ts";
import type { RunBy } from "./provenance.ts";

/** What shards are run with, whoever hands them out. */
export interface ShardRun {
  readonly store: PartStore;
  readonly plan: Plan;
  readonly engine: Pick<Engine, "runStep">;
  readonly runner: RunBy;
  readonly signal: AbortSignal;
  /** Told of each step that was run here, and whether its part was the first. */
  readonly onStep: (done: DoneStep) => void;
  /** Told what is waited for, and what was found wrong. */
  readonly say: Say;
}

export interface DoneStep {
  readonly step: number;
  readonly run: Run;
  readonly milliseconds: number;
  /** False: somebody else was first, whose part stays. */
  readonly isFirst: boolean;
}

/** Steps of others are waited for as long as one of them arrives within this time; then they are run here. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 1_000;

/** Runs what nobody has run. It can be ended at any time and begun again by anybody: a step has one part, however many have run it. */
export class ShardRunner {
  readonly #on: ShardRun;
  /** Parts that other steps read, which may be many. */
  readonly #read = new Map<number, unknown>();

  constructor(on: ShardRun) {
    this.#on = on;
  }

  /** @throws Fault of the engine or the store, or what the signal was aborted with; what was done until then is there */
  async run(shard: StepRange): Promise<void> {
    const { store, plan } = this.#on;
    const found = await Promise.all(stepsIn(shard).map((step) => readPart(store, plan, step)));
    const left = stepsIn(shard).filter((_, at) => typeof found[at] !== "object");
    if (left.length === 0) return;
    await this.#waitFor(readsOfOthers(plan.steps, shard));
    for (const step of left) await this.#part(step);
  }

  /**
   * Runs those steps once more that are to be checked and that ran on another machine or provider than this one.
   *
   * @returns how many have to be run elsewhere
   */
  async runAgain(): Promise<number> {
    const { store, plan, runner } = this.#on;
    let elsewhere = 0;
    for (const step of plan.again) {
      const [first, again] = [await readPart(store, plan, step), await readPart(store, plan, step, "again")];
      if (typeof first === "string" || typeof again === "object") continue;
      if (placeOf(first.by) === placeOf(runner)) elsewhere += 1;
      else await this.#compute(step, "again", again === "corrupt");
    }
    return elsewhere;
  }

  /** Of one step, which is run unless it is there. */
  async #part(step: number): Promise<unknown> {
    const { store, plan } = this.#on;
    const found = await readPart(store, plan, step);
    return typeof found === "object" ? found.part : this.#compute(step, "first", found === "corrupt");
  }

  async #compute(step: number, run: Run, isCorrupt: boolean): Promise<unknown> {
    const { store, plan, engine, runner, signal, say, onStep } = this.#on;
    signal.throwIfAborted();
    if (isCorrupt) {
      const path = partPath(plan, step, run);
      say(`step ${step}: ${path} is damaged; it is set aside, and the step run again`, "lasting");
      await store.setAside(path);
    }
    const before = await this.#readBy(step);
    const started = performance.now();
    const part = await engine.runStep(plan.request, { step, before }, { signal });
    const milliseconds = Math.round(performance.now() - started);
    const by = { ...runner, at: new Date().toISOString(), milliseconds };
    onStep({ step, run, milliseconds, isFirst: await putPart(store, plan, step, { part, by }, run) });
    return part;
  }

  async #readBy(step: number): Promise<unknown[]> {
    const before: unknown[] = [];
    for (const at of this.#on.plan.steps[step]!.reads.flatMap(stepsIn)) {
      if (!this.#read.has(at)) this.#read.set(at, await this.#part(at));
      before[at] = this.#read.get(at);
    }
    return before;
  }

  /** Until the steps are there, or nobody seems to be at them any more. */
  async #waitFor(steps: readonly number[]): Promise<void> {
    const { signal, say } = this.#on;
    let missing = await this.#missing(steps);
    let since = performance.now();
    while (missing.length > 0 && performance.now() - since < PATIENCE_MS) {
      say(`waiting for the steps ${stepsText(missing)}, which others run`, "passing");
      await wait(LOOK_MS, undefined, { signal });
      const now = await this.#missing(missing);
      if (now.length < missing.length) since = performance.now();
      missing = now;
    }
  }

  /** Those of some steps without a part. */
  async #missing(steps: readonly number[]): Promise<readonly number[]> {
    const { store, plan } = this.#on;
    const isThere = await partsThere(store, plan);
    return steps.filter((step) => !isThere(step));
  }
}
