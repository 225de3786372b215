import type { Matrix } from "#core/numeric/matrix.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Tap } from "#model/taps.ts";

/**
 * A batch of residual streams [batch, positions, modelDim], kept where the model runs. Whoever asks for one releases it.
 */
export interface Residual {
  readonly batch: number;
  readonly positions: number;
}

export interface BlockRun {
  /** Row b of what comes out goes on from row `variants[b]` of what goes in; left out, each row from itself. */
  readonly variants?: readonly number[];
  /** What each head's z is multiplied by at every position: [variants or 1, heads]. Left out: 1. */
  readonly headScale?: Matrix;
  /** What is added to each head's scaled z: [variants or 1, heads, positions, headDim]. Left out: 0. */
  readonly headFill?: Float32Array;
  /** What each neuron's activation is multiplied by at every position: [variants or 1, neurons]. Left out: 1. */
  readonly neuronScale?: Matrix;
  /** What is added to each neuron's scaled activation: [variants or 1, positions, neurons]. Left out: 0. */
  readonly neuronFill?: Float32Array;
  readonly taps?: readonly Tap[];
  /** Told how many rows more are done, as often as some are. */
  readonly onRows?: (rows: number) => void;
}

export interface BlockOutput {
  readonly residual: Residual;
  /** Those asked for, laid out as `model/taps.ts` says. */
  readonly taps: { readonly [tap in Tap]?: Float32Array };
}

export interface UnembedRun {
  readonly positions: readonly number[];
  /** What every vector is multiplied by before the final norm's gain; left out, each one's own 1 / rms or 1 / deviation. */
  readonly scale?: number;
  /** What is projected is a vector on its own, not a residual: the biases of norm and logits are left out. */
  readonly isBare?: boolean;
  readonly targets?: readonly number[];
  /** Which of the batch · positions vectors are ranked for `topIds`; left out: the first. */
  readonly rankedRows?: readonly number[];
  readonly wants: readonly UnembedOutput[];
}

export type UnembedOutput =
  | "logits"
  | "logSumExp"
  | "targetLogits"
  | "highestLogit"
  | "lowestLogit"
  | "ownScale"
  | "topIds";

/** The unembedding's outputs, each flattened [batch, positions asked for, …], `topIds` [rankedRows, …]; empty if not asked for. */
export type Unembedded = { readonly [output in Exclude<UnembedOutput, "topIds">]: Float32Array } & {
  readonly topIds: readonly number[];
};

/** A loaded model, one part at a time. The engine implements it on onnxruntime; the analyses know nothing else of it. */
export interface Runner {
  readonly spec: ModelSpec;
  readonly weights: ModelWeights;
  embed(ids: readonly number[]): Promise<Residual>;
  /** Prompts of one length as the rows of a batch. */
  embedBatch(prompts: readonly (readonly number[])[]): Promise<Residual>;
  block(layer: number, input: Residual, run?: BlockRun): Promise<BlockOutput>;
  unembed(input: Residual, run: UnembedRun): Promise<Unembedded>;
  upload(values: Float32Array, batch: number, positions: number): Residual;
  download(residual: Residual): Promise<Float32Array>;
  release(residual: Residual): void;
  /** The same for one call, which ends before its next run or read once the signal is aborted. Left out: runs that nothing stops. */
  under?(signal: AbortSignal): Runner;
}

/** A runner for one call. */
export const forCall = (runner: Runner, signal: AbortSignal | undefined): Runner =>
  (signal && runner.under?.(signal)) ?? runner;

