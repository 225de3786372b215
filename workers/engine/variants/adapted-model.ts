import type * as Ort from "onnxruntime-web";
import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import type { WeightPlace } from "#graph/builder.ts";
import { blockGraph, WEIGHTS_FILE } from "#graph/parts.ts";
import { loraDown, loraUp } from "#graph/weights.ts";
import type { WeightLayout } from "#graph/weights.ts";
import type { BaseLayer, StackedFactors } from "#model/adapters/adapter-plan.ts";
import type { AdapterInfo, LoadProgress } from "#protocol/engine.ts";
import { shortName } from "../load/inspect-checkpoint.ts";
import { adapterRefusal, memoryBytes } from "../load/fit.ts";
import { createSession } from "../load/load-model.ts";
import type { LoadedModel } from "../load/load-model.ts";
import { packedBytes } from "../weights/model-parts.ts";
import { modelWeights } from "../weights/model-weights.ts";
import type { WeightReader } from "../weights/model-weights.ts";
import { openAdapter } from "./open-adapter.ts";
import type { LayerFactors, OpenedAdapter } from "./open-adapter.ts";
import { OrtRunner } from "../run/ort-runner.ts";
import type { Runtime } from "../run/runtime.ts";
import type { CheckpointFiles } from "../sources/checkpoint-files.ts";
import { sha256 } from "../load/sha256.ts";

/** A base with an adapter over it: what the adapter leaves alone is the base's own. */
export interface AdaptedModel {
  readonly info: AdapterInfo;
  readonly runner: OrtRunner;
  /** Names what is added to the base. */
  readonly change: string;
  /** Layers whose value vectors differ from the base's. */
  readonly valueLayers: readonly number[];
  /** Names what is added to them: another one means other value vectors. */
  readonly valueChange: string;
  /** What its own sessions hold, in bytes. */
  readonly weightBytes: number;
  /** Releases the sessions that the adapter needed; the base's stay. */
  dispose(): Promise<void>;
}

export interface AdaptSteps {
  /** What is held of another adapter until this one is ready. */
  readonly replacedBytes?: number;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
}

/** The name under which an adapted block's graph finds the factors. */
const ADAPTER_FILE = "adapter.bin";

/**
 * Lays an adapter over a model: each block that it changes gets a session of its own, y = W·x + s·B·(A·x) with the base's
 * weights as they are held and the factors in float32; embedding, unembedding and all other blocks are the base's sessions.
 *
 * @throws Fault for whatever is wrong with the files or does not fit the base, or what `signal` was aborted with
 */
export async function adaptModel(
  base: LoadedModel,
  files: CheckpointFiles,
  runtime: Runtime,
  { replacedBytes = 0, onProgress, signal }: AdaptSteps,
): Promise<AdaptedModel> {
  onProgress({ stage: "reading", done: 0, total: 0, part: "adapter" });
  const opened = await openAdapter(files, baseLayers(base), signal);
  const changes = await changesOf(opened);
  const total = bytesOf(opened);
  const weightBytes =
    total + packedBytes(base.parts.filter(({ id }) => typeof id === "number" && opened.layers.has(id)));
  const tooLarge = adapterRefusal({ heldBytes: memoryBytes(base) + replacedBytes, moreBytes: weightBytes }, runtime);
  if (tooLarge !== undefined) throw new Fault("too-large", `adapter: ${tooLarge}`);
  const own: Ort.InferenceSession[] = [];
  const dispose = async () => {
    for (const session of own) await runtime.queue.add(() => session.release());
  };
  const blocks = [...base.sessions.blocks];
  let done = 0;
  try {
    for (const [layer, factors] of opened.layers) {
      signal?.throwIfAborted();
      onProgress({ stage: "preparing", done, total, part: `adapted block ${layer + 1} of ${base.spec.layers}` });
      const file = base.files.get(layer)!;
      // a session that cannot be made costs the whole engine; stored weights that are gone are found before that
      await file.slice(0, 1);
      const adapted = layOutFactors(layoutOf(base, layer), factors);
      const weightFiles = { [WEIGHTS_FILE]: file, [ADAPTER_FILE]: adapted.file };
      const graph = blockGraph(base.spec, layer, adapted.layout);
      const session = await createSession(runtime, graph, weightFiles, { leaves: "on device" });
      own.push(session);
      blocks[layer] = session;
      done += adapted.file.byteLength;
    }
  } catch (reason) {
    await dispose();
    throw reason;
  }
  const weights = modelWeights(base.spec, adaptedReader(base.weights, opened.layers));
  return {
    info: infoOf(opened, files, total),
    runner: new OrtRunner(base.spec, weights, runtime, { ...base.sessions, blocks }),
    ...changes,
    weightBytes,
    dispose,
  };
}

