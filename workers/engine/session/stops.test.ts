import * as ort from "onnxruntime-web";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { CheckpointSource } from "#model/checkpoint.ts";
import { randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { fileSet } from "#test/engine.ts";
import { numbersOf } from "#test/leaves.ts";
import type { Progress } from "#protocol/engine.ts";
import { createEngine } from "../engine.ts";
import { Pace } from "../run/pace.ts";
import { loadModel } from "../load/load-model.ts";
import { startRuntime } from "../run/runtime.ts";
import type { OrtModule } from "../run/runtime.ts";

type Engine = ReturnType<typeof createEngine>;

const ignore = () => undefined;
const PROMPT = [5, 11, 23, 42];
const head = { layer: 1, head: 1 };
const neuron = { layer: 2, neuron: 3 };
const neurons = [{ layer: 0, neuron: 1 }, neuron];
const interventions = [{ kind: "head", at: head, scale: 0 }] as const;
const ablationSource = [
  [5, 11, 24, 42],
  [5, 12, 23, 42],
];
const suite = { kind: "pasted", text: 'prompt,answer\n"w5 w11","w23"\n"w6 w12","w24"\n"w7 w11","w23"' } as const;
const shared = { suite, seed: 1, onlyCorrect: false } as const;

/** Every call that runs the model. */
const CALLS: { readonly [name: string]: (engine: Engine, job: number) => Promise<unknown> } = {
  predict: (engine, job) => engine.predict(job, PROMPT, { interventions, ablationSource }),
  scoreAnswer: (engine, job) => engine.scoreAnswer(job, PROMPT, { answer: [7, 8], interventions, ablationSource }),
  generate: (engine, job) => engine.generate(job, PROMPT, { tokens: 3 }),
  sweepHeads: (engine, job) => engine.sweepHeads(job, PROMPT, { rowByRow: true }, ignore),
  "sweepHeads at once": (engine, job) => engine.sweepHeads(job, PROMPT, { ablationSource }, ignore),
  layerIncrease: (engine, job) => engine.layerIncrease(job, PROMPT, { interventions }),
  topNeurons: (engine, job) => engine.topNeurons(job, PROMPT, { count: 5 }),
  compareNeurons: (engine, job) => engine.compareNeurons(job, PROMPT, { count: 5, interventions }, ignore),
  neuron: (engine, job) => engine.neuron(job, neuron, {}),
  inspectNeuron: (engine, job) => engine.inspectNeuron(job, PROMPT, { neuron }),
  inspectHead: (engine, job) => engine.inspectHead(job, PROMPT, { head }),
  buildIndex: (engine, job) => engine.buildIndex(job, {}, ignore),
  searchConcepts: (engine, job) => engine.searchConcepts(job, { words: ["w5", "w6"], atLeast: 1, count: 5 }, ignore),
  operandPlot: (engine, job) =>
    engine.operandPlot(
      job,
      {
        quantity: { kind: "activation", at: neuron },
        template: "w{a} w{b}",
        operation: "+",
        a: { from: 1, to: 4 },
        b: { from: 1, to: 4 },
      },
      ignore,
    ),
  neuronGroup: (engine, job) => engine.neuronGroup(job, PROMPT, { neurons }),
  neuronWiring: (engine, job) => engine.neuronWiring(job, { layer: 0, neuron: 1 }, {}),
  layerValues: (engine, job) => engine.layerValues(job, PROMPT, {}),
  headValues: (engine, job) => engine.headValues(job, PROMPT, {}),
  positionValues: (engine, job) => engine.positionValues(job, PROMPT, { head }),
  comparePrompts: (engine, job) => engine.comparePrompts(job, PROMPT, { other: ablationSource[0]!, count: 5 }, ignore),
  featureTransfer: (engine, job) => engine.featureTransfer(job, PROMPT, { neuron, layer: 1 }),
  enhancingGraph: (engine, job) => engine.enhancingGraph(job, PROMPT, { neurons }),
  chain: (engine, job) => engine.chain(job, PROMPT, { interventions }, ignore),
  attentionNeurons: (engine, job) => engine.attentionNeurons(job, PROMPT, { count: 5 }),
  queryNeurons: (engine, job) => engine.queryNeurons(job, PROMPT, { count: 5, of: 5 }),
  "experiment: heads": (engine, job) =>
    engine.runExperiment(job, { kind: "heads", per: "answer", ...shared } as never, ignore),
  "experiment: neurons": (engine, job) =>
    engine.runExperiment(job, { kind: "neurons", head, counts: [1, 2], draws: 2, ...shared } as never, ignore),
};

function folder(files: CheckpointFiles): CheckpointSource {
  const list = [...files].map(([path, bytes]) => {
    const file = new File([bytes as Uint8Array<ArrayBuffer>], path);
    return Object.defineProperty(file, "webkitRelativePath", { value: `random/${path}` });
  });
  return { kind: "files", files: list };
}

/** What happens before each session run. */
let onRun: () => void = ignore;
let runs = 0;

/** onnxruntime with every run of a session counted. */
const counted = {
  ...ort,
  InferenceSession: {
    async create(...args: Parameters<typeof ort.InferenceSession.create>) {
      const session = await ort.InferenceSession.create(...args);
      const run = session.run.bind(session) as (...given: unknown[]) => Promise<ort.InferenceSession.ReturnType>;
      return Object.assign(session, {
        run(...given: unknown[]) {
          runs += 1;
          onRun();
          return run(...given);
        },
      });
    },
  },
} as unknown as OrtModule;

let source: CheckpointSource;
beforeAll(() => {
  source = folder(randomCheckpoint({ layers: 3 }));
});
afterEach(() => {
  onRun = ignore;
  vi.restoreAllMocks();
});

async function loaded(): Promise<Engine> {
  const engine = createEngine(() => Promise.resolve(counted), ignore);
  await engine.load(1, source, { backend: "wasm", dtype: "f32" }, ignore);
  runs = 0;
  return engine;
}

describe.each(Object.entries(CALLS))("%s", (_name, ask) => {
  test("runs nothing more once it is told to stop, wherever it is; the next one asks and is answered", async () => {
    vi.spyOn(Pace.prototype, "piecesAtOnce").mockReturnValue(2);
    await ask(await loaded(), 2);
    const all = runs;
    const places = [1, Math.ceil(all / 3), Math.ceil(all / 2), all - 1].filter((at) => at > 0 && at < all);
    for (const at of new Set(places)) {
      // which remembers nothing
      const fresh = await loaded();
      onRun = () => {
        if (runs === at) fresh.cancel(7);
      };
      await expect(ask(fresh, 7)).rejects.toMatchObject({ name: "AbortError" });
      await new Promise((resolve) => setTimeout(resolve));
      expect(runs).toBe(at);
      onRun = ignore;
      await ask(fresh, 8);
      expect(runs).toBeGreaterThan(at);
    }
  });

  test("finds the same in batches of any size", async () => {
    const found = await ask(await loaded(), 2);
    for (const rows of [1, 3]) {
      const pace = vi.spyOn(Pace.prototype, "piecesAtOnce").mockReturnValue(rows);
      const { got, want } = numbersOf(await ask(await loaded(), 2), found);
      expect(got).toBeAllClose(want, { atol: 1e-5, rtol: 1e-5 });
      pace.mockRestore();
    }
  });
});

test("a prediction tells the layers that it has passed, and those that it passes again for what is changed", async () => {
  const engine = await loaded();
  const reports: string[] = [];
  const told = ({ done, total }: Progress) => void reports.push(`${done}/${total}`);
  await engine.predict(7, PROMPT, {}, told);
  // known by now: only what is changed runs, from layer 1 on
  await engine.predict(8, PROMPT, { interventions }, told);
  await engine.predict(9, [...PROMPT, 3], { interventions }, told);
  const before = ["1/3", "2/3", "3/3"];
  const after = ["4/5", "5/5"];
  expect(reports).toEqual([...before, ...after, "1/5", "2/5", "3/5", ...after]);
});

test("a newer prompt is answered behind the piece in hand of a long one", async () => {
  vi.spyOn(Pace.prototype, "piecesAtOnce").mockReturnValue(1);
  const long = Array.from({ length: 30 }, (_, place) => 5 + (place % 40));
  const engine = await loaded();
  await engine.predict(2, PROMPT, {});
  const alone = runs;
  const fresh = await loaded();
  onRun = () => {
    if (runs === 2) fresh.cancel(7);
  };
  const older = fresh.predict(7, long, {});
  const newer = fresh.predict(8, PROMPT, {});
  await expect(older).rejects.toMatchObject({ name: "AbortError" });
  await newer;
  expect(runs).toBeLessThanOrEqual(2 + alone);
});

test("messages are let in while a long call runs, so that a stop arrives at all", async () => {
  const engine = await loaded();
  let now = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => (now += 60));
  const sweep = engine.sweepHeads(7, PROMPT, { rowByRow: true }, ignore);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => engine.cancel(7);
  port2.postMessage("stop");
  await expect(sweep).rejects.toMatchObject({ name: "AbortError" });
  port1.close();
});

