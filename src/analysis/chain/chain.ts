import type { HeadId, NeuronId } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";

/**
 * The logic chain of one prompt as plain data: what figure 1 of Yu & Ananiadou (2024) draws, with a number on everything.
 * It is computed from a model, or written down from published numbers; what a source does not say is undefined, never 0.
 *
 * Layers, heads, neurons and positions count from 0. Log-probabilities, increases and effects are in nats; an effect is what log p(target)
 * loses when something is ablated (`effectOf`), so that above 0 it supports the target.
 */
export interface Chain {
  /** As it was asked; undefined if it was asked as token ids. */
  readonly prompt: string | undefined;
  /** The model's tokens, BOS included; a token's place here is its position. */
  readonly tokens: readonly ChainToken[];
  /** Whose probability is explained: the clean run's most probable token unless another was asked for. */
  readonly target: ChainToken;
  /** log p(target), in nats: of the clean run, or of the run with interventions that the chain is shown in. */
  readonly baseline: number;
  /** 1 / rms (LayerNorm: 1 / deviation) of the clean run's final residual, which the lens freezes for everything. */
  readonly scale: number | undefined;
  /** Depth and width of the model: for axes and for words such as "layer 3 of 6". */
  readonly model: { readonly layers: number; readonly heads: number; readonly neurons: number };
  /** In this order: enhancing, transferring, predicting, prediction enhancing. A stage without evidence is there and says so. */
  readonly stages: readonly ChainStage[];
  /** Nodes of the stages with evidence, the embeddings that they read, and the prediction. */
  readonly nodes: readonly ChainNode[];
  /** Both ends are among `nodes`. */
  readonly edges: readonly ChainEdge[];
  /** The prediction before and after the predicting head is ablated; undefined where no head was found. */
  readonly ablation: ChainAblation | undefined;
  /** The deep neuron whose keys `enhances` and `transfers` are measured by; undefined where there is none. */
  readonly reference: NeuronId | undefined;
  /** Those that chose the nodes; undefined for what was chosen by people. */
  readonly thresholds: ChainThresholds | undefined;
  readonly provenance: ChainProvenance;
}

export type ChainProvenance =
  | { readonly kind: "computed" }
  /** Recorded by others on a model that does not run here; `source` names paper and files. */
  | { readonly kind: "published"; readonly model: string; readonly source: string };

export interface ChainToken {
  /** Undefined where only the text is published. */
  readonly id: number | undefined;
  /** As the vocabulary writes it. */
  readonly text: string;
}

/** The paper's names of the stages; the first is the leftmost band. */
export const STAGE_NAMES = [
  "feature-enhancing",
  "feature-transferring",
  "feature-predicting",
  "prediction-enhancing",
] as const;

export type StageName = (typeof STAGE_NAMES)[number];

export interface ChainStage {
  readonly name: StageName;
  /** True if every criterion holds. In a published chain: as the authors say. */
  readonly hasEvidence: boolean;
  /** What decided, each with its threshold, in the order in which they were asked; none in a published chain. */
  readonly criteria: readonly Criterion[];
  /**
   * Ids of the stage's nodes, most important first; empty without evidence. Deep neurons stand with prediction enhancing if that has
   * evidence, else with the head that raises them. Embeddings stand with feature enhancing, or in no stage if that has no evidence:
   * they are the prompt, and are drawn wherever something reads them.
   */
  readonly nodes: readonly string[];
  /** The numbers of the stage's sentence; undefined if an earlier stage already had no evidence, so that nothing was measured. */
  readonly evidence: StageEvidence | undefined;
}

/** One comparison that a stage has to pass: `value` at least `threshold`. */
export interface Criterion {
  readonly measure: CriterionMeasure;
  /** In the measure's unit; undefined where there was nothing to measure, which fails. */
  readonly value: number | undefined;
  readonly threshold: number;
  readonly holds: boolean;
}

/**
 * - `head-effect`, nats: how much log p(target) falls without the predicting head
 * - `promoting-share`, 0 to 1: of the neurons that lose most without the head, how many promote the target
 * - `shallow-layers`, a count: how many layers lie below the predicting head's
 * - `transferred-share`, 0 to 1: what a shallow attention layer moved from one position to another, of all that the head reads
 * - `transferred-measured`, no unit: with that layer ablated where it writes, how much goes of what the head says beyond what it says
 *   ablated; 1 is all of it, below 0 the head says more
 * - `shallow-share`, 0 to 1: what the strongest shallow FFN neuron wrote, of one position's feature
 * - `deep-neurons`, a count: deep neurons that the head raises and that lose at least `neuronChange` without it
 * - `deep-layers`, a count: in how many layers they stand
 * - `enhancing-drop`, 0 to 1: how much the higher deep neurons' activations fall when the lowest one is off, on average
 * - `stage-effect`, nats: how much log p(target) falls without the stage's parts: all shallow neurons, the heads of all layers that
 *   transfer, or the lowest deep neuron. Parts whose loss helps the answer are no stage on its way
 */