/** The base's layers that an adapter is held against. */
export const baseLayers = ({ parts, tensors }: Pick<LoadedModel, "parts" | "tensors">): BaseLayer[] =>
  parts.flatMap(({ id, plans }) =>
    typeof id === "number" ? [{ layer: id, plans, shapeOf: (tensor: string) => tensors.entry(tensor).shape }] : [],
  );

const layoutOf = ({ parts }: LoadedModel, layer: number) => parts.find(({ id }) => id === layer)!.layout;

/** A reader of the adapted weights: every way of reading a linear layer sees the sum, see `Linear`. */
function adaptedReader(base: WeightReader, layers: ReadonlyMap<number, LayerFactors>): WeightReader {
  return {
    async linear(part, name) {
      const linear = await base.linear(part, name);
      const lowRank = typeof part === "number" ? layers.get(part)?.get(name) : undefined;
      return lowRank ? { ...linear, lowRank } : linear;
    },
    plain: (part, name) => base.plain(part, name),
    plainIfAny: (part, name) => base.plainIfAny(part, name),
    row: (part, name, row) => base.row(part, name, row),
    rows: (part, name, first, count) => base.rows(part, name, first, count),
  };
}

/** The base's layout with the factors beside it, in a file of their own, transposed as MatMul wants them. */
function layOutFactors(
  base: WeightLayout,
  factors: LayerFactors,
): { readonly layout: WeightLayout; readonly file: ByteSource } {
  const plain = new Map(base.plain);
  const bytes = new Uint8Array([...factors.values()].reduce((sum, each) => sum + factorBytes(each), 0));
  let end = 0;
  const place = (values: Float32Array<ArrayBuffer>): WeightPlace => {
    const at = { file: ADAPTER_FILE, offset: end, bytes: values.byteLength };
    bytes.set(new Uint8Array(values.buffer), end);
    end += values.byteLength;
    return at;
  };
  for (const [name, { rank, down, up }] of factors) {
    const inputs = down.length / rank;
    const outputs = up.length / rank;
    plain.set(loraDown(name), { shape: [inputs, rank], place: place(turned(down, rank, inputs)) });
    plain.set(loraUp(name), { shape: [rank, outputs], place: place(turned(up, outputs, rank)) });
  }
  return { layout: { ...base, plain }, file: memorySource(bytes) };
}

/** [cols, rows] of [rows, cols]. */
function turned(values: Float32Array, rows: number, cols: number): Float32Array<ArrayBuffer> {
  const into = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) into[col * rows + row] = values[row * cols + col]!;
  }
  return into;
}

const factorBytes = ({ down, up }: StackedFactors) => down.byteLength + up.byteLength;

const bytesOf = ({ layers }: OpenedAdapter) =>
  [...layers.values()].flatMap((factors) => [...factors.values()]).reduce((sum, each) => sum + factorBytes(each), 0);

/** The changes that an adapter makes, each named by hashes of what is added: all of it, and that of the down projections alone. */
async function changesOf({
  layers,
}: OpenedAdapter): Promise<Pick<AdaptedModel, "change" | "valueLayers" | "valueChange">> {
  const hashes: { readonly layer: number; readonly name: string; readonly hash: string }[] = [];
  for (const [layer, factors] of layers) {
    for (const [name, { down, up }] of factors) {
      hashes.push({ layer, name, hash: `${await sha256(down)} ${await sha256(up)}` });
    }
  }
  const ofValues = hashes.filter(({ name }) => name === "down");
  const named = (changes: typeof hashes) =>
    changes.map(({ layer, name, hash }) => `${layer} ${name} ${hash}`).join(" ");
  return { change: named(hashes), valueLayers: ofValues.map(({ layer }) => layer), valueChange: named(ofValues) };
}

function infoOf(
  { config, linears, parameters, content }: OpenedAdapter,
  { identity }: CheckpointFiles,
  bytes: number,
): AdapterInfo {
  const pairs = linears.flatMap((linear) => linear.pairs);
  const sorted = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);
  return {
    name: shortName(identity),
    source: identity,
    content,
    baseHint: config.baseHint,
    note: config.note,
    ranks: sorted(pairs.map(({ rank }) => rank)),
    layers: sorted(linears.map(({ layer }) => layer)),
    modules: [...new Set(pairs.map(({ module }) => module.split(".").at(-1)!))],
    parameters,
    bytes,
  };
}
