import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SuiteDefinition } from "#analysis/experiments/suite/suite.ts";
import type { ExperimentFindings, ExperimentProgress, ExperimentRequest } from "#protocol/experiments.ts";
import { ExperimentSession } from "#workers/engine/experiments/experiment-session.ts";
import type { LoadedModel } from "#workers/engine/load/load-model.ts";
import { NeuronIndex } from "#workers/engine/lab/neuron-index.ts";
import { memoryStore } from "#workers/engine/store/file-store.ts";
import { NATS } from "./agreement.ts";
import { loadInNode, unaborted } from "./engine.ts";
import { farthest } from "./farthest.ts";
import { numbersOf } from "./leaves.ts";
import { readModel } from "./reference/model.ts";
import type { ReferenceModel } from "./reference/families/family.ts";

/** A model in the engine, its experiments, and the same model in the reference. */
export interface ExperimentBench {
  readonly model: LoadedModel;
  readonly session: ExperimentSession;
  readonly reference: ReferenceModel;
}

export async function experimentBench(files: Parameters<typeof loadInNode>[0]): Promise<ExperimentBench> {
  const model = await loadInNode(files, "f32");
  const index = new NeuronIndex(model.runner);
  const session = new ExperimentSession({ model, index, fingerprint: "test", store: memoryStore() });
  return { model, session, reference: readModel(files) };
}

type Findings<Request extends ExperimentRequest> = ExperimentFindings[Request["kind"]];

/** Runs it to the end. */
export async function findingsOf<Request extends ExperimentRequest>(
  { session }: Pick<ExperimentBench, "session">,
  request: Request,
): Promise<Findings<Request>> {
  const { found } = await session.run(request, () => undefined, { signal: unaborted() });
  return found as Findings<Request>;
}

/** A file of `public/suites`. */
export const suiteFile = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../public/suites", `${name}.json`), "utf8")) as SuiteDefinition;

/** Every number of two findings that differs, or how they are built otherwise; undefined if they are the same. */
export function difference(found: unknown, reference: unknown): string | undefined {
  const { got, want } = numbersOf(found, reference);
  return farthest(got, want, NATS);
}

/** Stops a run after so many steps and goes on in another session on the same storage. */
export async function resumedFindings<Request extends ExperimentRequest>(
  { model }: Pick<ExperimentBench, "model">,
  request: Request,
  stepsBefore: number,
) {
  const store = memoryStore();
  const open = () => new ExperimentSession({ model, index: new NeuronIndex(model.runner), fingerprint: "test", store });
  const stop = new AbortController();
  const onProgress = ({ done }: { readonly done: number }) => {
    if (done === stepsBefore) stop.abort();
  };
  const stopped = await open()
    .run(request, onProgress, { signal: stop.signal })
    .then(
      () => "ran to its end",
      (reason: unknown) => (reason instanceof Error ? reason.name : "failed otherwise"),
    );
  const again = open();
  const plan = await again.plan(request, unaborted());
  const seen: ExperimentProgress[] = [];
  const { found } = await again.run(request, (progress) => seen.push(progress), { signal: unaborted() });
  return {
    stopped,
    plan,
    seen: seen.map(({ done }) => done),
    /** What was shown first, of what had been kept. */
    partial: seen[0]?.partial?.found as Findings<Request> | undefined,
    found: found as Findings<Request>,
  };
}
