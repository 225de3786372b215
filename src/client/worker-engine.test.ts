import * as Comlink from "comlink";
import { Fault } from "#core/fault.ts";
import type { Asked, EngineApi } from "#protocol/calls.ts";
import type { LayerIncrease, LoadProgress, ModelInfo, SweepReport } from "#protocol/engine.ts";
import type { ExperimentRequest } from "#protocol/experiments.ts";
import { ALIVE_LOCK_PREFIX, DEVICE_LOST_MESSAGE, SIGN_MESSAGE } from "#protocol/lifecycle.ts";
import { keepFaultCodes } from "#workers/engine/fault-transfer.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { End, Engine } from "./engine.ts";
import { workerEngine } from "./worker-engine.ts";

keepFaultCodes();

type Api = Partial<EngineApi>;

/** A worker on the other end of a channel in this process, with the engine's calls answered by the test. */
class FakeWorker extends EventTarget {
  readonly name: string;
  readonly api: Api;
  isTerminated = false;
  readonly #page: MessagePort;
  readonly #inside: MessagePort;

  constructor(name: string, api: Api) {
    super();
    this.name = name;
    this.api = api;
    const { port1, port2 } = new MessageChannel();
    [this.#page, this.#inside] = [port1, port2];
    Comlink.expose(this.api, port2);
    port1.onmessage = ({ data }: MessageEvent<unknown>) => this.dispatchEvent(new MessageEvent("message", { data }));
  }

  postMessage(message: unknown, transfer: Transferable[] = []): void {
    if (!this.isTerminated) this.#page.postMessage(message, transfer);
  }

  /** What the worker's own `postMessage` does. */
  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  /** An exception that nobody caught, or a script that could not be fetched. */
  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }

  terminate(): void {
    this.isTerminated = true;
    this.#page.close();
    this.#inside.close();
  }
}

/** Never settles, as a call in a worker that is gone. */
const never = () => new Promise<never>(() => undefined);

/** An engine whose workers answer as told, and the workers in the order they were started. */
function started(api: Api = { predict: never }) {
  const workers: FakeWorker[] = [];
  const engine = workerEngine((name) => {
    const worker = new FakeWorker(name, api);
    workers.push(worker);
    return worker as unknown as Worker;
  });
  const stops: Fault[] = [];
  const ends: End[] = [];
  engine.onStopped((reason, end) => {
    stops.push(reason);
    ends.push(end);
  });
  all.push(workers);
  return { engine, workers, stops, ends };
}

const all: FakeWorker[][] = [];
afterEach(() => {
  // an open port would keep the process alive
  for (const worker of all.splice(0).flat()) worker.terminate();
});

const INCREASE: LayerIncrease = { target: 3, attention: [1, 2], ffn: [4, 5] };

describe("a call", () => {
  test("takes its arguments there and its result back", async () => {
    const { engine } = started({
      tokenize: (_job, text) => Promise.resolve({ ids: [text.length], texts: [text], added: [], unknown: [] }),
    });
    expect(await engine.tokenize("3+5=")).toEqual({ ids: [4], texts: ["3+5="], added: [], unknown: [] });
  });

  test("has a job number of its own", async () => {
    const jobs: number[] = [];
    const { engine } = started({
      layerIncrease: (job) => {
        jobs.push(job);
        return Promise.resolve(INCREASE);
      },
    });
    await Promise.all([engine.layerIncrease("a"), engine.layerIncrease("b"), engine.layerIncrease("c")]);
    expect(new Set(jobs).size).toBe(3);
  });

  test("that fails keeps the code and the sentence of the fault", async () => {
    const { engine } = started({
      predict: () =>
        Promise.reject(new Fault("prompt-too-long", "the prompt has 99 tokens; this model reads at most 64")),
    });
    const failing = engine.predict("long");
    await expect(failing).rejects.toBeInstanceOf(Fault);
    await expect(failing).rejects.toMatchObject({
      code: "prompt-too-long",
      message: "the prompt has 99 tokens; this model reads at most 64",
    });
  });

  test.each<[string, unknown, string, string]>([
    ["an abort", new DOMException("stopped", "AbortError"), "cancelled", "stopped"],
    ["an error of ours", new TypeError("undefined is not a function"), "internal", "undefined is not a function"],
    ["what is no error", "a text", "internal", "a text"],
  ])("that fails by %s comes with a code as well", async (_name, thrown, code, message) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that is the case
    const { engine } = started({ predict: () => Promise.reject(thrown) });
    await expect(engine.predict("x")).rejects.toMatchObject({ name: "Fault", code, message });
  });

  test("with what cannot be sent fails with a code", async () => {
    const { engine } = started();
    const unsendable = [() => undefined] as unknown as number[];
    await expect(engine.predict(unsendable)).rejects.toMatchObject({ name: "Fault", code: "bad-request" });
  });

  test("reports how far it is until the caller gives up", async () => {
    const { engine } = started({
      load: async (_job, _source, _options, onProgress) => {
        for (const done of [1, 2, 3]) {
          await (onProgress!({ stage: "preparing", done, total: 3, part: "" }) as unknown as Promise<void>);
        }
        return never();
      },
    });
    const controller = new AbortController();
    const seen: number[] = [];
    const onProgress = ({ done }: LoadProgress) => {
      seen.push(done);
      if (done === 2) controller.abort();
    };
    const loading = engine.load({ kind: "url", base: "m/" }, {}, { signal: controller.signal, onProgress });
    await expect(loading).rejects.toMatchObject({ code: "cancelled" });
    expect(seen).toEqual([1, 2]);
  });
});