export type CriterionMeasure =
  | "head-effect"
  | "promoting-share"
  | "transferred-share"
  | "transferred-measured"
  | "shallow-layers"
  | "shallow-share"
  | "deep-neurons"
  | "deep-layers"
  | "enhancing-drop"
  | "stage-effect";

export type StageEvidence = EnhancingEvidence | TransferringEvidence | PredictingEvidence | PredictionEnhancingEvidence;

export interface EnhancingEvidence {
  readonly stage: "feature-enhancing";
  /** Shallow neurons shown. */
  readonly neurons: number;
  /** Those of them whose tokens name the word at their position only after the value-output transformation. */
  readonly hiddenInterpretable: number | undefined;
  /** Positions whose features they enhance. */
  readonly positions: readonly number[];
  /** Of all of them off together; measured. */
  readonly effect: number | undefined;
}

export interface TransferringEvidence {
  readonly stage: "feature-transferring";
  /**
   * Strongest first. `share` is the layer's part of what the head reads at `at`, 0 to 1; `positions` are those that it carries from.
   * The paper's case is `at` the last position.
   */
  readonly layers: readonly {
    readonly layer: number;
    readonly at: number;
    readonly share: number | undefined;
    readonly positions: readonly number[];
  }[];
  /** Of the heads of all of them off together; measured. */
  readonly effect: number | undefined;
}

export interface PredictingEvidence {
  readonly stage: "feature-predicting";
  readonly head: HeadId;
  /** Of the head: above 0 if the answer needs it. */
  readonly effect: number;
  /** The heads that follow in the sweep, largest effect first. */
  readonly runnersUp: readonly { readonly head: HeadId; readonly effect: number }[];
  /** How many neurons of the comparison were looked at, and how many of them promote the target; 0 where no head was worth it. */
  readonly compared: number;
  readonly promoting: number;
  /** The tokens that count as the target: itself and its other spellings as far as they are known. */
  readonly spellings: readonly ChainToken[];
}

/** The head that a chain is drawn of, with what was held against it; undefined where none predicts. */
export function predictingEvidence({ stages }: Pick<Chain, "stages">): PredictingEvidence | undefined {
  const stage = stages.find(({ name }) => name === "feature-predicting");
  return stage?.hasEvidence && stage.evidence?.stage === "feature-predicting" ? stage.evidence : undefined;
}

export interface PredictionEnhancingEvidence {
  readonly stage: "prediction-enhancing";
  readonly neurons: number;
  /** The deep neuron of the lowest layer, of several the one that loses most. */
  readonly lowest: NeuronId | undefined;
  /** Mean over the higher ones of 1 − activation without the lowest / activation, 0 to 1 (below 0: they rise); measured. */
  readonly drop: number | undefined;
  /** Of the lowest; measured. */
  readonly effect: number | undefined;
}

/**
 * - `embedding`: the word's own vector at its position, before any layer
 * - `shallow-neuron`: an FFN neuron below the predicting head, at its position
 * - `attention-layer`: a whole attention layer below the predicting head, writing at a position that the head reads; one that writes at
 *   several is a node at each, all of which are ablated as one
 * - `head`: the predicting head, at the last position
 * - `deep-neuron`: an FFN neuron from the predicting head's layer on, at the last position
 * - `prediction`: the distribution at the end
 */
export type ChainNodeKind = "embedding" | "shallow-neuron" | "attention-layer" | "head" | "deep-neuron" | "prediction";

export interface ChainNode {
  /** Unique in the chain: `E@2`, `L12N4072@2`, `L15A` (`L15A@3` where it does not write at the last position), `L17H22`, `L28N3696`, `prediction`. */
  readonly id: string;
  readonly kind: ChainNodeKind;
  /** Undefined for `embedding` and `prediction`. */
  readonly layer: number | undefined;
  /** Which neuron or head of the layer; undefined for the other kinds. */
  readonly index: number | undefined;
  /** The row it is drawn in: where it writes. */
  readonly position: number;
  /** Of an embedding: the word at its position, as the vocabulary writes it. */
  readonly word: string | undefined;
  /** Top tokens of what it writes: of activation × value vector for a neuron, so the activation's sign counts. */
  readonly promotes: readonly ChainToken[];
  /** The same after the value-output transformation of the attention layer that carries it on; only of what is carried. */
  readonly transformed: readonly ChainToken[] | undefined;
  /** Log-probability increase at the last position, in nats with its sign; undefined for what writes elsewhere. */
  readonly contribution: number | undefined;
  /** A neuron's activation at its position, in the clean run. */
  readonly activation: number | undefined;
  /** A deep neuron's change in the comparison: its increase with the head on minus with it off, in nats. */
  readonly change: number | undefined;
  /** The clean run's log p(target) − that with the node ablated (everything in `switchOff` at 0, at every position); measured. */
  readonly effect: number | undefined;
  /** What takes it out; empty for what cannot be switched: embedding and prediction. */
  readonly switchOff: readonly Intervention[];
}

