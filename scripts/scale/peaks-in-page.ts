import { workerEngine } from "#client/worker-engine.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { CheckpointReport, LoadProgress } from "#protocol/engine.ts";

/** A prompt of six tokens that every vocabulary measured has. */
const PROMPT = Array.from({ length: 6 }, (_, index) => 100 * (index + 1));

/** On the page: a load from the network, a prediction and a sweep of all heads, after which the runtime has all the room that it takes. */
export async function loadAndSweep(
  base: string,
  dtype: Dtype,
  onStep: (step: string) => void,
): Promise<CheckpointReport> {
  const engine = workerEngine(
    (name) => new Worker(new URL("../../workers/engine/worker.ts", import.meta.url), { type: "module", name }),
  );
  const source = { kind: "url", base } as const;
  const report = await engine.inspectCheckpoint(source, { backend: "wasm" });
  const onProgress = ({ stage, part }: LoadProgress) => onStep(`${stage} ${part}`);
  await engine.load(source, { dtype, backend: "wasm" }, { onProgress });
  onStep("predict");
  await engine.predict(PROMPT);
  onStep("sweep");
  await engine.sweepHeads(PROMPT);
  return report;
}
