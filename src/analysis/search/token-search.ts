import { topIndices } from "#core/numeric/top.ts";
import type { NeuronId } from "#model/ids.ts";
import { neuronAt } from "../lens/neurons.ts";
import { chunks, rawLogits, vectorsAtOnce } from "../lens/projection.ts";
import type { Runner } from "../runner.ts";
import type { LayerIndex } from "./token-index.ts";

/** Which end of a neuron's tokens is asked about. */
export type TokenEnd = "promotes" | "suppresses";

/** A neuron and what its raw value vector does to one token. */
export interface TokenHit extends NeuronId {
  /** Logit of the token: γ ⊙ v_k through the unembedding, per unit of activation, at the norm's scale 1. */
  readonly logit: number;
  /** How many tokens the neuron promotes (or suppresses) more: 0 is its first. */
  readonly rank: number;
}

export interface TokenQuestion {
  readonly token: number;
  readonly count: number;
  readonly end: TokenEnd;
}

/**
 * The neurons that give one token the largest logit (or the smallest), of all layers, exactly: v_k · (γ ⊙ u_t) for every value
 * vector, summed in float64, one product of a layer's matrix with one vector. The rank among the neuron's other tokens is found
 * by projecting those that made the list.
 *
 * @throws what `signal` was aborted with
 */
export async function neuronsByLogit(
  runner: Runner,
  { token, count, end }: TokenQuestion,
  signal?: AbortSignal,
): Promise<TokenHit[]> {
  const { spec, weights } = runner;
  const one = new Float64Array(spec.vocabulary);
  one[token] = end === "promotes" ? 1 : -1;
  const direction = await weights.logitDirection(one);
  const products = new Float64Array(spec.layers * spec.neurons);
  for (let layer = 0; layer < spec.layers; layer++) {
    signal?.throwIfAborted();
    products.set(await weights.valueProducts(layer, direction), layer * spec.neurons);
  }
  const best = topIndices(products, count);
  const hits: TokenHit[] = [];
  for (const { from, to } of chunks(best.length, vectorsAtOnce(spec))) {
    signal?.throwIfAborted();
    const indices = best.slice(from, to);
    const neurons = indices.map((index) => neuronAt({ runner }, index));
    const logits = await rawLogits(runner, await weights.valueVectors(neurons));
    neurons.forEach((at, row) =>
      hits.push({ ...at, logit: one[token]! * products[indices[row]!]!, rank: rankOf(logits[row]!, token, end) }),
    );
  }
  return hits;
}

/** How many logits stand before a token's, equal ones by id. */
export function rankOf(logits: Float32Array, token: number, end: TokenEnd): number {
  const own = logits[token]!;
  let before = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    const isAhead = end === "promotes" ? logit > own : logit < own;
    if (isAhead || (logit === own && id < token)) before += 1;
  }
  return before;
}

/** The neurons of a layer that have the token among those kept at that end, in the layer's order. */
export function hitsInLayer(index: LayerIndex, token: number, end: TokenEnd): TokenHit[] {
  const { layer, depth } = index;
  const [ids, logits] = end === "promotes" ? [index.topIds, index.topLogits] : [index.bottomIds, index.bottomLogits];
  const hits: TokenHit[] = [];
  for (let at = ids.indexOf(token); at >= 0; at = ids.indexOf(token, at + 1)) {
    hits.push({ layer, neuron: Math.floor(at / depth), logit: logits[at]!, rank: at % depth });
  }
  return hits;
}

/** Lowest rank first; of one rank, the stronger logit. */
export const byRank = (a: TokenHit, b: TokenHit) =>
  a.rank - b.rank || Math.abs(b.logit) - Math.abs(a.logit) || a.layer - b.layer || a.neuron - b.neuron;