describe("a GPU, which is only told to run,", () => {
  /** The WASM backend with a GPU's way to be waited for. */
  async function onGpu(finished: () => Promise<undefined>) {
    const runtime = await startRuntime(ort, "wasm", ignore);
    const device = { queue: { onSubmittedWorkDone: finished } } as unknown as GPUDevice;
    const files = fileSet(randomCheckpoint({ layers: 3 }));
    return loadModel(files, { ...runtime, device }, { dtype: "f32", onProgress: ignore });
  }

  test("is waited for before it was told to run longer than is soon done", async () => {
    vi.spyOn(Pace.prototype, "msOf").mockReturnValue(30);
    let waited = 0;
    const { runner } = await onGpu(() => Promise.resolve(void (waited += 1)));
    const input = await runner.embed(PROMPT);
    const seen: number[] = [];
    for (let index = 0; index < 9; index++) {
      await runner.block(0, input);
      seen.push(waited);
    }
    // 4 · 30 ms is the first sum beyond 100 ms
    expect(seen).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2]);
  });

  test("is told nothing more by a call that was stopped while it runs", async () => {
    vi.spyOn(Pace.prototype, "msOf").mockReturnValue(500);
    const begun = Promise.withResolvers<undefined>();
    const finished = Promise.withResolvers<undefined>();
    const { runner } = await onGpu(() => {
      begun.resolve(undefined);
      return finished.promise;
    });
    const controller = new AbortController();
    const stopped = runner.under(controller.signal);
    const input = await runner.embed(PROMPT);
    const both = [stopped.block(0, input), stopped.block(1, input)];
    await begun.promise;
    controller.abort(new Error("enough"));
    finished.resolve(undefined);
    // the run in hand cannot be taken back
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });

  test("gives the pattern of every row, however the batch is cut", async () => {
    const { runner } = await onGpu(() => Promise.resolve(undefined));
    const input = await runner.embedBatch([PROMPT, [5, 12, 23, 42], [6, 11, 23, 42]]);
    const run = { variants: [2, 0, 0, 1, 2], taps: ["pattern", "z"] } as const;
    const whole = await runner.block(1, input, run);
    for (const rows of [1, 2, 3]) {
      vi.spyOn(Pace.prototype, "piecesAtOnce").mockReturnValue(rows);
      const { taps, residual } = await runner.block(1, input, run);
      expect(taps.pattern!).toBeAllClose(whole.taps.pattern!, { atol: 1e-6 });
      expect(taps.z!).toBeAllClose(whole.taps.z!, { atol: 1e-6 });
      expect(await runner.download(residual)).toBeAllClose(await runner.download(whole.residual), { atol: 1e-5 });
    }
  });
});
