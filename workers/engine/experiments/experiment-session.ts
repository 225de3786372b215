import { Fault } from "#core/fault.ts";
import { sum } from "#core/numeric/sum.ts";
import { forcedIds } from "#analysis/experiments/suite/scored-cases.ts";
import { throughLayers } from "#analysis/lens/layers.ts";
import type { ChunkedWork } from "#analysis/lens/projection.ts";
import { takeTurn } from "#analysis/lens/projection.ts";
import { EXPERIMENTS, fitted } from "#protocol/experiments.ts";
import type {
  ExperimentOutline,
  ExperimentPlan,
  ExperimentProgress,
  ExperimentRequest,
  ExperimentResult,
} from "#protocol/experiments.ts";
import { savedRequest } from "#protocol/experiments/definition.ts";
import { sha256OfText } from "../load/sha256.ts";
import { hashText } from "../lab/index-record.ts";
import { underSignal } from "../variants/asked-model.ts";
import type { FileStore } from "../store/file-store.ts";
import { resultsFolder } from "../store/pack.ts";
import { openLog, readLog } from "./experiment-log.ts";
import type { LogPlace } from "./experiment-log.ts";
import { partsRead } from "./experiment-steps.ts";
import type { ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import { stepsOf } from "./steps.ts";
import { readSuite } from "./suite-reader.ts";
import type { ReadSuite } from "./suite-reader.ts";

/** Between two partial results: what is drawn anew more often is not read. */
const PARTIAL_MS = 1_000;
/** Cases that are run once to estimate how long all will take. */
const MEASURED_CASES = 8;

type AnySteps = ExperimentSteps<unknown, unknown>;
type RunWork = ChunkedWork & { readonly signal: AbortSignal };

export interface ExperimentParts extends ExperimentModel {
  /** Names the model and its precision. */
  readonly fingerprint: string;
  /** Where finished steps are kept. */
  readonly store: FileStore;
}

/** Experiments over suites of cases, on one loaded model: planned, run, stopped and gone on with. */
export class ExperimentSession {
  readonly #parts: ExperimentParts;
  /** The suite that was read last, by what it was read from: a plan and its run ask for the same. */
  #suite: { readonly key: string; readonly read: ReadSuite } | undefined;
  #apart: { readonly key: string; readonly suite: ReadSuite; readonly steps: AnySteps } | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: ExperimentParts) {
    this.#parts = parts;
  }

  async plan(request: ExperimentRequest, signal: AbortSignal): Promise<ExperimentPlan> {
    const suite = await this.#read(request);
    const steps = await this.#steps(request, suite);
    const kept = await this.#oneByOne(() => readLog(this.#place(steps)));
    const rows = Array.from({ length: steps.count }, (_, step) => steps.rowsOf(step));
    const left = sum(rows.map((_, step) => costOf(steps, step)).slice(kept.parts.length));
    return {
      suite: suite.report,
      steps: steps.count,
      stepsKept: kept.parts.length,
      rows: sum(rows),
      ...(steps.alone && { alone: steps.alone }),
      estimatedMs: left === 0 ? 0 : left * (await this.#msPerRow(steps, kept.milliseconds, suite, signal)),
    };
  }

  /** One run at a time: the next waits until a stopped one has closed its log. */
  run(
    request: ExperimentRequest,
    onProgress: (progress: ExperimentProgress) => void,
    work: RunWork,
  ): Promise<ExperimentResult> {
    const own = this.#running.then(() => this.#run(request, onProgress, work));
    this.#running = own.catch(() => undefined);
    return own;
  }

  async #run(
    request: ExperimentRequest,
    onProgress: (progress: ExperimentProgress) => void,
    work: RunWork,
  ): Promise<ExperimentResult> {
    work.signal.throwIfAborted();
    const suite = await this.#read(request);
    const steps = await this.#steps(request, suite, work.signal);
    const log = await this.#oneByOne(() => openLog(this.#place(steps)));
    const result = (isWhole: boolean) => resultOf(request, { suite, steps, parts: log.parts, isWhole });
    try {
      let told = performance.now();
      if (log.parts.length > 0 && log.parts.length < steps.count) {
        onProgress({ done: log.parts.length, total: steps.count, partial: result(false) });
      }
      while (log.parts.length < steps.count) {
        await takeTurn(work);
        const started = performance.now();
        const step = log.parts.length;
        const part = await steps.run(step, partsRead(steps, step, log.parts), work.signal);
        await log.append(part, performance.now() - started);
        const isTold = performance.now() - told > PARTIAL_MS;
        if (isTold) told = performance.now();
        onProgress({ done: log.parts.length, total: steps.count, ...(isTold && { partial: result(false) }) });
      }
      return result(true);
    } finally {
      log.close();
      await steps.close?.();
    }
  }

  /** What there is to run, without running any of it. */
  async outline(request: ExperimentRequest): Promise<ExperimentOutline> {
    const { suite, steps } = await this.#apartOf(request);
    const { model } = this.#parts;
    const tokens = sum(suite.cases.map((each) => forcedIds(each).length)) / suite.cases.length;
    const perRow = 2 * model.parameters * tokens;
    return {
      about: await sha256OfText(this.#about(steps)),
      suite: suite.report,
      ...(steps.alone && { alone: steps.alone }),
      steps: Array.from({ length: steps.count }, (_, step) => ({
        operations: Math.ceil(costOf(steps, step) * perRow),
        reads: steps.reads?.(step) ?? [],
      })),
    };
  }

  /** @throws Fault "bad-request" for a step that there is not, or without a part that it reads */
  async runStep(request: ExperimentRequest, step: number, before: readonly unknown[], signal: AbortSignal) {
    const { steps } = await this.#apartOf(request);
    if (step >= steps.count)
      throw new Fault("bad-request", `runStep: step is ${step}; there are ${steps.count}, from 0`);
    const read = partsRead(steps, step, before);
    const missing = Object.entries(read).find(([, part]) => part === undefined);
    if (missing)
      throw new Fault("bad-request", `runStep: step ${step} reads step ${missing[0]}; before has no part of it`);
    return steps.run(step, read, signal);
  }

  /** @throws Fault "bad-request" unless there is one of each step */
  async gather(request: ExperimentRequest, parts: readonly unknown[]): Promise<ExperimentResult> {
    const { suite, steps } = await this.#apartOf(request);
    if (parts.length !== steps.count) {
      throw new Fault(
        "bad-request",
        `gatherParts: there are ${parts.length} parts; ${steps.count} are needed, one of each step`,
      );
    }
    return resultOf(request, { suite, steps, parts, isWhole: true });
  }

  /** The steps of the request that was asked for last are kept from call to call, with what they hold. */
  async #apartOf(request: ExperimentRequest) {
    const key = JSON.stringify(savedRequest(EXPERIMENTS[request.kind], request));
    if (this.#apart?.key !== key) {
      await this.#apart?.steps.close?.();
      const suite = await this.#read(request);
      this.#apart = { key, suite, steps: await this.#steps(request, suite) };
    }
    return this.#apart;
  }

  async forget(request: ExperimentRequest): Promise<void> {
    const { store, folder, name } = this.#place(await this.#steps(request, await this.#read(request)));
    await this.#oneByOne(() => store.write(folder, name, new Uint8Array(0)));
  }

  /** A log that is being read cannot be opened for writing. */
  #oneByOne<T>(task: () => Promise<T>): Promise<T> {
    const own = this.#opening.then(task);
    this.#opening = own.catch(() => undefined);
    return own;
  }

  async #read({ suite: source }: ExperimentRequest): Promise<ReadSuite> {
    const key = JSON.stringify(source);
    if (this.#suite?.key !== key) this.#suite = { key, read: await readSuite(source, this.#parts.model) };
    return this.#suite.read;
  }

  async #steps(request: ExperimentRequest, { cases }: ReadSuite, signal?: AbortSignal): Promise<AnySteps> {
    const { model } = this.#parts;
    const on = { ...this.#parts, model: signal ? underSignal(model, signal) : model };
    return stepsOf(on, cases, fitted(request, model.spec));
  }

  /** What is run on what, which names what is kept of it. */
  #about({ runs }: AnySteps): string {
    return `${this.#parts.fingerprint} ${JSON.stringify(runs)}`;
  }

  #place(steps: AnySteps): LogPlace {
    const { store, model } = this.#parts;
    const about = this.#about(steps);
    return {
      store,
      folder: resultsFolder(model),
      name: `${hashText(about).toString(16).padStart(8, "0")}.jsonl`,
      about,
    };
  }

  /** By the steps that were run already, else by a few cases that are run as they are. */
  async #msPerRow(
    steps: AnySteps,
    milliseconds: readonly number[],
    { cases }: ReadSuite,
    signal: AbortSignal,
  ): Promise<number> {
    if (milliseconds.length > 0) {
      return sum(milliseconds) / sum(milliseconds.map((_, step) => costOf(steps, step)));
    }
    const { runner } = underSignal(this.#parts.model, signal);
    const shape = cases[0]!;
    const alike = cases.filter((each) => forcedIds(each).length === forcedIds(shape).length).slice(0, MEASURED_CASES);
    let fastest = Infinity;
    // the first one may compile
    for (let run = 0; run < 2; run++) {
      const started = performance.now();
      runner.release(await throughLayers(runner, await runner.embedBatch(alike.map(forcedIds)), { signal }));
      fastest = Math.min(fastest, performance.now() - started);
    }
    return fastest / alike.length;
  }
}

interface Gathered {
  readonly suite: ReadSuite;
  readonly steps: AnySteps;
  readonly parts: readonly unknown[];
  readonly isWhole: boolean;
}

const resultOf = (request: ExperimentRequest, { suite, steps, parts, isWhole }: Gathered) =>
  ({
    kind: request.kind,
    request: savedRequest(EXPERIMENTS[request.kind], request),
    suite: suite.report,
    found: steps.found(parts, isWhole),
    steps: parts.length,
    stepsInAll: steps.count,
    ...(steps.alone && { alone: steps.alone }),
  }) as ExperimentResult;

const costOf = (steps: AnySteps, step: number) => steps.costOf?.(step) ?? steps.rowsOf(step);
