import { createStore } from "zustand/vanilla";
import type { RequestSlot, ValuesOf } from "../requests/requests.ts";
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

/** What each head is worth in another run than the page's own, which it brings with it. */
export interface OtherSweep extends HeadSweep {
  readonly tokens: readonly Token[];
  readonly token: Token;
}

const nothing = <T>(): Slot<T> => EMPTY_SLOT;

/** The two slots of what is asked of the clean run and, where parts are ablated, of the run with the interventions in place: `name` and `nameAblated`. */
const both = <Name extends Paired, T>(name: Name, slot: Slot<T>) =>
  ({ [name]: slot, [kindIn(name, true)]: slot }) as { readonly [Kind in Name | Ablated<Name>]: Slot<T> };

/** What is asked of both runs. */
export type Paired = "prediction" | "answer" | "chain" | "sweep";
type Ablated<Name extends Paired> = `${Name}Ablated`;

/** The kind that holds the answer to a question in the run with the interventions in place, or in the clean one. */
export const kindIn = <Name extends Paired>(name: Name, isAblated: boolean): Name | Ablated<Name> =>
  isAblated ? `${name}Ablated` : name;

/**
 * Everything that the page asks the engine for, in the order in which it is asked: the answer first, then what explains it. One request of each
 * kind is under way at most.
 */
const EMPTY = {
  /** The prompt as the model reads it, whole or its two ends. */
  tokens: nothing<TokenEnds>(),
  /** The ablated run's brings the clean one with what it gave the first tokens of this one. */
  ...both("prediction", nothing<Prediction>()),
  /** Every token of an answer of several. */
  ...both("answer", nothing<ScoredAnswer>()),
  head: nothing<HeadInspection>(),
  neuron: nothing<NeuronInspection>(),
  /** How the answer travels: the clean run's parts, in the ablated run too. */
  ...both("chain", nothing<Chain>()),
  /** The chain of the prompt or variant that the page's own is compared with, with the interventions in place. */
  otherChain: nothing<Chain>(),
  /** The chain's deep neurons ablated together, against random neurons of their layers. */
  chainControl: nothing<NeuronGroup>(),
  /** The clean run's chain with each edge cut alone. */
  chainEdges: nothing<ChainEdges>(),
  /** The residual stream in words, with the interventions in place. */
  lens: nothing<LogitLens>(),
  /** What every part writes itself, with the interventions in place. */
  direct: nothing<DirectLogits>(),
  /** What heads look at, whatever the prompt. */
  scores: nothing<HeadScores>(),
  comparison: nothing<NeuronComparison>(),
  /** The neurons of largest increase in the clean run. */
  topNeurons: nothing<TopNeurons>(),
  /** The map of heads; the ablated run's has each head ablated besides. */
  ...both("sweep", nothing<HeadSweep>()),
  /** The map of the prompt or variant that the page's own is compared with. */
  otherSweep: nothing<OtherSweep>(),
};

export type Slots = Readonly<typeof EMPTY>;
export type ResultKind = keyof Slots;
export type Results = ValuesOf<Slots>;

export const RESULT_KINDS = Object.keys(EMPTY) as readonly ResultKind[];

export const results = createStore<Slots>(() => EMPTY);

export function patchSlot<K extends ResultKind>(kind: K, patch: Partial<Slot<Results[K]>>): void {
  results.setState((slots) => ({ [kind]: { ...slots[kind], ...patch } }));
}

export const clearResults = () => results.setState(EMPTY, true);

/** The shown answer is to an earlier question, and a newer one is wanted. */
export const isStale = (slot: Slot<unknown>) =>
  slot.value !== undefined && !slot.isRecorded && slot.answers !== slot.asked;
