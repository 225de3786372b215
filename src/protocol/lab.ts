import type { ConceptNeuron } from "#analysis/concept-search.ts";
import type { PlotQuantity } from "#analysis/operand-plot.ts";
import type { Operation } from "#analysis/operation.ts";
import type { TokenEnd, TokenHit } from "#analysis/token-search.ts";
import type { NeuronId } from "#model/ids.ts";
import type {
  JobId,
  Progress,
  Prompt,
  RunOptions,
  TargetOptions,
  Token,
  TokenLogit,
  VariantOptions,
} from "./engine.ts";

export type { ConceptNeuron, PlotQuantity, TokenEnd, TokenHit };

/** The index of tokens by neuron, whole. */
export interface IndexInfo {
  readonly layers: number;
  /** Tokens kept at each end of every neuron. */
  readonly depth: number;
  /** Layers that lay in the browser's storage and were checked, rather than computed. */
  readonly layersFromStorage: number;
}

export interface TokenSearch extends VariantOptions {
  readonly token: number;
  readonly count: number;
  /** `logit`: the strongest; `rank`: those in which the token stands first. */
  readonly by: "logit" | "rank";
  readonly end: TokenEnd;
}

export interface TokenSearchResult {
  readonly token: Token;
  readonly rows: readonly TokenHit[];
  /** By rank: how many neurons have the token among those kept; by logit: how many neurons there are. */
  readonly total: number;
}

export interface ConceptSearchOptions extends VariantOptions {
  /** Words and signs; each counts where it is one token, with or without a space before it. */
  readonly words: readonly string[];
  /** At least this many concepts among a neuron's first tokens: the paper's “more than M” is M + 1 here. */
  readonly atLeast: number;
  /** FFN layers searched: those below this; left out: the lower half. */
  readonly belowLayer?: number;
  /** The last attention layer looked through; left out: the one at `belowLayer`. */
  readonly lastAttention?: number;
  /** How many neurons are listed; the counts are of all. */
  readonly count: number;
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

export interface OperandPlotOptions extends RunOptions, VariantOptions {
  /** A prompt with `{a}` and `{b}` in it, each at least once. */
  readonly template: string;
  readonly operation: Operation;
  /** Both ends included. */
  readonly a: OperandRange;
  readonly b: OperandRange;
  readonly quantity: PlotQuantity;
}

export interface OperandRange {
  readonly from: number;
  readonly to: number;
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

export interface NeuronGroupOptions extends RunOptions, TargetOptions {
  readonly neurons: readonly NeuronId[];
  /** Random groups to compare with; left out: 5. */
  readonly draws?: number;
  readonly seed?: number;
}

export interface NeuronGroup {
  readonly target: number;
  readonly neurons: number;
  /** How many of them in each layer, [layer]. */
  readonly perLayer: readonly number[];
  /** Tokens of Σ activation × value vector at the last position, through the run's lens. */
  readonly promotes: readonly TokenLogit[];
  readonly suppresses: readonly TokenLogit[];
  /** log p(target) of the run as it is, and with the whole group off. */
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

/** The neuron lab's part of the contract; see `EngineApi`. */
export interface LabApi {
  /** Finds what is missing of the index, in the background: every other call goes first. */
  buildIndex(job: JobId, options: VariantOptions, onProgress: (progress: Progress) => void): Promise<IndexInfo>;
  /** By rank it needs the index, and builds what is missing of it. */
  searchNeurons(job: JobId, options: TokenSearch, onProgress: (progress: Progress) => void): Promise<TokenSearchResult>;
  searchConcepts(
    job: JobId,
    options: ConceptSearchOptions,
    onProgress: (progress: Progress) => void,
  ): Promise<ConceptSearchResult>;
  operandPlot(job: JobId, options: OperandPlotOptions, onCells: (progress: PlotProgress) => void): Promise<OperandPlot>;
  neuronGroup(job: JobId, prompt: Prompt, options: NeuronGroupOptions): Promise<NeuronGroup>;
  neuronWiring(job: JobId, at: NeuronId, options: VariantOptions & { readonly count?: number }): Promise<NeuronWiring>;
}
