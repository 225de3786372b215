import { rowOf } from "#core/numeric/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import { attentionFactor, ffnFactor, headScale } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { forBoth, scoreOf } from "./keys.ts";
import type { KeyDirections, KeyScore } from "./keys.ts";
import { preNormScale } from "../lens/norm-scale.ts";
import type { Runner } from "../runner.ts";
import { attentionOutput, ffnOutput } from "./transfer.ts";

/** What an earlier part of the model added to the residual of a position. */
export interface Source {
  readonly kind: "embedding" | "attention" | "ffn";
  /** −1 for the embedding. */
  readonly layer: number;
}

export interface ScoredSource extends Source {
  readonly score: KeyScore;
}

/**
 * One attention layer on the way from a source to a neuron: what stands at `position` is read through the layer's norm and its
 * value and output matrices.
 */
export interface Hop {
  readonly layer: number;
  /** Only this head; left out: the whole layer, all heads. */
  readonly head?: number;
  /** Whose residual's scale the norm is frozen at. */
  readonly position: number;
  /** The position that the attention writes at; left out: the last. */
  readonly query?: number;
  /**
   * `none`: as if the layer attended to the position fully, as the authors' notebook has it. `attention`: each head weighted by its
   * attention from its query to this one (and by what it was scaled by), so that what all sources and positions hand on adds
   * up to what the model hands on.
   */
  readonly weights: "none" | "attention";
}

/**
 * What two directions behind an attention layer read before it: d' = s · γ ⊙ W_Vᵀ(w ⊙ W_Oᵀ d), s the frozen 1 / rms of the
 * layer's input at the hop's position (1 where no norm stands there), w the hop's weights. Where a norm stands behind attention, w has its
 * scale at the position that attention writes at in it, as the run has it. ⟨x, d'⟩ = ⟨W_O (w ⊙ W_V (s · x ⊙ γ)), d⟩ for every x: the transpose
 * of the way forward, so that one product reads any number of sources. Biases belong to no source and are left out.
 */
export async function throughHop(
  runner: Runner,
  run: Capture,
  hop: Hop,
  directions: KeyDirections,
): Promise<KeyDirections> {
  const { spec, weights } = runner;
  const { layer, position } = hop;
  const behind = attentionFactor(run, layer, hop.query ?? run.ids.length - 1);
  const scale = behind * preNormScale(spec, rowOf(run.layers[layer]!.residPre, position));
  const factors = Float64Array.from({ length: spec.heads }, (_, head) => scale * hopWeight(run, hop, head));
  return forBoth(directions, async (direction) => {
    const products = await weights.outputProducts(layer, direction);
    return weights.valueDirection(
      layer,
      products.map((product, i) => product * factors[Math.floor(i / spec.headDim)]!),
    );
  });
}

function hopWeight(run: Capture, hop: Hop, head: number): number {
  if (hop.head !== undefined && hop.head !== head) return 0;
  if (hop.weights === "none") return 1;
  const positions = run.ids.length;
  const row = (head * positions + (hop.query ?? positions - 1)) * positions;
  return headScale(run, { layer: hop.layer, head }) * run.layers[hop.layer]!.pattern[row + hop.position]!;
}

/** Everything that was added to a position's residual below a layer, in the order in which it was added. */
export function sourcesAt(run: Capture, position: number, belowLayer: number): (Source & { vector: Float32Array })[] {
  const embedding = { kind: "embedding" as const, layer: -1, vector: rowOf(run.layers[0]!.residPre, position) };
  return [
    embedding,
    ...Array.from({ length: belowLayer }, (_, layer) => [
      { kind: "attention" as const, layer, vector: attentionOutput(run, layer, position) },
      { kind: "ffn" as const, layer, vector: ffnOutput(run, layer, position) },
    ]).flat(),
  ];
}

/**
 * Which earlier parts feed two directions at a position: ⟨e, direction⟩ for the embedding and every attention and FFN output e
 * below a layer. They add up to the residual's own product.
 *
 * @see Yu & Ananiadou (2024), section 4.4; the authors' notebook, cells 10, 12 and 16
 */
export const traceSources = (
  run: Capture,
  place: { readonly position: number; readonly belowLayer: number },
  directions: KeyDirections,
): ScoredSource[] =>
  sourcesAt(run, place.position, place.belowLayer).map(({ kind, layer, vector }) => ({
    kind,
    layer,
    score: scoreOf(vector, directions),
  }));

export interface TracedNeuron extends NeuronId {
  readonly activation: number;
  readonly score: KeyScore;
}

/** c_k · ⟨v_k, direction⟩ of every neuron of an FFN layer at a position, c_k the coefficients: they add up to the layer's, less its bias. Cells 13, 17. */
export async function traceNeurons(
  { weights }: Runner,
  run: Capture,
  place: { readonly layer: number; readonly position: number },
  directions: KeyDirections,
): Promise<TracedNeuron[]> {
  const { layer, position } = place;
  const products = await forBoth(directions, (direction) => weights.valueProducts(layer, direction));
  const factor = ffnFactor(run, layer, position);
  return Array.from(rowOf(run.layers[layer]!.post, position), (activation, neuron) => ({
    layer,
    neuron,
    activation,
    score: {
      up: factor * activation * products.up[neuron]!,
      ...(products.gate && { gate: factor * activation * products.gate[neuron]! }),
    },
  }));
}

/**
 * A vector behind an attention layer's value-output transformation, for its tokens: `layer-frozen`, W_O W_V (s · x ⊙ γ) over all
 * heads with the norm's scale s frozen at the layer's input (the arithmetic paper's); `head-own-norm`, one head's, with the scale of
 * the vector itself (the sister paper's). Tokens of one vector depend on the heads and not on the scale; sizes across vectors do. A norm
 * behind attention is kept at its scale at the last position.
 */
export type Transformation =
  | { readonly kind: "layer-frozen"; readonly layer: number; readonly position: number }
  | { readonly kind: "head-own-norm"; readonly layer: number; readonly head: number };

export async function transformed(
  runner: Runner,
  run: Capture,
  by: Transformation,
  vectors: readonly Float32Array[],
): Promise<Float32Array[]> {
  const { spec, weights } = runner;
  const head = by.kind === "head-own-norm" ? by.head : undefined;
  const behind = attentionFactor(run, by.layer, run.ids.length - 1);
  const frozen =
    by.kind === "layer-frozen" ? preNormScale(spec, rowOf(run.layers[by.layer]!.residPre, by.position)) : undefined;
  const outputs = await weights.valueOutput(by.layer, vectors, head);
  return outputs.map((output, index) => {
    const scale = behind * (frozen ?? preNormScale(spec, vectors[index]!));
    return output.map((value) => value * scale);
  });
}
