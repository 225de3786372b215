import { createStore } from "zustand/vanilla";
import { recordOf } from "#core/record-of.ts";
import type { RequestSlot } from "../requests/requests.ts";
import type { Subject } from "../subject.ts";
import type { Chain, ChainEdges } from "#protocol/chain.ts";
import type { NeuronGroup } from "#protocol/lab.ts";
import type { DirectLogits, HeadScores, LogitLens } from "#protocol/lens.ts";
import type {
  HeadInspection,
  HeadSweep,
  NeuronComparison,
  NeuronInspection,
  Prediction,
  ScoredAnswer,
  Token,
  TokenEnds,
  TopNeurons,
} from "#protocol/engine.ts";

export type { Chain } from "#protocol/chain.ts";
export type { NeuronGroup } from "#protocol/lab.ts";
export type { DirectLogits, HeadScores, LogitLens } from "#protocol/lens.ts";

export type {
  AdapterInfo,
  HeadInspection,
  HeadSweep,
  ModelInfo,
  NeuronChange,
  NeuronComparison,
  NeuronIncrease,
  NeuronInspection,
  Prediction,
  RankedToken,
  Ranking,
  ScoredAnswer,
  Token,
  TokenEnds,
  TokenLogit,
  TopNeurons,
} from "#protocol/engine.ts";

/** Everything that the page asks the engine for; one request of each kind is under way at most. */
export interface Results {
  /** The prompt as the model reads it, whole or its two ends. */
  readonly tokens: TokenEnds;
  /** The clean run. */
  readonly before: Prediction;
  /** The run with the interventions in place, and the clean one with what it gave the first tokens of this one. */
  readonly after: Prediction;
  /** Every token of an answer of several, in the clean run and with the interventions in place. */
  readonly answer: ScoredAnswer;
  readonly answerAfter: ScoredAnswer;
  readonly sweep: HeadSweep;
  /** The same with what is ablated staying ablated. */
  readonly sweepUnder: HeadSweep;
  /** That of the prompt or variant that the map is compared with. */
  readonly otherSweep: OtherSweep;
  readonly comparison: NeuronComparison;
  /** The neurons of largest increase in the clean run. */
  readonly topNeurons: TopNeurons;
  /** The residual stream in words, with the interventions in place. */
  readonly lens: LogitLens;
  /** What every part writes itself, with the interventions in place. */
  readonly direct: DirectLogits;
  /** What heads look at, whatever the prompt. */
  readonly scores: HeadScores;
  /** How the answer travels in the clean run. */
  readonly chain: Chain;
  /** The same parts with the interventions in place. */
  readonly chainAfter: Chain;
  /** That of the prompt or variant that it is compared with, with the interventions in place. */
  readonly otherChain: Chain;
  /** The chain's deep neurons ablated together, against random neurons of their layers. */
  readonly chainControl: NeuronGroup;
  /** The clean run's chain with each edge cut alone. */
  readonly chainEdges: ChainEdges;
  readonly head: HeadInspection;
  readonly neuron: NeuronInspection;
}

/** What each head is worth in another run than the page's own, which it brings with it. */
export interface OtherSweep extends HeadSweep {
  readonly tokens: readonly Token[];
  readonly token: Token;
}

export type ResultKind = keyof Results;

/** One kind of result: the latest answer, which may be to an earlier question, and what is being asked. */
export interface Slot<T> extends RequestSlot<T> {
  /** The whole answer before `value`, to look at (dimmed) where a partial one has no numbers yet. */
  readonly previous: T | undefined;
  /** What that was about. */
  readonly previousAbout: Subject | undefined;
  /** The question that `value` answers, "" for none. */
  readonly answers: string;
  /** What `value` was asked of; undefined exactly where there is no value. */
  readonly about: Subject | undefined;
  /** The question asked last, "" for none. */
  readonly asked: string;
  /** True: `value` was shipped with the page and not computed here. */
  readonly isRecorded: boolean;
}

export type Slots = { readonly [K in ResultKind]: Slot<Results[K]> };

export const EMPTY_SLOT: Slot<never> = {
  value: undefined,
  previous: undefined,
  previousAbout: undefined,
  answers: "",
  about: undefined,
  asked: "",
  status: "idle",
  progress: undefined,
  isRecorded: false,
};

/** Kinds of results in the order in which they are asked: the answer first, then what explains it. */
export const RESULT_KINDS = [
  "tokens",
  "before",
  "after",
  "answer",
  "answerAfter",
  "head",
  "neuron",
  "chain",
  "chainAfter",
  "otherChain",
  "chainControl",
  "chainEdges",
  "lens",
  "direct",
  "scores",
  "comparison",
  "topNeurons",
  "sweep",
  "sweepUnder",
  "otherSweep",
] as const satisfies readonly ResultKind[];

const empty = (): Slots => recordOf(RESULT_KINDS, () => EMPTY_SLOT);

export const results = createStore<Slots>(empty);

export function patchSlot<K extends ResultKind>(kind: K, patch: Partial<Slot<Results[K]>>): void {
  results.setState((slots) => ({ [kind]: { ...slots[kind], ...patch } }));
}

export const clearResults = () => results.setState(empty(), true);

/** The shown answer is to an earlier question, and a newer one is wanted. */
export const isStale = (slot: Slot<unknown>) =>
  slot.value !== undefined && !slot.isRecorded && slot.answers !== slot.asked;
