import type { BlockRun, Residual, Runner, UnembedRun } from "#analysis/runner.ts";
import { matrix } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Tap } from "#model/taps.ts";

/** Three layers of two heads and three neurons: small enough to work everything out by hand. */
export const COUNTING_SPEC: ModelSpec = {
  family: "counting",
  layers: 3,
  heads: 2,
  kvHeads: 2,
  headDim: 1,
  modelDim: 2,
  neurons: 3,
  vocabulary: 4,
  context: 8,
  norm: "rms",
  normEps: 1e-6,
  positions: { kind: "learned" },
  block: "sequential",
  activation: "silu-gated",
  tied: false,
};

/** What head `head` of layer `layer` adds to every residual value: 1, 2, 10, 20, 100, 200. */
export const headWrites = (layer: number, head: number) => (head + 1) * 10 ** layer;

/** What neuron `neuron` adds: 1000, 2000, 3000 in the first layer, ten times as much in each later one. */
export const neuronWrites = (layer: number, neuron: number) => (neuron + 1) * 1000 * 10 ** layer;

export interface BlockCall extends BlockRun {
  readonly layer: number;
  readonly batch: number;
}

/**
 * A model that adds up: every head and neuron adds a number of its own to every residual value, and the logit of token t is
 * the residual's first value plus t. It keeps account of what was run, and of what was not released.
 */
export class CountingRunner implements Runner {
  readonly spec: ModelSpec;
  readonly blocks: BlockCall[] = [];
  embeds = 0;
  /** Called before each block; may throw or abort. */
  onBlock: (layer: number) => void = () => undefined;
  readonly #live = new Set<CountedResidual>();

  constructor(spec: ModelSpec = COUNTING_SPEC) {
    this.spec = spec;
  }

  get unreleased(): number {
    return this.#live.size;
  }

  readonly weights = {
    embedding: (ids: readonly number[]) => Promise.resolve(matrix(ids.length, 2)),
    valueVectors: (neurons: readonly NeuronId[]) => Promise.resolve(neurons.map(() => new Float32Array(2))),
    valueProducts: () => Promise.resolve(new Float64Array(3)),
    valueNorms: () => Promise.resolve(new Float64Array(3)),
    outputNorms: () => Promise.resolve(new Float64Array(2)),
    unembeddingReach: () => Promise.resolve(0),
    unembeddingRows: (_: number, count: number) => Promise.resolve(matrix(count, 2)),
    headOutput: () => Promise.resolve(new Float32Array(2)),
    logitDirection: () => Promise.resolve(new Float64Array(2)),
    logitDirections: (mixes: readonly ArrayLike<number>[]) => Promise.resolve(mixes.map(() => new Float64Array(2))),
    valueOutput: (_: number, vectors: readonly Float32Array[]) =>
      Promise.resolve(vectors.map(() => new Float32Array(2))),
    neuronKeys: () => Promise.resolve({ up: new Float32Array(2) }),
    embeddingProducts: () => Promise.resolve(new Float64Array(4)),
    outputProducts: () => Promise.resolve(new Float64Array(2)),
    valueDirection: () => Promise.resolve(new Float64Array(2)),
    values: (_: number, residuals: Matrix) => Promise.resolve(matrix(residuals.rows, 2)),
    outputBiases: () => Promise.resolve({}),
    logitBias: () => Promise.resolve(0),
    attentionOutputs: (_: number, zs: readonly Float32Array[]) => Promise.resolve(zs.map(() => new Float32Array(2))),
  };

  embed(ids: readonly number[]): Promise<Residual> {
    return this.embedBatch([ids]);
  }

  embedBatch(prompts: readonly (readonly number[])[]): Promise<Residual> {
    this.embeds += 1;
    const values = Float32Array.from(prompts.flatMap((ids) => ids.flatMap((id) => [id, id])));
    return Promise.resolve(this.upload(values, prompts.length, prompts[0]!.length));
  }

  async block(layer: number, input: Residual, run: BlockRun = {}) {
    await Promise.resolve();
    this.onBlock(layer);
    const { values, batch, positions } = this.#counted(input);
    this.blocks.push({ layer, batch, ...run });
    const rows = run.variants ?? Array.from({ length: batch }, (_, row) => row);
    const width = positions * 2;
    const mid = Float32Array.from({ length: rows.length * width }, (_, i) => {
      const row = Math.floor(i / width);
      const heads = [0, 1].reduce((sum, head) => sum + headWrites(layer, head) * scaleOf(run.headScale, row, head), 0);
      return values[rows[row]! * width + (i % width)]! + heads;
    });
    const out = mid.map((value, i) => {
      const row = Math.floor(i / width);
      return value + [0, 1, 2].reduce((sum, k) => sum + neuronWrites(layer, k) * scaleOf(run.neuronScale, row, k), 0);
    });
    const residual = this.upload(out, rows.length, positions);
    for (let row = 0; row < rows.length; row++) run.onRows?.(1);
    const fill = (size: number) => new Float32Array(rows.length * positions * size).fill(layer);
    const taps: { readonly [tap in Tap]?: Float32Array } = {
      residMid: mid,
      post: fill(3),
      z: fill(2),
      pattern: fill(2 * positions),
      q: fill(2),
      k: fill(2),
      v: fill(2),
    };
    return {
      residual,
      taps: Object.fromEntries((run.taps ?? []).map((tap) => [tap, taps[tap]])),
    };
  }

  unembed(input: Residual, { positions, targets = [0], wants }: UnembedRun) {
    const { values, batch, positions: all } = this.#counted(input);
    const rows = Array.from({ length: batch }, (_, row) => row);
    const first = rows.flatMap((row) => positions.map((position) => values[(row * all + position) * 2]!));
    const give = (want: (typeof wants)[number], numbers: readonly number[]) =>
      wants.includes(want) ? Float32Array.from(numbers) : new Float32Array(0);
    return Promise.resolve({
      logits: give(
        "logits",
        first.flatMap((value) => [0, 1, 2, 3].map((token) => value + token)),
      ),
      logSumExp: give(
        "logSumExp",
        first.map(() => 0),
      ),
      targetLogits: give(
        "targetLogits",
        first.flatMap((value) => targets.map((target) => value + target)),
      ),
      highestLogit: give("highestLogit", first),
      lowestLogit: give("lowestLogit", first),
      ownScale: give(
        "ownScale",
        first.map(() => 0.5),
      ),
      topIds: [] as number[],
    });
  }

  upload(values: Float32Array, batch: number, positions: number): Residual {
    const residual = { values, batch, positions };
    this.#live.add(residual);
    return residual;
  }

  download(residual: Residual): Promise<Float32Array> {
    return Promise.resolve(this.#counted(residual).values);
  }

  release(residual: Residual): void {
    this.#live.delete(this.#counted(residual));
  }

  /** @throws Error for a residual that was released already, which a GPU would answer with anything */
  #counted(residual: Residual): CountedResidual {
    const counted = residual as CountedResidual;
    if (!this.#live.has(counted)) throw new Error("runner: this residual was released already");
    return counted;
  }
}

interface CountedResidual extends Residual {
  readonly values: Float32Array;
}

/** One row of scales serves every row of a batch. */
function scaleOf(scale: BlockRun["headScale"], row: number, index: number): number {
  return scale ? scale.data[(scale.rows === 1 ? 0 : row) * scale.cols + index]! : 1;
}
