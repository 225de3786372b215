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
import { concatenated } from "#core/concatenated.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import { normRange } from "#graph/range.ts";
import type { ModelSpec } from "#model/spec.ts";
import { TAPS } from "#model/taps.ts";
import type { Tap } from "#model/taps.ts";
import {
  EVERY_TAP,
  firstBeyond,
  outOfRange,
  overflow,
  refuseOverflow,
  refuseVanished,
  vanishedAt,
} from "./overflow.ts";
import { Pace } from "./pace.ts";
import { blockPiece, blockWork, canBeCut, joinedBlock, joinedUnembedded, unembedPieces } from "./pieces.ts";
import type { PieceOutput, RowsRun } from "./pieces.ts";
import type { Runtime } from "./runtime.ts";
import { PositionFeeds } from "./position-feeds.ts";
import { retraced } from "./retraced.ts";
import type { Made } from "./retraced.ts";
import { stoppableWeights } from "../weights/stoppable-weights.ts";

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

  /** What gave it, as the beginning of a sentence. */
  readonly from: string;

  /** The run that gave it, where it is on a GPU and nobody has looked at it. */
  readonly made: Made<DeviceResidual> | undefined;

  constructor(tensor: Ort.Tensor, from = "what was put in", made?: Made<DeviceResidual>) {
    this.tensor = tensor;
    this.from = from;
    this.made = made;
    [this.batch, this.positions] = tensor.dims as [number, number];
  }
}

type Feeds = Record<string, Ort.Tensor>;

/** What every call's runner of one model has in common. */
interface Shared {
  readonly positions: PositionFeeds<Ort.Tensor>;
  /** What nothing that is ablated is fed as. */
  readonly identity: Feeds;
  readonly paces: { readonly block: Pace; readonly unembed: Pace };
  /** How long what the GPU was told to run since it was last waited for takes, by the pace. */
  aheadMs: number;
}

/** A fifth of what one run may take: so late a stop may be for runs that a GPU was told of, and so far off its pace. */
const FURTHEST_AHEAD_MS = 100;