/** The weights that an analysis reads itself, as the quantised model has them. They may have to be read from storage first. */
export interface ModelWeights {
  /** What a prompt's tokens start from, scaled and with learned positions added where the model does that: [positions, modelDim]. */
  embedding(ids: readonly number[]): Promise<Matrix>;
  /**
   * What each neuron writes per unit of its coefficient: its column of the down projection, times the gain of the norm behind the FFN
   * and the residual's scale where the model has them, [modelDim] each. The coefficient is the activation, in a model with such norms
   * times 1 / what the norm divides by in a run.
   */
  valueVectors(neurons: readonly NeuronId[]): Promise<Float32Array[]>;
  /** v_k · direction for every neuron k of a layer, [neurons]. */
  valueProducts(layer: number, direction: ArrayLike<number>): Promise<Float64Array>;
  /** |γ ⊙ v_k| for every neuron k of a layer, γ being the final norm's gain, v_k without its mean in a LayerNorm model: [neurons]. */
  valueNorms(layer: number): Promise<Float64Array>;
  /** |γ ⊙ o| for every column o of the output projection, as `valueNorms` has it: [heads · headDim]. */
  outputNorms(layer: number): Promise<Float64Array>;
  /**
   * How long the longest row of the unembedding is, the logits' scale in it: max_t |u_t|. Asked for behind a soft-cap; elsewhere rows count from
   * their mean (`unembeddingSpread`).
   */
  unembeddingReach(): Promise<number>;
  /** Rows of the unembedding from `first` on, the logits' scale in them, [count, modelDim]. */
  unembeddingRows(first: number, count: number): Promise<Matrix>;
  /** What a head writes for a given z [headDim]: its columns of o_proj times z, gain and residual's scale as in `valueVectors`, [modelDim]. */
  headOutput(at: HeadId, z: ArrayLike<number>): Promise<Float32Array>;
  /**
   * The residual direction that a mix of logits reads: γ ⊙ W_Uᵀ·mix, [modelDim], γ being the final norm's gain; in a
   * LayerNorm model its mean is taken out. Times the lens's scale it is the mix's gradient.
   *
   * @param mix one number per token, [vocabulary]
   */
  logitDirection(mix: ArrayLike<number>): Promise<Float64Array>;
  /**
   * The same of several mixes, which may be of some tokens only: of those from `first` on, as many as each mix has numbers. The unembedding's
   * rows are read once for all of them.
   */
  logitDirections(mixes: readonly ArrayLike<number>[], first: number): Promise<Float64Array[]>;
  /**
   * What an attention layer writes for a vector that it attends to fully, were the vector its whole input: W_O·W_V·(γ ⊙ v)
   * summed over all heads, with γ the gain of the attention's norm, whose scale is left at 1, W_O as in `headOutput`, and no bias; in a LayerNorm
   * model v's mean is taken out first. The key heads that several query heads share count once for each of these.
   *
   * @param vectors of modelDim each
   * @param head only what this query head writes
   */
  valueOutput(layer: number, vectors: readonly Float32Array[], head?: number): Promise<Float32Array[]>;
  /** What a neuron listens to: γ ⊙ its rows of the FFN's first product, with γ the gain of the FFN's norm. */
  neuronKeys(at: NeuronId): Promise<NeuronKeys>;
  /** E_t · direction for every token's embedding, [vocabulary]. */
  embeddingProducts(direction: ArrayLike<number>): Promise<Float64Array>;
  /**
   * W_Oᵀ·direction, W_O as in `headOutput`: for every dimension of every head's z how far it writes along a residual direction, [heads ·
   * headDim].
   */
  outputProducts(layer: number, direction: ArrayLike<number>): Promise<Float64Array>;
  /**
   * The residual direction that a mix of value dimensions reads: γ ⊙ W_Vᵀ·mix, [modelDim], γ being the gain of the attention's
   * norm, whose scale is left at 1; in a LayerNorm model its mean is taken out. With mix = `outputProducts` it is the transpose
   * of `valueOutput`.
   *
   * @param mix one number for each dimension of each query head, [heads · headDim]; heads that share values add up
   */
  valueDirection(layer: number, mix: ArrayLike<number>): Promise<Float64Array>;
  /**
   * What attention mixes: the values of residuals, through the attention's norm as it is, scale and biases included.
   *
   * @param residuals the layer's input, [any, modelDim]
   * @returns [any, kvHeads · headDim]
   */
  values(layer: number, residuals: Matrix): Promise<Matrix>;
  /**
   * What a layer adds to the residual whatever its parts do: the biases of the output and the down projection, [modelDim] each, if any;
   * gains and residual's scale as in `valueVectors`.
   */
  outputBiases(layer: number): Promise<{ readonly attention?: Float32Array; readonly ffn?: Float32Array }>;
  /**
   * What a mix of logits has from no residual: the final norm's bias through the unembedding, and the logits' own bias.
   *
   * @param mix one number per token, [vocabulary]
   */
  logitBias(mix: ArrayLike<number>): Promise<number>;
  /** W_O·z without the bias, W_O as in `headOutput`, [modelDim] for each z of [heads · headDim]. */
  attentionOutputs(layer: number, zs: readonly Float32Array[]): Promise<Float32Array[]>;
}

/** A neuron's keys, in a LayerNorm model with their mean taken out. A gated FFN's neuron has two, one that is only an activation has `up`. */
export interface NeuronKeys {
  /** [modelDim] */
  readonly up: Float32Array;
  readonly gate?: Float32Array;
}
