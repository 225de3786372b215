import type { Backend, Dtype } from "../checkpoint.ts";
import type { ModelSpec } from "../spec.ts";

/** What of a model takes memory, in bytes, before any of its weights is read. */
export interface Footprint {
  /** What the sessions hold of weights: every part but the embedding's tables, which stay in storage. */
  readonly heldBytes: number;
  /** The largest part: it is in memory once more while its session is made. */
  readonly largestPartBytes: number;
  /** The widest product's weights as float32, at most a slice of them: WASM expands them to multiply, and keeps the room. */
  readonly expandedBytes: number;
  readonly vocabulary: number;
}

/** Everything of a spec that a footprint follows from. */
export type ModelShape = Pick<
  ModelSpec,
  "layers" | "heads" | "kvHeads" | "headDim" | "modelDim" | "neurons" | "vocabulary" | "context" | "tied"
> & {
  /** Matrices of a layer's FFN: gate, up and down, or up and down. */
  readonly ffnMatrices: 2 | 3;
  readonly hasLearnedPositions: boolean;
};

/** Bits that a weight takes in memory: its code, and its share of a block's float32 scale. What a file holds as numbers is float32 in `stored`. */
const HELD_BITS = { q4: 5, q8: 9, f32: 32, stored: 32 } as const satisfies Record<Dtype, number>;

/** Wider products are made in slices of this. */
export const MAX_EXPANDED_BYTES = 64 * 2 ** 20;

/**
 * What one page gets of a device, in bytes, while other pages and programs are open: half of what it has.
 *
 * @param deviceMemory `navigator.deviceMemory`, in GiB
 */
export const deviceShareBytes = (deviceMemory: number): number => (deviceMemory * 2 ** 30) / 2;

/** The runtime's memory is addressed with 32 bits; a quarter of it is left for activations and its own needs. */
export const MAX_WASM_BYTES = 3 * 2 ** 30;

/**
 * How many weights a model of that shape has, biases and gains aside: V·d·(1 tied, else 2) + L·d·(2·(H + K)·dh + m·N), and C·d where
 * positions are learned; m matrices of the FFN.
 */
export const parametersOf = (shape: ModelShape): number =>
  blockWeights(shape) * shape.layers +
  shape.vocabulary * shape.modelDim * (shape.tied ? 1 : 2) +
  (shape.hasLearnedPositions ? shape.context * shape.modelDim : 0);

/** The footprint that a shape will have. What a checkpoint's own headers say is exact, and is taken where they have been read. */
export function footprintOf(shape: ModelShape, bits: number): Footprint {
  const block = (blockWeights(shape) * bits) / 8;
  const unembedding = (shape.vocabulary * shape.modelDim * bits) / 8;
  return {
    heldBytes: block * shape.layers + unembedding,
    largestPartBytes: Math.max(block, unembedding),
    expandedBytes: expandedBytes([widestOf(shape), shape.vocabulary * shape.modelDim], bits),
    vocabulary: shape.vocabulary,
  };
}

/** @param weights of each product */
export function expandedBytes(weights: readonly number[], bits: number): number {
  const widest = 4 * Math.max(...weights);
  return bits === 32 ? widest : Math.min(widest, MAX_EXPANDED_BYTES);
}

export const heldBits = (dtype: Dtype): number => HELD_BITS[dtype];

function blockWeights({ heads, kvHeads, headDim, modelDim, neurons, ffnMatrices }: ModelShape): number {
  return modelDim * (headDim * 2 * (heads + kvHeads) + ffnMatrices * neurons);
}

/** The FFN's first product or attention's, whichever is wider. */
const widestOf = ({ heads, kvHeads, headDim, modelDim, neurons, ffnMatrices }: ModelShape): number =>
  modelDim * Math.max((ffnMatrices - 1) * neurons, (heads + 2 * kvHeads) * headDim);

/** The page, its worker, the compiled runtime and the rows on their way, whatever the model. */
const PAGE_BYTES = 440e6;
/** The runtime's own memory before it holds a weight. */
const RUNTIME_BYTES = 17e6;
/** The runtime's memory grows by a fifth at a time, and every graph has nodes and shapes beside its weights. */
const HELD_SHARE = 1.3;
const EXPANDED_SHARE = 1.2;
/** The tokenizer's tables, the names of the tokens, logits. */
const BYTES_PER_TOKEN = 1_200;
/** Factor on what lies in a GPU's buffers: these are rounded up, and activations stay beside them. */
const GPU_SHARE = 1.1;

/** The runtime's own memory on WASM, in bytes: 17 MB + 1.3 · held + 1.2 · expanded. */
export const runtimeBytes = ({ heldBytes, expandedBytes: expanded }: Footprint): number =>
  RUNTIME_BYTES + HELD_SHARE * heldBytes + EXPANDED_SHARE * expanded;

/**
 * The most memory that a tab takes to load a model, answer and sweep its heads, in bytes, with V tokens in the vocabulary:
 *
 *     WASM    440 MB + 1.2 kB · V + largest part + 17 MB + 1.3 · held + 1.2 · expanded
 *     WebGPU  440 MB + 1.2 kB · V + largest part + 17 MB + 1.3 · largest part + 1.1 · held
 *
 * On WebGPU what is held lies in the graphics processor's memory, which on most machines is the machine's own; each part passes through
 * the runtime's. What the terms are and what they were measured on is in docs/memory.md.
 */
export function peakBytes(footprint: Footprint, backend: Backend): number {
  const { heldBytes, largestPartBytes, vocabulary } = footprint;
  const always = PAGE_BYTES + BYTES_PER_TOKEN * vocabulary + largestPartBytes;
  if (backend === "wasm") return always + runtimeBytes(footprint);
  return always + RUNTIME_BYTES + HELD_SHARE * largestPartBytes + GPU_SHARE * heldBytes;
}