describe("an abort", () => {
  test("rejects at once and tells the worker which job to stop", async () => {
    const called: number[] = [];
    let tellCancelled: (job: number) => void = () => undefined;
    const cancelled = new Promise<number>((resolve) => {
      tellCancelled = resolve;
    });
    const { engine, workers, stops } = started({
      predict: (job) => {
        called.push(job);
        return never();
      },
      cancel: tellCancelled,
    });
    const controller = new AbortController();
    const call = engine.predict("x", {}, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "Fault", code: "cancelled", message: "the call was cancelled" });
    expect([await cancelled]).toEqual(called);
    expect([workers.length, stops]).toEqual([1, []]);
  });

  test("before the call asks the worker for nothing", async () => {
    const called: number[] = [];
    const { engine } = started({
      layerIncrease: (job) => {
        called.push(job);
        return Promise.resolve(INCREASE);
      },
    });
    await expect(engine.layerIncrease("x", {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "cancelled",
    });
    await engine.layerIncrease("y");
    expect(called).toHaveLength(1);
  });

  test("of one call leaves the others alone", async () => {
    let finish: () => void = () => undefined;
    const { engine } = started({
      layerIncrease: (_job, prompt) =>
        prompt === "x"
          ? never()
          : new Promise((resolve) => {
              finish = () => resolve(INCREASE);
            }),
      tokenize: () => Promise.resolve({ ids: [], texts: [], added: [], unknown: [] }),
      cancel: () => undefined,
    });
    const controller = new AbortController();
    const [x, y] = [engine.layerIncrease("x", {}, { signal: controller.signal }), engine.layerIncrease("y")];
    controller.abort();
    await expect(x).rejects.toMatchObject({ code: "cancelled" });
    // behind the others in the channel: they have arrived when this is answered
    await engine.tokenize("z");
    finish();
    expect(await y).toEqual(INCREASE);
  });
});

