import type * as Ort from "onnxruntime-web";
import type {
  BlockOutput,
  BlockRun,
  ModelWeights,
  Residual,
  Runner,
  Unembedded,
  UnembedOutput,
  UnembedRun,
} from "#analysis/runner.ts";
import type { Matrix } from "#core/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import { TAPS } from "#model/taps.ts";
import type { Tap } from "#model/taps.ts";
import type { Runtime } from "./runtime.ts";

/** One session per block, and one for the unembedding. */
export interface Sessions {
  readonly blocks: readonly Ort.InferenceSession[];
  readonly unembed: Ort.InferenceSession;
}

/** A residual where the sessions leave it: on the GPU, or in memory. */
class DeviceResidual implements Residual {
  readonly tensor: Ort.Tensor;
  readonly batch: number;
  readonly positions: number;

  constructor(tensor: Ort.Tensor) {
    this.tensor = tensor;
    [this.batch, this.positions] = tensor.dims as [number, number];
  }
}

type Feeds = Record<string, Ort.Tensor>;

/** Attention scores of later positions get this added: below every real score by far, yet finite, so nothing is ever NaN. */
const MASKED = -1e30;

const unembedOutputs = {
  logits: "logits",
  logSumExp: "log_sum_exp",
  targetLogits: "target_logits",
  lowestLogit: "lowest_logit",
  highestLogit: "highest_logit",
  topIds: "top_ids",
  ownScale: "own_scale",
} as const satisfies Record<UnembedOutput, string>;

/** Runs a model's sessions, one at a time; what they leave on the GPU stays there until it is released. */
export class OrtRunner implements Runner {
  readonly spec: ModelSpec;
  readonly weights: ModelWeights;
  readonly #runtime: Runtime;
  readonly #sessions: Sessions;
  readonly #positions = new Map<number, Feeds>();
  readonly #identity: Feeds;

  constructor(spec: ModelSpec, weights: ModelWeights, runtime: Runtime, sessions: Sessions) {
    this.spec = spec;
    this.weights = weights;
    this.#runtime = runtime;
    this.#sessions = sessions;
    const one = (rank: number) => this.#floats([1], Array<number>(rank).fill(1));
    const zero = (rank: number) => this.#floats([0], Array<number>(rank).fill(1));
    this.#identity = { head_scale: one(4), head_fill: zero(4), neuron_scale: one(3), neuron_fill: zero(3) };
  }

  embed(ids: readonly number[]): Promise<Residual> {
    return this.embedBatch([ids]);
  }

  async embedBatch(prompts: readonly (readonly number[])[]): Promise<Residual> {
    const positions = prompts[0]?.length ?? 0;
    if (prompts.some(({ length }) => length !== positions)) {
      throw new RangeError("runner: the prompts of a batch need one length");
    }
    const values = new Float32Array(prompts.length * positions * this.spec.modelDim);
    for (const [row, ids] of prompts.entries()) {
      values.set((await this.weights.embedding(ids)).data, row * positions * this.spec.modelDim);
    }
    return this.upload(values, prompts.length, positions);
  }

