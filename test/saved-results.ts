import * as ort from "onnxruntime-web";
import type { FilesSource } from "#model/checkpoint.ts";
import type { ExperimentRequest, ExperimentResult, SuiteSource } from "#protocol/experiments.ts";
import { LoadedVariants } from "#workers/engine/loaded-variants.ts";
import { ModelSession } from "#workers/engine/model-session.ts";
import { NeuronIndex } from "#workers/engine/neuron-index.ts";
import { startRuntime } from "#workers/engine/runtime.ts";
import { memoryStore } from "#workers/engine/store/file-store.ts";
import { abacusFiles } from "./checkpoints.ts";
import { loadInNode, unaborted } from "./engine.ts";
import { suiteFile } from "./experiment-bench.ts";
import { adapterFiles, randomAdapter } from "./random/adapter.ts";

const few = (name: string, count: number): SuiteSource => ({
  kind: "definition",
  definition: suiteFile(name),
  count,
  seed: 1,
});

/** A small request of every kind, each field that a form can set among them. */
function requests(files: ReturnType<typeof abacusFiles>): readonly ExperimentRequest[] {
  const asked = { suite: few("abacus-1d", 1), seed: 1, onlyCorrect: false } as const;
  const pasted = { kind: "pasted", text: "prompt,answer,group\n3+5=,8,+\n" } as const;
  return [
    { kind: "heads", ...asked, per: "token" },
    { kind: "memorise", ...asked, heads: {}, ablation: "mean" },
    { kind: "neurons", ...asked, head: { layer: 0, head: 7 }, counts: [5, 10], draws: 1 },
    { kind: "concepts", ...asked, words: ["8", "eight", "notatoken"], thresholds: [1, 2], draws: 1 },
    {
      kind: "bias",
      suite: few("pronouns-abacus", 1),
      seed: 1,
      controls: [few("controls", 1)],
      counts: [1, 5],
      scale: 0.5,
      draws: 1,
    },
    {
      kind: "pruning",
      ...asked,
      foundOn: pasted,
      controls: [few("controls", 1)],
      per: "answer",
      head: { layer: 0, head: 7 },
      counts: [0, 2],
      draws: 1,
    },
    {
      kind: "adapters",
      ...asked,
      suite: pasted,
      per: "token",
      adapters: [{ name: "layer-2", source: adapterFolder(files) }],
      counts: [3],
      draws: 1,
    },
  ];
}

function adapterFolder(files: ReturnType<typeof abacusFiles>): FilesSource {
  const entries = [...adapterFiles(randomAdapter(files, { seed: 7, layers: [2], modules: ["q_proj", "v_proj"] }))];
  return {
    kind: "files",
    files: entries.map(([path, bytes]) => new File([new Uint8Array(bytes)], path)),
    paths: entries.map(([path]) => `layer-2/${path}`),
  };
}

/** A whole result of every kind, and what is shown of each while it runs, as the engine gives them on the bundled model. */
export async function savedResults(): Promise<readonly ExperimentResult[]> {
  const files = abacusFiles();
  const loaded = await loadInNode(files, "f32");
  const runtime = await startRuntime(ort, "wasm", () => undefined);
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
  const all: ExperimentResult[] = [];
  for (const request of requests(files)) {
    const partial: ExperimentResult[] = [];
    const whole = await experiments.run(request, (progress) => progress.partial && partial.push(progress.partial), {
      signal: unaborted(),
    });
    all.push(...partial.slice(0, 1), whole);
  }
  return all;
}