describe("a worker that is gone", () => {
  test.each<[string, (worker: FakeWorker) => void, string, string]>([
    [
      "by an exception",
      (worker) => worker.crash("out of memory"),
      "engine-stopped",
      "the engine's worker stopped: out of memory",
    ],
    [
      "before it began",
      (worker) => worker.crash(""),
      "engine-stopped",
      "the engine's worker stopped: it could not be started",
    ],
    [
      "for its GPU",
      (worker) => worker.say({ type: DEVICE_LOST_MESSAGE, reason: "the graphics processor was lost (reset)" }),
      "device-lost",
      "the graphics processor was lost (reset)",
    ],
  ])("%s fails every pending call, is told, and is replaced", async (_name, lose, code, message) => {
    const { engine, workers, stops } = started({ predict: never, tokenize: never });
    const calls = [engine.predict("x"), engine.predict("y"), engine.tokenize("z")];
    lose(workers[0]!);
    for (const call of calls) await expect(call).rejects.toMatchObject({ name: "Fault", code, message });
    expect(stops).toEqual([new Fault(stops[0]!.code, message)]);
    expect(stops[0]!.code).toBe(code);
    expect(workers[0]!.isTerminated).toBe(true);

    const next = engine.predict("after");
    expect(workers).toHaveLength(2);
    lose(workers[1]!);
    await expect(next).rejects.toMatchObject({ code });
  });

  test("answers through its successor", async () => {
    let answer: EngineApi["layerIncrease"] = never;
    const { engine, workers } = started({ layerIncrease: (...call) => answer(...call) });
    const lost = engine.layerIncrease("x");
    workers[0]!.crash("gone");
    await expect(lost).rejects.toMatchObject({ code: "engine-stopped" });
    answer = () => Promise.resolve(INCREASE);
    expect(await engine.layerIncrease("x")).toEqual(INCREASE);
  });

  test("is noticed by its lock, where nothing else tells of it", async () => {
    const { engine, workers, stops } = started();
    const [worker] = workers;
    let die: () => void = () => undefined;
    const life = new Promise<void>((resolve) => {
      die = resolve;
    });
    const held = navigator.locks.request(worker!.name, () => {
      worker!.say(worker!.name);
      return life;
    });
    const call = engine.predict("x");
    await Promise.race([call.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 20))]);
    expect(stops).toEqual([]);
    die();
    await held;
    await expect(call).rejects.toMatchObject({
      code: "engine-stopped",
      message: "the engine's worker ended without a word, perhaps for want of memory",
    });
    expect(stops).toHaveLength(1);
  });

  test("has no say once it is replaced", async () => {
    const { engine, workers, stops } = started();
    engine.restart();
    const call = engine.predict("x");
    workers[0]!.crash("late");
    workers[0]!.say({ type: DEVICE_LOST_MESSAGE, reason: "late" });
    expect([stops.length, workers.length, workers[1]!.isTerminated]).toEqual([1, 2, false]);
    engine.restart();
    await expect(call).rejects.toMatchObject({ code: "engine-stopped" });
  });

  test("that says itself that it cannot go on is replaced like one that died", async () => {
    const { engine, workers, stops } = started({
      load: () => Promise.reject(new Fault("engine-stopped", "a part of the model could not be set up: no room")),
      predict: never,
    });
    const waiting = engine.predict("x");
    const loading = engine.load({ kind: "url", base: "m/" });
    for (const call of [loading, waiting]) {
      await expect(call).rejects.toMatchObject({
        code: "engine-stopped",
        message: "a part of the model could not be set up: no room",
      });
    }
    expect([stops.length, workers[0]!.isTerminated]).toEqual([1, true]);
  });

  test("is not started again and again when it cannot start", async () => {
    const { workers, stops } = started();
    workers[0]!.crash("");
    await Promise.resolve();
    // the next one waits for the next call
    expect([workers.length, stops.length]).toEqual([1, 1]);
  });
});