/**
 * - `enhances`: embedding or shallow neuron → attention layer, or straight to the head where it reads the position itself
 * - `transfers`: attention layer → head, one edge for each position that the layer moved something from
 * - `predicts`: head → deep neuron
 * - `amplifies`: deep neuron → deep neuron of a higher layer
 * - `promotes`: deep neuron or head → prediction
 */
export type ChainEdgeKind = "enhances" | "transfers" | "predicts" | "amplifies" | "promotes";

export interface ChainEdge {
  /** Node ids. */
  readonly from: string;
  readonly to: string;
  readonly kind: ChainEdgeKind;
  /** The position that attention reads for this edge; undefined where nothing is moved between positions. */
  readonly position: number | undefined;
  /**
   * What the edge is claimed to carry, with its sign. `promotes`: the log-probability increase, in nats. All others: ± up ± gate, an
   * inner product of what is sent with a deep neuron's keys (no unit), each with the sign that the neuron's own key has, so that above 0
   * means towards where the neuron stands: the receiver's own keys for `predicts` and `amplifies`, those of the reference neuron (the
   * deep one of the lowest layer) for `enhances` and `transfers`. Undefined where it is published that there is something, and not
   * how much.
   */
  readonly claimed: number | undefined;
  /** Its parts: with the up key (in an FFN without a gate, with the only key) and with the gate key (undefined there). */
  readonly up: number | undefined;
  readonly gate: number | undefined;
  /** |claimed| over the sum of |claimed| of everything of that kind into the receiver, shown or not: 0 to 1. */
  readonly share: number | undefined;
  /** Where the head reads the position itself: the share of all that it reads that comes from there, 0 to 1; undefined elsewhere. */
  readonly placeShare: number | undefined;
  /** What happened when the sender was ablated, where that was run. */
  readonly measured: EdgeMeasurement | undefined;
  /** What this way alone is worth, where it was cut; left out: nobody asked. */
  readonly path?: PathEffect | undefined;
}

/** One edge cut: the sender is taken away for the receiver alone, and everything else hears it as before. */
export interface PathEffect {
  /** The clean run's log p(target) − that with the edge cut, in nats: above 0 the edge supports the target. */
  readonly effect: number;
  /** Of a receiving neuron, with the edge and without it. */
  readonly activation?: { readonly before: number; readonly after: number } | undefined;
}

/**
 * The receiver with and without the sender. `activation`: the receiving neuron's activation at the last position.
 * `log-probability`: log p(target), in nats. It includes every other way from the sender to the receiver, which the claimed
 * contribution leaves out; the two need not agree, and for `enhances` and `transfers` they do not even have the same unit.
 */
export interface EdgeMeasurement {
  readonly quantity: "activation" | "log-probability";
  readonly before: number;
  readonly after: number;
}

export interface ChainAblation {
  readonly head: HeadId;
  /** Most probable first: the first ten of both runs in each, as far as they are known. */
  readonly before: readonly ChainRankedToken[];
  readonly after: readonly ChainRankedToken[];
  /** log p(target), in nats. */
  readonly targetBefore: number;
  readonly targetAfter: number;
}

export interface ChainRankedToken extends ChainToken {
  /** 0 to 1; undefined where only the order is published. */
  readonly probability: number | undefined;
}

/** The thresholds of a chain that a person can move; each is a least value. */
export interface ChainThresholds {
  /** How far log p(target) has to fall without a head for it to be a predicting head, in nats. */
  readonly headEffect: number;
  /** Of the compared neurons, the share that has to promote the target, 0 to 1. */
  readonly promotingShare: number;
  /** What a deep neuron has to lose without the head, and the answer without the parts of any stage but the third, in nats. */
  readonly neuronChange: number;
  /** The share of what the head reads that a shallow attention layer or a position has to carry to be shown, 0 to 1. */
  readonly transferShare: number;
  /** The share of a transferred feature that a shallow neuron or embedding has to write to be shown, 0 to 1. */
  readonly shallowShare: number;
  /** How far the higher deep neurons have to fall without the lowest, on average, 0 to 1. */
  readonly enhancingDrop: number;
}
