import type { ExperimentKind } from "#protocol/experiments.ts";
import { ALWAYS, MODEL_OPTIONS } from "../command-line.ts";
import type { Options } from "../command-line.ts";
import { askedMachine, askedModel, startEngine } from "../engine/engine-thread.ts";
import { json } from "../printing.ts";
import type { Session } from "../session.ts";
import { plannedModel } from "./planned-model.ts";
import { runnerOf } from "../shards/provenance.ts";
import { resultFile } from "../result/result-file.ts";
import { experimentOptions, experimentRequest, readExperimentLine } from "./written.ts";

export const experimentCommandOptions = (kind: ExperimentKind): Options => ({
  ...experimentOptions(kind),
  ...MODEL_OPTIONS,
  ...ALWAYS,
});

/** `experiment KIND`: the whole of it in this process, as the page runs it. @throws Fault */
export async function runExperiment(args: readonly string[], session: Session): Promise<void> {
  const { kind, values } = readExperimentLine("experiment", args, experimentCommandOptions);
  const request = await experimentRequest("experiment", kind, values, session.env);
  const asked = askedModel(values, session.env);
  const { engine, info, end } = await startEngine(askedMachine(values, session.env), asked, session);
  try {
    const result = await engine.runExperiment(request, { signal: session.signal, onProgress: session.progress.tell });
    session.progress.end();
    const about = { model: plannedModel(asked, info), by: [runnerOf(info)], date: new Date().toISOString() };
    session.streams.out.write(json(resultFile(result, about), 2));
  } finally {
    end();
  }
}