  async block(
    layer: number,
    input: Residual,
    { variants, headScale, headFill, neuronScale, neuronFill, taps = [] }: BlockRun = {},
  ): Promise<BlockOutput> {
    const rows = variants ?? Array.from({ length: input.batch }, (_, row) => row);
    const { heads, headDim, neurons } = this.spec;
    const feeds: Feeds = {
      residual: tensorOf(input),
      variant_source: this.#ints(rows, [rows.length]),
      ...this.#positionFeeds(input.positions),
      ...this.#identity,
      ...(headScale && { head_scale: this.#matrix(headScale, [headScale.rows, headScale.cols, 1, 1]) }),
      ...(neuronScale && { neuron_scale: this.#matrix(neuronScale, [neuronScale.rows, 1, neuronScale.cols]) }),
      ...(headFill && { head_fill: this.#filled(headFill, [heads, input.positions, headDim]) }),
      ...(neuronFill && { neuron_fill: this.#filled(neuronFill, [input.positions, neurons]) }),
    };
    const outputs = await this.#run(this.#sessions.blocks[layer]!, feeds, [
      "residual_out",
      ...taps.map((tap) => TAPS[tap]),
    ]);
    const tapped: { [tap in Tap]?: Float32Array } = {};
    for (const tap of taps) tapped[tap] = await this.#take(outputs[TAPS[tap]]!);
    return { residual: new DeviceResidual(outputs["residual_out"]!), taps: tapped };
  }

  async unembed(
    input: Residual,
    { positions, scale = 0, isBare = false, targets = [0], rankedRows = [0], wants }: UnembedRun,
  ): Promise<Unembedded> {
    const feeds: Feeds = {
      residual: tensorOf(input),
      positions: this.#ints(positions, [positions.length]),
      scale: this.#floats([scale], [1, 1, 1]),
      // only models with biases behind the residual have this input
      ...(this.#sessions.unembed.inputNames.includes("offset") && { offset: this.#floats([isBare ? 0 : 1], [1]) }),
      targets: this.#ints(targets, [targets.length]),
      ranked_rows: this.#ints(rankedRows, [rankedRows.length]),
    };
    const found = await this.#run(
      this.#sessions.unembed,
      feeds,
      wants.map((want) => unembedOutputs[want]),
    );
    const empty = new Float32Array(0);
    const floats = (want: UnembedOutput) => (found[unembedOutputs[want]]?.data as Float32Array | undefined) ?? empty;
    return {
      logits: floats("logits"),
      logSumExp: floats("logSumExp"),
      targetLogits: floats("targetLogits"),
      lowestLogit: floats("lowestLogit"),
      highestLogit: floats("highestLogit"),
      ownScale: floats("ownScale"),
      topIds: Array.from((found[unembedOutputs.topIds]?.data as BigInt64Array | undefined) ?? [], Number),
    };
  }

  upload(values: Float32Array, batch: number, positions: number): Residual {
    return new DeviceResidual(this.#floats(values, [batch, positions, this.spec.modelDim]));
  }

  async download(residual: Residual): Promise<Float32Array> {
    const tensor = tensorOf(residual);
    if (tensor.location === "cpu") return tensor.data as Float32Array;
    return (await this.#runtime.queue.add(() => tensor.getData())) as Float32Array;
  }

  release(residual: Residual): void {
    const tensor = tensorOf(residual);
    if (tensor.location !== "cpu") tensor.dispose();
  }

  /** Releases every session; the runner cannot be used afterwards. */
  async dispose(): Promise<void> {
    for (const session of [...this.#sessions.blocks, this.#sessions.unembed]) {
      await this.#runtime.queue.add(() => session.release());
    }
  }

  /** What is asked for under its name; nothing that was not asked for leaves the device. */
  #run(
    session: Ort.InferenceSession,
    feeds: Feeds,
    fetches: readonly string[],
  ): Promise<Ort.InferenceSession.ReturnType> {
    return this.#runtime.queue.add(() => session.run(feeds, fetches));
  }

  /** Reads a tap and gives its memory back. */
  async #take(tensor: Ort.Tensor): Promise<Float32Array> {
    if (tensor.location === "cpu") return tensor.data as Float32Array;
    return (await this.#runtime.queue.add(() => tensor.getData(true))) as Float32Array;
  }

  /** Rotary angles and the causal mask, the same for every run of that many positions. */
  #positionFeeds(positions: number): Feeds {
    const known = this.#positions.get(positions);
    if (known) return known;
    const mask = Float32Array.from({ length: positions ** 2 }, (_, i) =>
      i % positions > Math.floor(i / positions) ? MASKED : 0,
    );
    const feeds = { ...this.#rotaryFeeds(positions), mask: this.#floats(mask, [positions, positions]) };
    this.#positions.set(positions, feeds);
    return feeds;
  }

  /** cos and sin of position · inverse frequency, [position, pairs]; nothing where positions are learned. */
  #rotaryFeeds(positions: number): Feeds {
    const { positions: kind } = this.spec;
    if (kind.kind === "learned") return {};
    const pairs = kind.inverseFrequencies.length;
    const angles = Float64Array.from(
      { length: positions * pairs },
      (_, i) => Math.floor(i / pairs) * kind.inverseFrequencies[i % pairs]!,
    );
    return {
      cos: this.#floats(Float32Array.from(angles, Math.cos), [positions, pairs]),
      sin: this.#floats(Float32Array.from(angles, Math.sin), [positions, pairs]),
    };
  }

  #floats(values: readonly number[] | Float32Array, dims: readonly number[]): Ort.Tensor {
    const data = values instanceof Float32Array ? values : Float32Array.from(values);
    return new this.#runtime.ort.Tensor("float32", data, dims);
  }

  /** As many rows as there are values for. */
  #filled(values: Float32Array, row: readonly number[]): Ort.Tensor {
    return this.#floats(values, [values.length / row.reduce((product, size) => product * size, 1), ...row]);
  }

  #ints(values: readonly number[], dims: readonly number[]): Ort.Tensor {
    return new this.#runtime.ort.Tensor("int64", BigInt64Array.from(values, BigInt), dims);
  }

  #matrix({ data }: Matrix, dims: readonly number[]): Ort.Tensor {
    return this.#floats(data, dims);
  }
}

function tensorOf(residual: Residual): Ort.Tensor {
  if (!(residual instanceof DeviceResidual)) throw new TypeError("runner: a residual of another runner");
  return residual.tensor;
}
