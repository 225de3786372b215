import { workerEngine } from "#client/worker-engine.ts";
import type { Backend, Dtype } from "#model/checkpoint.ts";
import type { LoadProgress } from "#protocol/engine.ts";

/** Times in milliseconds. */
export interface ScaleMeasured {
  readonly loadMs: number;
  readonly secondLoadMs: number;
  readonly storedBytes: number;
  readonly memoryBytes: number;
  readonly readBytes: number;
  readonly predictMs: number;
  /** The longest step of the token index, and what a prediction took that was asked while it was built. */
  readonly indexStepMs: number;
  readonly predictMeanwhileMs: number;
  readonly sweepMs: number;
  readonly compareMs: number;
  /** Of another prompt, when what the bounds need of the model is known. */
  readonly compareAgainMs: number;
  readonly evaluated: number;
  readonly neurons: number;
  readonly certified: boolean;
}

const PROMPT = Array.from({ length: 6 }, (_, index) => 1000 * (index + 1));

const OTHER_PROMPT = PROMPT.map((id) => id + 7);

/** Asked while the index is built; of a prompt that was asked before the answer is known. */
const PROMPT_MEANWHILE = PROMPT.map((id) => id + 11);

/** On the page: a load from the network, the three questions, and a second load from storage. */
export async function measureScale(
  base: string,
  dtype: Dtype,
  backend: Backend,
  onStep: (step: string) => void,
): Promise<ScaleMeasured> {
  const start = () =>
    workerEngine(
      (name) => new Worker(new URL("../../workers/engine/worker.ts", import.meta.url), { type: "module", name }),
    );
  const source = { kind: "url", base } as const;
  const onProgress = ({ stage, done, total, part }: LoadProgress) => onStep(`${stage} ${part} ${done} of ${total}`);
  const engine = start();
  const { held } = await engine.inspectCheckpoint(source, { backend });
  const loadMs = await time(() => engine.load(source, { dtype, backend }, { onProgress }));
  onStep("predict");
  const predictMs = await time(() => engine.predict(PROMPT));
  onStep("index");
  const meanwhile = await predictMeanwhile(engine);
  onStep("sweep");
  const { result: sweep, ms: sweepMs } = await timed(() => engine.sweepHeads(PROMPT));
  const effects = sweep.logProbability.flatMap((row, layer) => row.map((value, head) => ({ layer, head, value })));
  const { layer, head } = effects.reduce((worst, each) => (each.value < worst.value ? each : worst));
  const interventions = [{ kind: "head", at: { layer, head }, scale: 0 }] as const;
  onStep("compare");
  const { result: compared, ms: compareMs } = await timed(() =>
    engine.compareNeurons(
      PROMPT,
      { interventions, count: 10 },
      { onProgress: ({ done, total }) => onStep(`compare ${done} of ${total}`) },
    ),
  );
  onStep("compare again");
  const compareAgainMs = await time(() => engine.compareNeurons(OTHER_PROMPT, { interventions, count: 10 }));
  onStep("load again");
  const again = start();
  const secondLoadMs = await time(() => again.load(source, { dtype, backend }));
  return {
    loadMs,
    secondLoadMs,
    storedBytes: held[dtype].storedBytes,
    memoryBytes: held[dtype].memoryBytes,
    readBytes: held[dtype].missingBytes,
    predictMs,
    ...meanwhile,
    sweepMs,
    compareMs,
    compareAgainMs,
    evaluated: compared.evaluated,
    neurons: compared.total,
    certified: compared.certified,
  };
}

/** Steps of the index that are waited for before the prediction is asked. */
const STEPS_BEFORE = 2;

async function predictMeanwhile(engine: ReturnType<typeof workerEngine>) {
  const stop = new AbortController();
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const steps: number[] = [];
  let last = performance.now();
  const building = engine.buildIndex(
    {},
    {
      signal: stop.signal,
      onProgress() {
        const now = performance.now();
        steps.push(now - last);
        last = now;
        if (steps.length === STEPS_BEFORE) resolve();
      },
    },
  );
  await begun;
  const predictMeanwhileMs = await time(() => engine.predict(PROMPT_MEANWHILE));
  stop.abort();
  await building.catch(() => undefined); // that it was stopped
  return { indexStepMs: Math.max(...steps), predictMeanwhileMs };
}

async function timed<T>(task: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  return { result: await task(), ms: performance.now() - start };
}

const time = async (task: () => Promise<unknown>) => (await timed(task)).ms;
