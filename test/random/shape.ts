/** How a checkpoint file stores its weights, by safetensors' names. */
export type StoredDtype = "F32" | "F16" | "BF16";

/** As config.json's `model_type` has them. */
export type FamilyName =
  | "llama"
  | "mistral"
  | "qwen2"
  | "qwen3"
  | "gpt2"
  | "gpt_neox"
  | "gptj"
  | "gemma2"
  | "gemma3_text"
  | "olmo2"
  | "olmo3"
  | "granite"
  | "smollm3"
  | "opt"
  | "phi3";

/** The shape of a model of random weights. */
export interface RandomCheckpoint {
  readonly family: FamilyName;
  readonly seed: number;
  readonly layers: number;
  readonly heads: number;
  /** As many as `heads` in the families whose heads share nothing: gpt2, gpt_neox and gptj. */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Need not be `heads * headDim` where config.json has a `head_dim`: llama, mistral and qwen3. */
  readonly modelDim: number;
  readonly neurons: number;
  readonly vocabulary: number;
  /** The longest prompt, in tokens. */
  readonly context: number;
  /** Of no use to gpt2, and always 10,000 in gptj. */
  readonly ropeTheta: number;
  readonly epsilon: number;
  /** True: the unembedding is the embedding, and the file has no weight of the head. */
  readonly tied: boolean;
  readonly dtype: StoredDtype;
  /** More than 1: that many files and a `model.safetensors.index.json`. */
  readonly shards: number;
  /** False: names without `model.`, `transformer.` or `gpt_neox.`, as a model without its head is saved. */
  readonly prefixed: boolean;
  /** True: also the masks and frequencies that older checkpoints of gpt2, gpt_neox and gptj hold beside the weights. */
  readonly buffers: boolean;
  /** True: gpt_neox adds attention and FFN of the layer's input; false: one after the other. */
  readonly parallel: boolean;
  /** gpt_neox: the share of a head's dimensions that turn. */
  readonly rotaryShare: number;
  /** gptj: how many of a head's dimensions turn. */
  readonly rotaryDims: number;
  /** llama: True: biases on all of attention and of the FFN, as `attention_bias` and `mlp_bias` say. */
  readonly allBiases: boolean;
  /** True: everything about rotation in `rope_parameters`, as newer configs have it. */
  readonly ropeParameters: boolean;
  /** Llama 3's scaling of the rotation, by config.json's names; undefined for none. */
  readonly ropeScaling: Readonly<Record<string, unknown>> | undefined;
  /** How many tokens one sees, itself included, in the layers of mistral, qwen2 and gemma that have a window. */
  readonly slidingWindow: number | null;
  /** Fields of config.json as they are, over all others. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What a family writes into config.json beside the fields that all of them have, and its tensors in the file's order. */
export interface RandomFamily {
  readonly config: (shape: RandomCheckpoint) => Record<string, unknown>;
  readonly tensors: (shape: RandomCheckpoint, draw: Draw) => NamedTensor[];
}

/** A named array in row-major order. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Random weights, the same for the same seed and order of calls. */
export interface Draw {
  /** Normal values. */
  readonly table: (name: string, shape: readonly number[], spread: number) => NamedTensor;
  /** [out, in] with a spread of `gain / √in`, which keeps what comes out about as large as what goes in. */
  readonly linear: (name: string, outputs: number, inputs: number, gain?: number) => NamedTensor;
  /** The same as [in, out]. */
  readonly conv1d: (name: string, outputs: number, inputs: number, gain?: number) => NamedTensor;
  /** Values near 1. */
  readonly gain: (name: string, size: number) => NamedTensor;
  /** The same less 1. */
  readonly gainFrom1: (name: string, size: number) => NamedTensor;
  /** Values of a size that matters. */
  readonly bias: (name: string, size: number) => NamedTensor;
}

export function drawFrom(seed: number): Draw {
  const normal = normalNumbers(seed);
  const tensor = (name: string, shape: readonly number[], mean: number, spread: number): NamedTensor => ({
    name,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => mean + spread * normal()),
  });
  return {
    table: (name, shape, spread) => tensor(name, shape, 0, spread),
    linear: (name, outputs, inputs, gain = 1) => tensor(name, [outputs, inputs], 0, gain / Math.sqrt(inputs)),
    conv1d: (name, outputs, inputs, gain = 1) => tensor(name, [inputs, outputs], 0, gain / Math.sqrt(inputs)),
    gain: (name, size) => tensor(name, [size], 1, 0.2),
    gainFrom1: (name, size) => tensor(name, [size], 0, 0.2),
    bias: (name, size) => tensor(name, [size], 0, 0.3),
  };
}

/** Normal numbers by Box and Muller's transform over the mulberry32 generator. */
function normalNumbers(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
