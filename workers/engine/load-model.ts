import type * as Ort from "onnxruntime-web";
import { Fault } from "#core/fault.ts";
import { openTensors, readJson } from "#formats/checkpoint.ts";
import type { TensorFile } from "#formats/checkpoint.ts";
import type { FileSet } from "#formats/byte-source.ts";
import { encodeModel } from "#formats/onnx/encode.ts";
import type { OnnxGraph } from "#formats/onnx/encode.ts";
import { blockGraph, embedGraph, unembedGraph, WEIGHTS_FILE } from "#graph/parts.ts";
import { layOut } from "#graph/weights.ts";
import type { WeightLayout } from "#graph/weights.ts";
import type { Dtype } from "#model/checkpoint.ts";
import { readSpec } from "#model/families.ts";
import type { ModelSpec, WeightPlan } from "#model/spec.ts";
import { OrtRunner } from "./ort-runner.ts";
import type { Runtime } from "./runtime.ts";
import { openTokenizer } from "./tokenizer.ts";
import type { ModelTokenizer } from "./tokenizer.ts";
import { modelWeights } from "./model-weights.ts";
import type { PartId, WeightReader } from "./model-weights.ts";
import { checkShapes, readPart, weightBlob } from "./weights.ts";
import type { PackedPart } from "./weights.ts";

export interface LoadedModel {
  readonly spec: ModelSpec;
  readonly runner: OrtRunner;
  readonly tokenizer: ModelTokenizer;
  readonly parameters: number;
  /** Bytes of the weights as they are held. */
  readonly weightBytes: number;
}

export interface LoadSteps {
  readonly dtype: Dtype;
  readonly onPart: (done: number, total: number, part: string) => void;
  readonly signal?: AbortSignal;
}

const bitsOf = { q4: 4, q8: 8, f32: 32 } as const satisfies Record<Dtype, number>;

/** One session's worth of the model. */
interface Part {
  readonly name: string;
  readonly plans: readonly WeightPlan[];
  readonly graph: (layout: WeightLayout) => OnnxGraph;
  /** Where its outputs stay: residuals and taps on the device, what the unembedding finds in memory. */
  readonly outputs: "device" | "memory";
}

/**
 * Config → spec → headers → part by part: read, quantise, pack, build the graph, create the session. Everything that can be
 * wrong with the files is found before the first tensor is read; at most one part is in memory besides what the sessions and
 * the analyses hold.
 *
 * @throws Fault for whatever is wrong with the files, or what `signal` was aborted with
 */
export async function loadModel(files: FileSet, runtime: Runtime, steps: LoadSteps): Promise<LoadedModel> {
  const { family, spec } = readSpec(await readJson(files, "config.json"));
  const tokenizer = await openTokenizer(files);
  const tensors = await openTensors(files);
  const plans = family.weights(spec, tensors.has);
  const checked = (part: Part) => {
    for (const plan of part.plans) checkShapes(tensors, plan);
    return part;
  };
  const embed = checked({
    name: "embedding",
    plans: plans.embed,
    graph: (layout) => embedGraph(spec, layout),
    outputs: "device",
  });
  // each as it is made: a config that claims millions of layers fails at the first one that the file does not have
  const blocks = Array.from({ length: spec.layers }, (_, layer) =>
    checked({
      name: `block ${layer + 1} of ${spec.layers}`,
      plans: plans.block(layer),
      graph: (layout) => blockGraph(spec, layer, layout),
      outputs: "device",
    }),
  );
  const unembed = checked({
    name: "unembedding",
    plans: plans.unembed,
    graph: (layout) => unembedGraph(spec, layout),
    outputs: "memory",
  });
  const parts = [embed, ...blocks, unembed];

  const built = await createParts(parts, tensors, runtime, steps);
  const sessions = built.map(({ session }) => session);
  const runner = new OrtRunner(spec, modelWeights(spec, readerOf(built)), runtime, {
    embed: sessions[0]!,
    blocks: sessions.slice(1, -1),
    unembed: sessions.at(-1)!,
  });
  return {
    spec,
    runner,
    tokenizer,
    parameters: countParameters(parts, tensors),
    weightBytes: built.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

interface BuiltPart {
  readonly session: Ort.InferenceSession;
  readonly weights: PackedPart;
  readonly bytes: number;
}

/** @param built the embedding, the blocks in order, the unembedding */
function readerOf(built: readonly BuiltPart[]): WeightReader {
  const weightsOf = (part: PartId) => built.at(part === "embed" ? 0 : part === "unembed" ? -1 : part + 1)!.weights;
  return {
    linear: (part, name) => Promise.resolve(weightsOf(part).linear.get(name)!),
    plain: (part, name) => Promise.resolve(weightsOf(part).plain.get(name)!),
    plainIfAny: (part, name) => Promise.resolve(weightsOf(part).plain.get(name)),
  };
}

async function createParts(
  parts: readonly Part[],
  tensors: TensorFile,
  runtime: Runtime,
  steps: LoadSteps,
): Promise<BuiltPart[]> {
  const bits = bitsOf[steps.dtype];
  const layouts = parts.map(({ plans }) => layOut(plans, bits));
  const total = layouts.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  const built: BuiltPart[] = [];
  let done = 0;
  try {
    for (const [index, part] of parts.entries()) {
      steps.onPart(done, total, part.name);
      const layout = layouts[index]!;
      const weights = await readPart(tensors, part.plans, bits, steps.signal);
      const session = await createSession(
        runtime,
        part.outputs,
        encodeModel(part.graph(layout)),
        weightBlob(weights, layout),
      );
      built.push({ session, weights, bytes: layout.totalBytes });
      done += layout.totalBytes;
    }
    steps.onPart(done, total, "done");
    return built;
  } catch (reason) {
    for (const { session } of built) await runtime.queue.add(() => session.release());
    throw reason;
  }
}

/** @throws Fault "engine-stopped": after a failed creation the runtime refuses every later one, so the worker has to go */
async function createSession(
  { ort, queue, backend, device }: Runtime,
  outputs: Part["outputs"],
  graph: Uint8Array,
  weights: Blob,
): Promise<Ort.InferenceSession> {
  const options: Ort.InferenceSession.SessionOptions = {
    externalData: [{ path: WEIGHTS_FILE, data: weights }],
    graphOptimizationLevel: "all",
    ...(backend === "webgpu"
      ? {
          executionProviders: [{ name: "webgpu", device: device!, validationMode: "disabled" }],
          // an operator without a GPU kernel would drag activations through memory in silence; it has to fail instead
          extra: { session: { disable_cpu_ep_fallback: "1" } },
          ...(outputs === "device" && { preferredOutputLocation: "gpu-buffer" }),
        }
      : { executionProviders: ["wasm"] }),
  };
  try {
    return await queue.add(() => ort.InferenceSession.create(graph, options));
  } catch (cause) {
    throw new Fault(
      "engine-stopped",
      `a part of the model could not be set up: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** Each tensor counted once, also where the unembedding is the embedding. */
function countParameters(parts: readonly Part[], tensors: TensorFile): number {
  const names = new Set(parts.flatMap(({ plans }) => plans.flatMap((plan) => plan.tensors)));
  return [...names].reduce((sum, name) => sum + tensors.entry(name).shape.reduce((count, size) => count * size, 1), 0);
}