describe("a restart", () => {
  test("goes the way of a loss, at a person's word: what is pending fails, it is told, and the next call has a worker of another name", async () => {
    const { engine, workers, stops, ends } = started();
    const call = engine.predict("x");
    engine.restart();
    const message = "the engine was ended because it gave no sign any more";
    await expect(call).rejects.toMatchObject({ code: "engine-stopped", message });
    expect([workers.map(({ isTerminated }) => isTerminated), stops.length, ends]).toEqual([[true], 1, ["asked"]]);
    const next = engine.predict("y");
    expect(workers.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
    expect(workers[0]!.name).not.toBe(workers[1]!.name);
    expect(workers[0]!.name.startsWith(ALIVE_LOCK_PREFIX)).toBe(true);
    workers[1]!.crash("gone");
    await expect(next).rejects.toMatchObject({ code: "engine-stopped" });
    expect(ends).toEqual(["asked", "lost"]);
  });
});

describe("a worker without a sign", () => {
  const MINUTE = 60_000;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function silent(api: Api) {
    const fake = started(api);
    const told: (number | undefined)[] = [];
    fake.engine.onSilence((ms) => told.push(ms));
    fake.workers[0]!.say(SIGN_MESSAGE);
    return { ...fake, told, worker: fake.workers[0]! };
  }

  test.each<[string, (engine: Engine) => Promise<unknown>]>([
    ["predict", (engine) => engine.predict("x")],
    ["sweepHeads", (engine) => engine.sweepHeads("x")],
    ["chain", (engine) => engine.chain("x")],
    ["operandPlot", (engine) => engine.operandPlot({} as Asked<"operandPlot">)],
    ["runExperiment", (engine) => engine.runExperiment({} as ExperimentRequest)],
  ])("is told of after a minute in %s, and each sign puts that off", async (method, ask) => {
    const { engine, worker, told } = silent({ [method]: never });
    const call = ask(engine);
    vi.advanceTimersByTime(MINUTE - 1_000);
    worker.say(SIGN_MESSAGE);
    vi.advanceTimersByTime(MINUTE - 1_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([MINUTE]);
    engine.restart();
    await expect(call).rejects.toMatchObject({ code: "engine-stopped" });
    expect(told).toEqual([MINUTE, undefined]);
  });

  test.each<[string, (engine: Engine) => Promise<unknown>]>([
    ["load", (engine) => engine.load({ kind: "url", base: "m/" })],
    ["attachAdapter", (engine) => engine.attachAdapter({ kind: "url", base: "a/" })],
  ])("has three minutes in %s", async (method, ask) => {
    const { engine, told } = silent({ [method]: never });
    const call = ask(engine);
    vi.advanceTimersByTime(3 * MINUTE - 1_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([3 * MINUTE]);
    engine.restart();
    await expect(call).rejects.toMatchObject({ code: "engine-stopped" });
  });

  test("has three minutes on a GPU, which runs a batch as a whole, and before it has said anything", async () => {
    const { engine, workers, told } = silent({
      load: () => Promise.resolve({ backend: "webgpu" } as ModelInfo),
      predict: never,
    });
    await engine.load({ kind: "url", base: "m/" });
    const calls = [engine.predict("x")];
    vi.advanceTimersByTime(3 * MINUTE - 1_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([3 * MINUTE]);
    engine.restart();
    calls.push(engine.predict("y"));
    expect(workers).toHaveLength(2);
    vi.advanceTimersByTime(3 * MINUTE - 1_000);
    expect(told).toEqual([3 * MINUTE, undefined]);
    vi.advanceTimersByTime(1_000);
    expect(told).toEqual([3 * MINUTE, undefined, 3 * MINUTE]);
    engine.restart();
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "engine-stopped" });
  });

  test("gives one by every report of progress and every answer", async () => {
    const asked = Promise.withResolvers<(row: SweepReport) => void>();
    const reported = Promise.withResolvers<SweepReport>();
    const answered = Promise.withResolvers<LayerIncrease>();
    const { engine, told } = silent({
      sweepHeads: (_job, _prompt, _options, onRow) => {
        asked.resolve(onRow!);
        return never();
      },
      layerIncrease: () => answered.promise,
    });
    const sweep = engine.sweepHeads("x", {}, { onProgress: reported.resolve });
    const increase = engine.layerIncrease("x");
    const report = await asked.promise;
    vi.advanceTimersByTime(MINUTE - 1_000);
    report({ layer: 0, logProbability: [], baseline: 0, target: 0 });
    await reported.promise;
    vi.advanceTimersByTime(MINUTE - 1_000);
    answered.resolve(INCREASE);
    await increase;
    vi.advanceTimersByTime(MINUTE - 1_000);
    expect(told).toEqual([]);
    engine.restart();
    await expect(sweep).rejects.toMatchObject({ code: "engine-stopped" });
  });

  test("is waited for until it has heard of a stop: a newer question does not make it livelier", async () => {
    const { engine, told } = silent({ predict: never });
    for (let question = 0; question < 6; question++) {
      const controller = new AbortController();
      const call = engine.predict("x", {}, { signal: controller.signal });
      vi.advanceTimersByTime(MINUTE / 6);
      controller.abort();
      await expect(call).rejects.toMatchObject({ code: "cancelled" });
    }
    expect(told).toEqual([MINUTE]);
  });

  test("that nobody waits for is left alone", async () => {
    const { engine, told } = silent({ layerIncrease: () => Promise.resolve(INCREASE) });
    await engine.layerIncrease("x");
    await new Promise((resolve) => setTimeout(resolve));
    vi.advanceTimersByTime(60 * MINUTE);
    expect(told).toEqual([]);
  });
});

test("who no longer listens is not told", () => {
  const { engine, workers } = started();
  const told: string[] = [];
  const stop = engine.onStopped(({ message }) => told.push(message));
  stop();
  workers[0]!.crash("gone");
  expect(told).toEqual([]);
});
