import { workerEngine } from "#client/worker-engine.ts";
import type { Engine } from "#client/engine.ts";
import { encodeModel } from "#formats/onnx/encode.ts";
import { GraphBuilder } from "#graph/builder.ts";
import { layOut, weightsOf } from "#graph/weights.ts";
import type { Backend } from "#model/checkpoint.ts";
import type { Intervention } from "#model/interventions.ts";
import { THREADS_MESSAGE } from "#protocol/lifecycle.ts";
import type { LoadProgress, ModelInfo } from "#protocol/engine.ts";
import { loadOrt } from "#workers/engine/run/load-ort.ts";
import { startRuntime } from "#workers/engine/run/runtime.ts";
import type { Runtime } from "#workers/engine/run/runtime.ts";

/** Times in milliseconds, the median of several runs; counts and bytes as they are. */
export interface Measured {
  readonly adapter: string;
  readonly threads: number;
  /** On WebGPU: how long the processor's proof took that nobody remembered, and how near to float64 it came. */
  readonly provingMs?: number;
  readonly agreement?: number;
  /** On WASM: the wavefront on one thread. */
  readonly oneThread?: number;
  readonly loadMs: number;
  readonly bytesRead: number;
  readonly bytesHeld: number;
  readonly forwardMs: number;
  readonly toggleMs: number;
  readonly heads: number;
  readonly wavefrontMs: number;
  readonly rowByRowMs: number;
  readonly onePerHeadMs: number;
  readonly bareMatMulMs: number;
  readonly rangesMs: number;
  readonly certifiedMs: number;
  readonly bruteForceMs: number;
  readonly evaluated: number;
  readonly neurons: number;
  /** Cases of the head table, and how long all heads of all of them take. */
  readonly tableCases: number;
  readonly tableMs: number;
}

const TABLE_CASES = 64;

const PROMPT = "3+5=";
const HEAD_OFF: Intervention = { kind: "head", at: { layer: 0, head: 7 }, scale: 0 };

/** @param threads left out: as many as suit the machine */
const startEngine = (threads?: number): Engine =>
  workerEngine((name) => {
    const worker = new Worker(new URL("../../workers/engine/worker.ts", import.meta.url), { type: "module", name });
    if (threads !== undefined) worker.postMessage({ type: THREADS_MESSAGE, threads });
    return worker;
  });

/** How long a load stays in the stage in which the graphics processor proves itself. */
function provingClock() {
  let total = 0;
  let since: number | undefined;
  return {
    look: ({ stage }: LoadProgress) => {
      if (since !== undefined) total += performance.now() - since;
      since = stage === "proving" ? performance.now() : undefined;
    },
    ms: () => total,
  };
}

async function sweepOnOneThread(): Promise<number> {
  const engine = startEngine(1);
  await engine.load({ kind: "url", base: new URL("/models/abacus/", location.href).href }, { backend: "wasm" });
  const { ids } = await engine.tokenize(PROMPT);
  return median(() => engine.sweepHeads(unasked(ids)));
}

/** Runs on the page: the engine in its worker as the app uses it, and the bare products beside it. */
export async function measure(backend: Backend): Promise<Measured> {
  const engine = startEngine();
  const source = { kind: "url", base: new URL("/models/abacus/", location.href).href } as const;
  const proof = provingClock();
  const info = await engine.load(source, { backend }, { onProgress: proof.look });
  const { ids } = await engine.tokenize(PROMPT);
  const forwardMs = await median(() => engine.generate(ids, { tokens: 1 }));
  const count = 10;
  const interventions = [HEAD_OFF];
  // the first comparison also finds the ranges, which are kept
  const firstMs = await time(() => engine.compareNeurons(ids, { interventions, count }));
  const certifiedMs = await median(() => engine.compareNeurons(ids, { interventions, count }));
  const { evaluated, total } = await engine.compareNeurons(ids, { interventions, count });
  return {
    adapter: info.adapter,
    threads: info.threads ?? 1,
    ...(info.proof && { provingMs: proof.ms(), agreement: info.proof.difference }),
    ...(backend === "wasm" && { oneThread: await sweepOnOneThread() }),
    loadMs: info.loadMs,
    bytesRead: info.bytes.read,
    bytesHeld: info.bytes.weights,
    forwardMs,
    toggleMs: await median(() => engine.predict(ids, { interventions })),
    heads: info.layers * info.heads,
    wavefrontMs: await median(() => engine.sweepHeads(unasked(ids))),
    rowByRowMs: await median(() => engine.sweepHeads(unasked(ids), { rowByRow: true })),
    onePerHeadMs: await time(() => onePerHead(engine, ids, info)),
    bareMatMulMs: await bareMatMuls(info, ids.length, backend),
    rangesMs: firstMs - certifiedMs,
    certifiedMs,
    bruteForceMs: await time(() => engine.compareNeurons(ids, { interventions, count: total })),
    evaluated,
    neurons: total,
    tableCases: TABLE_CASES,
    tableMs: await headTableMs(engine),
  };
}

