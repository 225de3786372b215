import type { Chain, ChainThresholds } from "#analysis/chain/chain.ts";
import type { MeasuredEdge } from "#analysis/chain/edges/chain-cuts.ts";
import type { KeyScore } from "#analysis/trace/keys.ts";
import type { Source } from "#analysis/trace/source-tracing.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { NeuronComparison, Progress, Token } from "./engine.ts";

/**
 * How an answer travels through the model: the calls behind the logic chain. Increases are in nats; scores are inner products with a
 * neuron's keys and have no unit.
 */

export type { Chain, ChainThresholds, KeyScore, MeasuredEdge, Source };

/** What the ways of a chain are worth one by one: each is cut alone, and everything else hears its sender as before. */
export interface ChainEdges {
  readonly target: number;
  /** log p(target) of the clean run, in nats. */
  readonly baseline: number;
  /** In the chain's order; in a partial result those that are known. */
  readonly edges: readonly MeasuredEdge[];
  /** What it costs beyond the chain, in forwards of the prompt. */
  readonly forwards: number;
}

export type ChainEdgesReport = ChainEdges | Progress;

export interface LayerValues {
  readonly target: number;
  /** [layer]; `promotes` are the tokens of what the layer writes at the last position. */
  readonly attention: ValueOf[];
  readonly ffn: ValueOf[];
}

interface ValueOf {
  readonly increase: number;
  readonly promotes: Token[];
}

export interface HeadValues {
  readonly target: number;
  /** Every head, largest increase first. */
  readonly rows: (HeadId & ValueOf)[];
}

export interface PositionValues {
  readonly target: number;
  readonly at: HeadId;
  /** [position] */
  readonly positions: (ValueOf & {
    readonly position: number;
    /** The head's attention from the last position, 0 to 1. */
    readonly attention: number;
    /** Tokens of the residual that it reads there. */
    readonly reads: Token[];
  })[];
}

/** Two prompts compared; rows as in any comparison. */
export interface PromptComparison extends NeuronComparison {
  /** log p(target) of each prompt. */
  readonly logProbability: { readonly before: number; readonly after: number };
}

export interface TransferIntoNeuron {
  readonly at: NeuronId;
  readonly layer: number;
  /** What the neuron reads of the whole residual. */
  readonly residual: KeyScore;
  /** Of the layer's attention output, its bias included. */
  readonly total: KeyScore;
  readonly byPosition: (KeyScore & {
    readonly position: number;
    /** Tokens of the residual there, and of what all heads take from there. */
    readonly reads: Token[];
    readonly writes: Token[];
  })[];
  /** Largest up + gate first. */
  readonly byHead: (KeyScore & { readonly head: number })[];
  /** [head][position] */
  readonly table: KeyScore[][];
}

export interface TracedSources {
  /** Largest up first, as in the authors' notebook; `label` is theirs: −0.5 embedding, l attention, l + 0.5 FFN. */
  readonly rows: (Source & KeyScore & { readonly label: number })[];
}

export interface TracedPositions {
  readonly layer: number;
  /** [position]; they sum to the score of the layer's output at the last position, less its bias. */
  readonly rows: (KeyScore & { readonly position: number; readonly writes: Token[] })[];
}

export interface TracedNeurons {
  readonly position: number;
  /** Largest up + gate first. */
  readonly rows: (NeuronId &
    KeyScore & {
      readonly activation: number;
      /** Tokens of activation × value vector. */
      readonly promotes: Token[];
      /** Behind the path's last attention layer, all heads, the norm's scale frozen (the arithmetic paper's way). */
      readonly throughLayer: Token[];
      /** Behind one head, with the vector's own norm (the sister paper's way); undefined if the path's last hop names no head. */
      readonly throughHead: Token[] | undefined;
    })[];
}

export interface EnhancingGraph {
  /** Value · key for each pair from a lower to a higher layer: `raw` of the model, `carried` with the sender's activation. */
  readonly edges: {
    readonly from: NeuronId;
    readonly to: NeuronId;
    readonly raw: KeyScore;
    readonly carried: KeyScore;
  }[];
  readonly lowest: NeuronId;
  /** The neurons of higher layers with the lowest on and off, at the last position. */
  readonly others: (NeuronId & { readonly before: number; readonly after: number })[];
  /** Mean of 1 − after / before over them. */
  readonly drop: number | undefined;
  /** The clean run's log p(target) − that without the lowest, in nats: above 0 it supports the target. */
  readonly effect: number;
}

export interface AttentionNeurons {
  readonly target: number;
  /** Largest increase first. */
  readonly rows: (HeadId & {
    /** Dimension of the head's value. */
    readonly dim: number;
    /** The position that it reads. */
    readonly position: number;
    readonly increase: number;
    readonly coefficient: number;
    readonly promotes: Token[];
  })[];
  readonly evaluated: number;
  readonly total: number;
  readonly certified: boolean;
}

export interface QueryNeurons {
  readonly target: number;
  /** FFN neurons that activate the value attention neurons, largest score first, in nats. */
  readonly neurons: (NeuronId & { readonly score: number })[];
  /** Layers that feed the value attention neurons and the value FFN neurons, largest first. */
  readonly layersOfAttention: (Source & { readonly score: number })[];
  readonly layersOfNeurons: (Source & { readonly score: number })[];
}
