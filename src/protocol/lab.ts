import type { ConceptNeuron } from "#analysis/search/concept-search.ts";
import type { PlotQuantity } from "#analysis/operand-plot.ts";
import type { TokenEnd, TokenHit } from "#analysis/search/token-search.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Progress, Token, TokenLogit } from "./engine.ts";

export type { ConceptNeuron, PlotQuantity, TokenEnd, TokenHit };

/** The index of tokens by neuron, whole. */
export interface IndexInfo {
  readonly layers: number;
  /** Tokens kept at each end of every neuron. */
  readonly depth: number;
  /** Layers that lay in the browser's storage and were checked, rather than computed. */
  readonly layersFromStorage: number;
}

export interface TokenSearchResult {
  readonly token: Token;
  readonly rows: readonly TokenHit[];
  /** By rank: how many neurons have the token among those kept; by logit: how many neurons there are. */
  readonly total: number;
}

export interface ConceptSearchResult {
  readonly concepts: readonly Token[];
  /** Words of the list that are no single token of this model. */
  readonly notTokens: readonly string[];
  readonly belowLayer: number;
  readonly lastAttention: number;
  readonly searched: number;
  /** Concepts that a neuron's first tokens would hold on average if they were drawn at random. */
  readonly byChance: number;
  /** [m]: how many of the searched neurons have at least m concepts. */
  readonly atLeast: readonly number[];
  /** Most concepts first. */
  readonly rows: readonly (Omit<ConceptNeuron, "tokens"> & { readonly tokens: readonly Token[] })[];
}

/** Cells that have just been measured: [a][b] of `values` from the first a on, NaN where there is nothing yet. */
export interface PlotProgress extends Progress {
  readonly values: readonly (readonly number[])[];
}

export interface OperandPlot {
  /** [a][b]; NaN where there is nothing to measure. */
  readonly values: readonly (readonly number[])[];
  /** The right answer's first token, "" where the operation has no whole answer. */
  readonly answers: readonly (readonly string[])[];
  /** Cells without a whole answer. */
  readonly unanswered: number;
  /** Different lengths of the prompts, in tokens: more than one where numbers are cut into several. */
  readonly lengths: readonly number[];
}

export interface NeuronGroup {
  readonly target: number;
  readonly neurons: number;
  /** How many of them in each layer, [layer]. */
  readonly perLayer: readonly number[];
  /** Tokens of Σ activation × value vector at the last position, through the run's lens. */
  readonly promotes: readonly TokenLogit[];
  readonly suppresses: readonly TokenLogit[];
  /** log p(target) of the run as it is, and with the whole group ablated. */
  readonly baseline: number;
  readonly withoutGroup: number;
  /** The same with random groups of as many neurons in each layer. */
  readonly withoutRandom: readonly number[];
  readonly randomMean: number;
  /** Standard deviation over the draws. */
  readonly randomSpread: number;
}

/** One of a neuron's keys, and the tokens whose embeddings it listens to: inner products with the normed key. */
export interface NeuronKey {
  readonly part: "gate" | "up";
  readonly raisedBy: readonly TokenLogit[];
  readonly loweredBy: readonly TokenLogit[];
}

/** A neuron as the weights have it, without a prompt. */
export interface NeuronWiring {
  readonly at: NeuronId;
  readonly keys: readonly NeuronKey[];
  /** What its value vector says behind each later attention layer. */
  readonly through: readonly {
    readonly layer: number;
    readonly promotes: readonly TokenLogit[];
    readonly suppresses: readonly TokenLogit[];
  }[];
}
