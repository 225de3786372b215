import { normalised, normLinearPart, normScale } from "../norms.ts";
import type { Norm } from "../norms.ts";
import { transposed } from "../tensors.ts";
import type { Tensor } from "../tensors.ts";
import { plus, scaled, times } from "../vectors.ts";

/**
 * The reference: models in float64, as plainly as they can be written, each from its architecture's definition. It
 * exists to be believed, not to be fast, and shares nothing with the engine. Names: T tokens, d the residual's width,
 * H heads of dh, N neurons, V vocabulary.
 */
export interface ReferenceModel extends Description {
  /** By the checkpoint's own names, the values that the file's weights are exactly. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** One architecture. */
export interface Family {
  /** As config.json names it. */
  readonly modelType: string;
  /** @throws Error if the config asks for what the reference does not have */
  readonly describe: (config: never) => Description;
}

/** What a config.json says. */
export interface Description {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly modelDim: number;
  readonly neurons: number;
  readonly vocabulary: number;
  /** How many tokens a layer's attention sees, the last one included; left out: all. */
  readonly window?: (layer: number) => number;
  /** What a query's product with a key is multiplied by; left out: 1 / √dh. */
  readonly scoreScale?: number;
  /** c in c · tanh(x / c) of attention's scores. */
  readonly scoreCap?: number | undefined;
  /** What attention and FFN are multiplied by before they are added to the residual; left out: 1. */
  readonly residualScale?: number;
  /** What the logits are multiplied by; left out: 1. */
  readonly logitScale?: number;
  /** c in c · tanh(x / c) of the logits. */
  readonly logitCap?: number | undefined;
  readonly anatomy: Anatomy;
}

/** How an architecture computes, and where it keeps its weights. */
export interface Anatomy {
  /** What the names of all but the unembedding begin with, unless the checkpoint was saved without its head. */
  readonly prefix: string;
  /** The token embedding's name, [V, d]. */
  readonly embedding: string;
  /** The unembedding's name without `.weight`; with tied embeddings the checkpoint does not have it. */
  readonly unembedding: string;
  /** What the first layer reads of one token. */
  readonly embed: (model: ReferenceModel, id: number, position: number) => Float64Array;
  readonly layer: (model: ReferenceModel, layer: number) => Layer;
  readonly finalNorm: (model: ReferenceModel) => Norm;
  /** The names of a layer's linear layers, without `.weight`: projections of attention and FFN. */
  readonly linears: (layer: number) => readonly string[];
  /** True: those are stored as [in, out]. */
  readonly isConv1d: boolean;
}

/** One layer at one position at a time. */
export interface Layer {
  /** The layer's input, normalised: what queries, keys and values are made of. */
  readonly attentionInput: (layerInput: Float64Array) => Float64Array;
  /** False: what attention and FFN read is not normalised; left out: it is. */
  readonly isPreNorm?: boolean;
  readonly project: (attentionInput: Float64Array, position: number, tokens?: number) => Projected;
  /** [d, H · dh]: from all heads' mixed values to the residual, or to the norm behind attention. */
  readonly attentionOut: Linear;
  /** What normalises attention's output before it is added to the residual. */
  readonly attentionPost?: Norm;
  /** What the FFN reads, normalised; `middle` is the layer's input plus the attention's output. */
  readonly ffnInput: (layerInput: Float64Array, middle: Float64Array) => Float64Array;
  /** The norm of what the FFN reads, where the family says it here; undefined: there is none. */
  readonly ffnNorm?: Norm | undefined;
  /** The N neurons: outputs of the activation function, times the up projection's where there is one. */
  readonly activation: (ffnInput: Float64Array) => Float64Array;
  /** [d, N]: its columns are the neurons' value vectors. */
  readonly ffnOut: Linear;
  /** What normalises the FFN's output before it is added to the residual. */
  readonly ffnPost?: Norm;
}

/** What one position gives to attention, dh values each. Positions are already in queries and keys. */
export interface Projected {
  readonly queries: readonly Float64Array[];
  readonly keys: readonly Float64Array[];
  readonly values: readonly Float64Array[];
}

/** `W x + b`, the weight as [out, in]. */
export interface Linear {
  readonly weight: Tensor;
  readonly bias: Float64Array | undefined;
}

export function apply({ weight, bias }: Linear, x: Float64Array): Float64Array {
  const product = times(weight, x);
  return bias ? plus(product, bias) : product;
}

/** `{name}.weight` alone. */
export const unbiased = (model: ReferenceModel, name: string): Linear => ({
  weight: tensorOf(model, `${name}.weight`),
  bias: undefined,
});

/** `{name}.weight` and `{name}.bias`. */
export const biased = (model: ReferenceModel, name: string): Linear => ({
  weight: tensorOf(model, `${name}.weight`),
  bias: tensorOf(model, `${name}.bias`).data,
});

/** GPT-2's Conv1D, a biased linear layer that is stored as [in, out]. */
export const conv1d = (model: ReferenceModel, name: string): Linear => ({
  weight: transposed(tensorOf(model, `${name}.weight`)),
  bias: tensorOf(model, `${name}.bias`).data,
});

export const rmsNorm = (model: ReferenceModel, name: string, epsilon: number): Norm => ({
  centred: false,
  gain: tensorOf(model, `${name}.weight`).data,
  bias: undefined,
  epsilon,
});

export const layerNorm = (model: ReferenceModel, name: string, epsilon: number): Norm => ({
  centred: true,
  gain: tensorOf(model, `${name}.weight`).data,
  bias: tensorOf(model, `${name}.bias`).data,
  epsilon,
});

/** RMSNorm whose gain is stored less 1. */
export const rmsNormFrom1 = (model: ReferenceModel, name: string, epsilon: number): Norm => {
  const norm = rmsNorm(model, name, epsilon);
  return { ...norm, gain: norm.gain.map((value) => 1 + value) };
};

/** What a part's output adds to the residual. */
export function added(model: ReferenceModel, post: Norm | undefined, output: Float64Array): Float64Array {
  return scaled(post ? normalised(post, output) : output, model.residualScale ?? 1);
}

/**
 * A share of what a part adds to the residual: a norm behind it at the scale that it takes from the whole output, so that what the
 * shares of an output add sums to what the output adds.
 */
export function addedShare(
  model: ReferenceModel,
  post: Norm | undefined,
  { share, whole }: { readonly share: Float64Array; readonly whole: Float64Array },
): Float64Array {
  return scaled(post ? normLinearPart(post, share, normScale(post, whole)) : share, model.residualScale ?? 1);
}

/** `c · tanh(x / c)`. */
export const capped = (x: number, cap: number | undefined): number =>
  cap === undefined ? x : cap * Math.tanh(x / cap);

/** `count` vectors of equal length, one after the other in `x`. */
export function splitInto(count: number, x: Float64Array): Float64Array[] {
  const size = x.length / count;
  return Array.from({ length: count }, (_, part) => x.slice(part * size, (part + 1) * size));
}

/** The name under which this checkpoint has a tensor: the full one, or the one without the model's prefix. */
export function nameIn({ anatomy, tensors }: ReferenceModel, name: string): string {
  if (tensors.has(name) || !name.startsWith(anatomy.prefix)) return name;
  const bare = name.slice(anatomy.prefix.length);
  return tensors.has(bare) ? bare : name;
}

/**
 * @param name with the model's prefix, whether or not the checkpoint has it
 * @throws Error naming the tensor that the checkpoint lacks
 */
export function tensorOf(model: ReferenceModel, name: string): Tensor {
  const tensor = model.tensors.get(nameIn(model, name));
  if (!tensor) throw new Error(`reference: the checkpoint has no ${name}`);
  return tensor;
}

/** The weight of layer `layer` that a Llama checkpoint calls `model.layers.{layer}.{part}.weight`. */
export const layerWeight = (model: ReferenceModel, layer: number, part: string) =>
  tensorOf(model, `model.layers.${layer}.${part}.weight`);

/** The unembedding [V, d]; with tied embeddings the embedding itself. */
export const unembedding = (model: ReferenceModel): Tensor =>
  model.tensors.get(`${model.anatomy.unembedding}.weight`) ?? tensorOf(model, model.anatomy.embedding);

/** What the logits have of their own, [V]; undefined where the head has no bias. */
export const unembeddingBias = (model: ReferenceModel): Float64Array | undefined =>
  model.tensors.get(`${model.anatomy.unembedding}.bias`)?.data;