let asked = 0;

/** Another prompt of as many tokens each time, its first number another one: the sweep of a prompt is kept, and asked for again costs nothing. */
const unasked = (ids: readonly number[]) => {
  asked += 1;
  return ids.map((id, place) => (place === 1 ? id + asked : id));
};

/** Every head ablated in every case of a suite; the first run is measured, because the second has nothing left to run. */
async function headTableMs(engine: Engine): Promise<number> {
  const text = Array.from({ length: TABLE_CASES }, (_, index) => `${10 + index}+${20 + (index % 8)}=,0`).join("\n");
  const suite = { kind: "pasted", text } as const;
  const request = { kind: "heads", suite, per: "token", onlyCorrect: false, seed: 1 } as const;
  await engine.forgetExperiment(request);
  return time(() => engine.runExperiment(request));
}

/** The naive sweep: a whole forward pass for each head. */
async function onePerHead(engine: Engine, ids: readonly number[], { layers, heads }: ModelInfo): Promise<void> {
  for (let run = 0; run < layers * heads; run++) await engine.generate(ids, { tokens: 1 });
}

interface Product {
  readonly rows: number;
  readonly cols: number;
  readonly times: number;
}

/**
 * The multiply-adds of one wavefront as nothing but matrix products of the same shapes in the same quantisation: what is
 * left of a sweep when everything but arithmetic is free.
 */
async function bareMatMuls(info: ModelInfo, positions: number, backend: Backend): Promise<number> {
  const { layers, heads, kvHeads, headDim, modelDim, neurons, vocabulary } = info;
  const runtime = await startRuntime(await loadOrt(), backend, () => undefined);
  const products = Array.from({ length: layers }, (_, layer): Product[] => {
    const into = (1 + layer * heads) * positions;
    const out = (layer + 1 < layers ? 1 + (layer + 1) * heads : layers * heads) * positions;
    return [
      { rows: (heads + 2 * kvHeads) * headDim, cols: modelDim, times: into },
      { rows: modelDim, cols: heads * headDim, times: out },
      { rows: 2 * neurons, cols: modelDim, times: out },
      { rows: modelDim, cols: neurons, times: out },
    ];
  }).flat();
  products.push({ rows: vocabulary, cols: modelDim, times: layers * heads });
  const runs = await Promise.all(products.map((product) => bareProduct(runtime, product)));
  return median(async () => {
    for (const run of runs) await run();
    // a run on the GPU is over when it is handed in; the time counts until it is done
    await runtime.device?.queue.onSubmittedWorkDone();
  });
}

async function bareProduct(
  { ort, backend, device, queue }: Runtime,
  { rows, cols, times }: Product,
): Promise<() => Promise<unknown>> {
  const layout = layOut([{ name: "w", kind: "linear", tensors: ["w"], shape: [rows, cols] }], 8);
  const g = new GraphBuilder("product", "weights.bin");
  g.output(weightsOf(g, layout, { normEps: 0 }).linear(g.input("x", [1, "times", cols]), "w"), "y", [1, "times", rows]);
  const options = {
    executionProviders:
      backend === "webgpu"
        ? [{ name: "webgpu" as const, device: device!, validationMode: "disabled" as const }]
        : ["wasm"],
    externalData: [{ path: "weights.bin", data: new Blob([new Uint8Array(layout.totalBytes)]) }],
    ...(backend === "webgpu" && { preferredOutputLocation: "gpu-buffer" as const }),
  };
  const session = await queue.add(() => ort.InferenceSession.create(encodeModel(g.build()), options));
  const x = new ort.Tensor("float32", new Float32Array(times * cols).fill(0.1), [1, times, cols]);
  return () =>
    queue.add(async () => {
      const { y } = await session.run({ x });
      y!.dispose();
    });
}

const RUNS = 7;

/** After one run that is not counted, because the first one compiles. */
async function median(run: () => Promise<unknown>): Promise<number> {
  await run();
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) times.push(await time(run));
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