/** A run and how much work it is, so that the next ones are as long as one may keep others waiting. */
interface Timed {
  readonly pace: Pace;
  readonly work: number;
}

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
  readonly #shared: Shared;
  /** Of the one call that this is for. */
  readonly #signal: AbortSignal | undefined;

  constructor(
    spec: ModelSpec,
    weights: ModelWeights,
    runtime: Runtime,
    sessions: Sessions,
    call?: { readonly shared: Shared; readonly signal: AbortSignal },
  ) {
    this.spec = spec;
    this.weights = call ? stoppableWeights(weights, call.signal) : weights;
    this.#runtime = runtime;
    this.#sessions = sessions;
    this.#signal = call?.signal;
    const one = (rank: number) => this.#floats([1], Array<number>(rank).fill(1));
    const zero = (rank: number) => this.#floats([0], Array<number>(rank).fill(1));
    this.#shared = call?.shared ?? {
      positions: new PositionFeeds(spec, this.#floats.bind(this)),
      identity: { head_scale: one(4), head_fill: zero(4), neuron_scale: one(3), neuron_fill: zero(3) },
      paces: { block: new Pace(runtime.cut), unembed: new Pace(runtime.cut) },
      aheadMs: 0,
    };
  }

  /** The same for one call: whatever it asks for once the signal is aborted is refused with the signal's reason. */
  under(signal: AbortSignal): OrtRunner {
    return new OrtRunner(this.spec, this.weights, this.#runtime, this.#sessions, { shared: this.#shared, signal });
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
    refuseOverflow(values, "the embedding", largestResidual(this.spec));
    return this.upload(values, prompts.length, positions);
  }

  /** In as many runs as it takes for none to keep others waiting longer than `Pace` says; between several a residual is in memory. */
  async block(layer: number, input: Residual, run: BlockRun = {}): Promise<BlockOutput> {
    const rows = { ...run, variants: run.variants ?? count(0, input.batch) };
    const all = rows.variants.length;
    const { block: pace } = this.#shared.paces;
    const work = blockWork(this.spec, input.positions);
    const timed = (size: number) => ({ pace, work: work * size });
    if (pace.piecesAtOnce(work) >= all || !canBeCut(rows, input)) {
      const output = await this.#blockAtOnce(layer, input, rows, timed(all));
      run.onRows?.(all);
      return output;
    }
    const data = await this.download(input);
    const pieces: PieceOutput[] = [];
    for (let from = 0; from < all;) {
      const to = Math.min(all, from + pace.piecesAtOnce(work));
      const piece = blockPiece(this.spec, input.positions, rows, { from, to });
      const part = this.#rowsOf(data, input, piece.sources);
      const { residual, taps } = await this.#blockAtOnce(layer, part, piece.run, timed(to - from));
      pieces.push({ sources: piece.sources, taps, residual: await this.download(residual) });
      this.release(residual);
      run.onRows?.(to - from);
      from = to;
    }
    const { residual, taps } = joinedBlock(pieces, input.batch);
    return { residual: this.upload(residual, all, input.positions), taps };
  }

  async #blockAtOnce(layer: number, input: Residual, run: RowsRun, timed: Timed): Promise<BlockOutput> {
    const { variants: rows, headScale, headFill, neuronScale, neuronFill, taps = [] } = run;
    const { heads, headDim, neurons } = this.spec;
    const feeds: Feeds = {
      residual: tensorOf(input),
      variant_source: this.#ints(rows, [rows.length]),
      ...this.#shared.positions.of(layer, input.positions),
      ...this.#shared.identity,
      ...(headScale && { head_scale: this.#matrix(headScale, [headScale.rows, headScale.cols, 1, 1]) }),
      ...(neuronScale && { neuron_scale: this.#matrix(neuronScale, [neuronScale.rows, 1, neuronScale.cols]) }),
      ...(headFill && { head_fill: this.#filled(headFill, [heads, input.positions, headDim]) }),
      ...(neuronFill && { neuron_fill: this.#filled(neuronFill, [input.positions, neurons]) }),
    };
    const outputs = await this.#run(
      this.#sessions.blocks[layer]!,
      feeds,
      ["residual_out", ...taps.map((tap) => TAPS[tap])],
      timed,
    );
    const tapped: { [tap in Tap]?: Float32Array } = {};
    for (const tap of taps) tapped[tap] = await this.#take(outputs[TAPS[tap]]!);
    const residual = outputs["residual_out"]!;
    const where = `layer ${layer}`;
    // on the GPU it stays where it is; whoever reads it looks at it
    const values = residual.location === "cpu" ? (residual.data as Float32Array) : undefined;
    const found = outOfRange({ ...tapped, residual: values }, largestResidual(this.spec));
    if (!found) {
      const made = values ? undefined : { layer, run, input: here(input) };
      return { residual: new DeviceResidual(residual, where, made), taps: tapped };
    }
    if (values === undefined) residual.dispose();
    if (EVERY_TAP.every((tap) => taps.includes(tap))) throw overflow(where, found.value, found.part);
    // the row again with every tap on, so that the part where it begins is named
    const from = Math.floor(found.before * rows.length);
    await this.#retrace(here(input), rows[from]!);
    const piece = blockPiece(this.spec, input.positions, run, { from, to: from + 1 });
    const row = this.#rowsOf(await this.download(input), input, piece.sources);
    await this.#blockAtOnce(
      layer,
      row,
      { ...piece.run, taps: EVERY_TAP },
      { ...timed, work: timed.work / rows.length },
    );
    throw overflow(where, found.value);
  }

  /** In as many runs as `block` takes. */
  async unembed(input: Residual, run: UnembedRun): Promise<Unembedded> {
    const { unembed: pace } = this.#shared.paces;
    const work = this.spec.modelDim * this.spec.vocabulary;
    const found: Unembedded[] = [];
    let data: Float32Array | undefined;
    for (const piece of unembedPieces(input, run, () => pace.piecesAtOnce(work))) {
      const rows = piece.to - piece.from;
      const part =
        rows < input.batch
          ? this.#rowsOf((data ??= await this.download(input)), input, count(piece.from, piece.to))
          : input;
      found.push(await this.#unembedAtOnce(part, piece.run, { pace, work: work * rows * piece.run.positions.length }));
    }
    return joinedUnembedded(found);
  }

  async #unembedAtOnce(
    input: Residual,
    { positions, scale = 0, isBare = false, targets = [0], rankedRows = [0], wants }: UnembedRun,
    timed: Timed,
  ): Promise<Unembedded> {
    const feeds: Feeds = {
      residual: tensorOf(input),
      positions: this.#ints(positions, [positions.length]),
      scale: this.#floats([scale], [1, 1, 1]),
      // only models with biases or a soft-cap behind the residual have this input
      ...(this.#sessions.unembed.inputNames.includes("offset") && { offset: this.#floats([isBare ? 0 : 1], [1]) }),
      targets: this.#ints(targets, [targets.length]),
      ranked_rows: this.#ints(rankedRows, [rankedRows.length]),
    };
    // what tells of numbers out of range: in a logit, which nothing else of what is wanted may show, and in a residual on the GPU
    const telling: UnembedOutput[] = wants.includes("logits") ? [] : ["logSumExp", "lowestLogit"];
    const isOwnScaled = !isBare || scale === 0;
    const read = [...new Set([...wants, ...telling, ...(isOwnScaled ? (["ownScale"] as const) : [])])];
    const found = await this.#run(
      this.#sessions.unembed,
      feeds,
      read.map((want) => unembedOutputs[want]),
      timed,
    );
    const empty = new Float32Array(0);
    const floats = (want: UnembedOutput) => {
      const values = (found[unembedOutputs[want]]?.data as Float32Array | undefined) ?? empty;
      refuseOverflow(values, "the unembedding");
      return values;
    };
    if (isOwnScaled) {
      const ownScales = found[unembedOutputs.ownScale]!.data as Float32Array;
      const vanished = vanishedAt(ownScales);
      if (vanished >= 0) await this.#retrace(here(input), Math.floor(vanished / positions.length));
      refuseVanished(ownScales);
    }
    for (const want of telling) floats(want);
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
    const { tensor, from } = here(residual);
    if (tensor.location === "cpu") return tensor.data as Float32Array;
    const values = (await this.#runtime.queue.add(() => tensor.getData())) as Float32Array;
    const limit = largestResidual(this.spec);
    const beyond = firstBeyond(values, limit);
    if (beyond >= 0) await this.#retrace(here(residual), Math.floor((beyond / values.length) * residual.batch));
    refuseOverflow(values, from, limit);
    return values;
  }

  /**
   * Finds the layer in which a row left what float32 can go on with: its runs once more, from what was put in on, each looked at.
   *
   * @throws Fault "overflow" with the layer and, where a tap shows it, the part
   */
  async #retrace(residual: DeviceResidual, row: number): Promise<void> {
    const { root, steps } = retraced(this.spec, residual, row);
    if (root.residual.tensor.location !== "cpu") return;
    const timed = { pace: this.#shared.paces.block, work: blockWork(this.spec, residual.positions) };
    let input = this.#rowsOf(root.residual.tensor.data as Float32Array, root.residual, [root.row]);
    for (const { layer, run } of steps) {
      const output = await this.#blockAtOnce(layer, input, { ...run, taps: EVERY_TAP }, timed);
      this.release(input);
      input = output.residual;
      const { tensor, from } = here(input);
      const values = tensor.location === "cpu" ? tensor.data : await this.#runtime.queue.add(() => tensor.getData());
      refuseOverflow(values as Float32Array, from, largestResidual(this.spec));
    }
    this.release(input);
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
    { pace, work }: Timed,
  ): Promise<Ort.InferenceSession.ReturnType> {
    const expectedMs = pace.msOf(work);
    return this.#runtime.queue.add(async () => {
      this.#signal?.throwIfAborted();
      const started = performance.now();
      const outputs = await session.run(feeds, fetches);
      // a GPU is only told to run: short runs may queue up behind each other there, so that it never idles, but not without end
      const { device } = this.#runtime;
      if (device) {
        this.#shared.aheadMs += expectedMs;
        if (this.#shared.aheadMs < FURTHEST_AHEAD_MS) return outputs;
        this.#shared.aheadMs = 0;
        await device.queue.onSubmittedWorkDone();
        // beside what was still to do before it a short run tells nothing
        if (expectedMs < FURTHEST_AHEAD_MS) return outputs;
      }
      pace.measured(work, performance.now() - started);
      return outputs;
    }, expectedMs);
  }

  /** Rows of a batch in memory, as a batch of their own. */
  #rowsOf(data: Float32Array, { positions }: Residual, rows: readonly number[]): Residual {
    const size = positions * this.spec.modelDim;
    return this.upload(
      concatenated(rows.map((row) => data.subarray(row * size, (row + 1) * size))),
      rows.length,
      positions,
    );
  }

  /** Reads a tap and gives its memory back. */
  async #take(tensor: Ort.Tensor): Promise<Float32Array> {
    if (tensor.location === "cpu") return tensor.data as Float32Array;
    return (await this.#runtime.queue.add(() => tensor.getData(true))) as Float32Array;
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

const count = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** How large a residual's numbers may be: the norm behind it adds up the squares of a whole vector. */
const largestResidual = ({ normEps, modelDim }: ModelSpec) => normRange(normEps, modelDim).limit;

function here(residual: Residual): DeviceResidual {
  if (!(residual instanceof DeviceResidual)) throw new TypeError("runner: a residual of another runner");
  return residual;
}

const tensorOf = (residual: Residual) => here(residual).tensor;
