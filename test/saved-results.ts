import * as ort from "onnxruntime-web";
import type { FilesSource } from "#model/checkpoint.ts";
import { EXPERIMENT_KINDS, EXPERIMENTS } from "#protocol/experiments.ts";
import type { ExperimentKind, ExperimentRequest, ExperimentResult, SuiteSource } from "#protocol/experiments.ts";
import type { Field, Spoken } from "#protocol/experiments/fields.ts";
import { LoadedVariants } from "#workers/engine/variants/loaded-variants.ts";
import { ModelSession } from "#workers/engine/session/model-session.ts";
import { NeuronIndex } from "#workers/engine/lab/neuron-index.ts";
import { loadModel } from "#workers/engine/load/load-model.ts";
import { startRuntime } from "#workers/engine/run/runtime.ts";
import type { Runtime } from "#workers/engine/run/runtime.ts";
import { memoryStore } from "#workers/engine/store/file-store.ts";
import { abacusFiles } from "./checkpoints.ts";
import { fileSet, unaborted } from "./engine.ts";
import { suiteFile } from "./experiment-bench.ts";
import { adapterFiles, randomAdapter } from "./random/adapter.ts";

const few = (name: string, count: number): SuiteSource => ({
  kind: "definition",
  definition: suiteFile(name),
  count,
  seed: 1,
});

const HEAD = { layer: 0, head: 7 };

/** A small request of a kind, by its fields: what a form can set is set. */
function smallRequest(kind: ExperimentKind, files: ReturnType<typeof abacusFiles>): ExperimentRequest {
  const said: Readonly<Record<Spoken, (field: Field) => unknown>> = {
    itself: ({ initial }) => (Array.isArray(initial) ? initial.slice(0, 2) : initial),
    variant: () => undefined,
    suite: ({ inputs }) => (inputs.includes("foundOn") ? PASTED : few(SUITES[inputs[0]!] ?? "abacus-1d", 1)),
    suites: () => [few("controls", 1)],
    head: () => HEAD,
    words: () => ["8", "eight", "notatoken"],
    adapters: () => [{ name: "layer-2", source: adapterFolder(files) }],
  };
  const values = Object.entries<Field>(EXPERIMENTS[kind].fields).map(([name, field]) => [
    name,
    name === "draws" ? 1 : said[field.spoken](field),
  ]);
  const known = values.filter(([, value]) => value !== undefined);
  return { kind, ...Object.fromEntries(known) } as ExperimentRequest;
}

const PASTED: SuiteSource = { kind: "pasted", text: "prompt,answer,group\n3+5=,8,+\n" };
const SUITES: Readonly<Record<string, string>> = { pairs: "pronouns-abacus", contrasts: "contrasts-abacus" };

function adapterFolder(files: ReturnType<typeof abacusFiles>): FilesSource {
  const entries = [...adapterFiles(randomAdapter(files, { seed: 7, layers: [2], modules: ["q_proj", "v_proj"] }))];
  return {
    kind: "files",
    files: entries.map(([path, bytes]) => new File([new Uint8Array(bytes)], path)),
    paths: entries.map(([path]) => `layer-2/${path}`),
  };
}

/** A small request of every kind, and the bundled model's experiments, cut the same way each time. */
export async function everyExperiment() {
  const files = abacusFiles();
  const runtime: Runtime = { ...(await startRuntime(ort, "wasm", () => undefined)), cut: "by work" };
  const loaded = await loadModel(fileSet(files), runtime, { dtype: "f32", onProgress: () => undefined });
  const index = new NeuronIndex(loaded.runner);
  const session = new ModelSession(loaded, index);
  const experimentStore = memoryStore();
  const experiments = new LoadedVariants({
    loaded,
    runtime,
    index,
    session,
    fingerprint: "test",
    experimentStore,
  }).experiments();
  return { experiments, requests: EXPERIMENT_KINDS.map((kind) => smallRequest(kind, files)) };
}

/** A whole result of every kind, and what is shown of each while it runs, as the engine gives them on the bundled model. */
export async function savedResults(): Promise<readonly ExperimentResult[]> {
  const { experiments, requests } = await everyExperiment();
  const all: ExperimentResult[] = [];
  for (const request of requests) {
    const partial: ExperimentResult[] = [];
    const whole = await experiments.run(request, (progress) => progress.partial && partial.push(progress.partial), {
      signal: unaborted(),
    });
    all.push(...partial.slice(0, 1), whole);
  }
  return all;
}
