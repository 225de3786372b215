import type { Ablation } from "#analysis/experiments/ablation.ts";
import type { AdapterEffect, BaseAccuracy, GainingOverall } from "#analysis/experiments/adapter-table.ts";
import type { BiasCurve } from "#analysis/experiments/bias-curve.ts";
import type { ConceptLosses } from "#analysis/experiments/concept-table.ts";
import type { HeadTable, Per } from "#analysis/experiments/head-table.ts";
import type { MemoriseRow } from "#analysis/experiments/memorise-table.ts";
import type { NeuronCurves } from "#analysis/experiments/neuron-curves.ts";
import type { PairNeuron } from "#analysis/experiments/pair-neurons.ts";
import type { PruningCurve } from "#analysis/experiments/pruning-curve.ts";
import type { SuiteComplaint } from "#analysis/experiments/suite-text.ts";
import type { SuiteCase, SuiteDefinition } from "#analysis/experiments/suite.ts";
import type { CheckpointSource } from "#model/checkpoint.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { AdapterInfo, JobId, Progress, VariantOptions } from "./engine.ts";

export type { Ablation, Per, SuiteDefinition };

/** Where the cases of an experiment come from. */
export type SuiteSource =
  | {
      readonly kind: "definition";
      readonly definition: SuiteDefinition;
      /** Cases of each group; left out: all. */
      readonly count?: number;
      readonly seed: number;
    }
  /** CSV or JSON lines, as a person pastes them. */
  | { readonly kind: "pasted"; readonly text: string };

interface OfSuite extends VariantOptions {
  readonly suite: SuiteSource;
  /** Of the bootstrap, of every random control, and of the other prompts of `resample`. */
  readonly seed: number;
}

interface Counted extends OfSuite {
  /** Leaves out what the model as it is gets wrong. */
  readonly onlyCorrect: boolean;
}

/** What takes the place of what is switched off; left out: 0. */
interface Ablating {
  readonly ablation?: Ablation;
}

/** Every head off, in every case. */
export interface HeadsRequest extends Counted, Ablating {
  readonly kind: "heads";
  readonly per: Per;
}

/** Digits that are looked up against those that another column changes; the same runs as those of `heads`. */
export interface MemoriseRequest extends Counted, Ablating {
  readonly kind: "memorise";
  /** By group; left out for a group, the head that costs it most. */
  readonly heads: Readonly<Record<string, HeadId>>;
}

/** Mask, keep and loss of activation of the neurons that lose most to a head. */
export interface NeuronsRequest extends Counted, Ablating {
  readonly kind: "neurons";
  readonly head: HeadId;
  /** The counts k. */
  readonly counts: readonly number[];
  /** Random sets for each k and each answer token. */
  readonly draws: number;
  /** “Keep” empties the layers from here on; left out: the head's. */
  readonly fromLayer?: number;
}

/** Shallow neurons that speak of concepts, all of them off. */
export interface ConceptsRequest extends Counted, Ablating {
  readonly kind: "concepts";
  /** Each counts where it is one token. */
  readonly words: readonly string[];
  /** A neuron belongs to a set from so many concepts among its first tokens on: the numbers M. */
  readonly thresholds: readonly number[];
  /** Random sets for each set. */
  readonly draws: number;
  /** FFN layers below this one are searched; left out: the first half. */
  readonly belowLayer?: number;
  /** The last attention layer that a value vector is taken through; left out: `belowLayer`. */
  readonly lastAttention?: number;
}

/** Of a suite of pairs, the neurons that serve one side more than the other, scaled: what is left of the gap, and what that costs elsewhere. */
export interface BiasRequest extends OfSuite, Ablating {
  readonly kind: "bias";
  /** What should not change. */
  readonly controls: readonly SuiteSource[];
  /** The counts k; 0 changes nothing. */
  readonly counts: readonly number[];
  /** What the neurons' activations are multiplied by. */
  readonly scale: number;
  /** Random sets for each k. */
  readonly draws: number;
}

/** A neuron of the comparison across prompts; see `PairNeuron`. */
export interface BiasNeuron extends Omit<PairNeuron, "changes"> {
  /** Mean activation behind the prompts of either side. */
  readonly activations: readonly number[];
  /** The words that it separates most. */
  readonly words: readonly { readonly word: string; readonly change: number }[];
  /** What it promotes where it fires. */
  readonly tokens: readonly string[];
}

export interface BiasFindings extends BiasCurve {
  readonly neurons: readonly BiasNeuron[];
  readonly certified: boolean;
}

/** Only the neurons that matter most to some answer token stay in the deep layers. */
export interface PruningRequest extends Counted, Ablating {
  readonly kind: "pruning";
  /** Whose answer tokens the neurons are found for; `suite` is what is measured. */
  readonly foundOn: SuiteSource;
  /** What else may break. */
  readonly controls: readonly SuiteSource[];
  readonly per: Per;
  /** Neurons are ranked by what they lose with this head off; left out: by their increase. */
  readonly head?: HeadId;
  /** The counts N, of each answer token; 0 keeps none. */
  readonly counts: readonly number[];
  /** Random sets for each N. */
  readonly draws: number;
  /** The first deep layer; left out: the same share of the layers as 17 of 32. */
  readonly fromLayer?: number;
}

export interface PruningFindings extends PruningCurve {
  /** Answer tokens whose list of neurons is not proven to be the exact one, of all that neurons were found for. */
  readonly uncertified: number;
  readonly tokens: number;
}

/** An adapter and what it goes by. */
export interface NamedAdapter {
  readonly name: string;
  readonly source: CheckpointSource;
}

/** A set of LoRA adapters, each laid over the base and compared with it. Only of the base. */
export interface AdaptersRequest extends Counted {
  readonly kind: "adapters";
  readonly adapters: readonly NamedAdapter[];
  readonly per: Per;
  /** The counts k of important neurons whose growth is measured. */
  readonly counts: readonly number[];
  /** Random sets for each k and each answer token. */
  readonly draws: number;
}

/** What an adapter is, as far as it tells a result from another's; the commit where it is from a Hub. */
export interface AdapterFacts extends Pick<AdapterInfo, "layers" | "ranks" | "modules" | "parameters"> {
  readonly revision?: string;
}

/** One adapter against the base. */
export interface AdapterRow extends AdapterFacts, Omit<AdapterEffect, "neurons"> {
  readonly name: string;
  /** `owner/name@revision`, or the address. */
  readonly source: string;
  /** Those that gain most, and what they promote where they fire. */
  readonly neurons: readonly (GainingOverall & { readonly promotes: readonly string[] })[];
}

export interface AdapterFindings {
  readonly base: BaseAccuracy;
  /** Answer tokens whose important neurons were found in the base, and how many of these lists are not proven. */
  readonly tokens: number;
  readonly uncertified: number;
  /** In the order that they were asked in, as far as they have been run. */
  readonly adapters: readonly AdapterRow[];
}

export type ExperimentRequest =
  | HeadsRequest
  | MemoriseRequest
  | NeuronsRequest
  | ConceptsRequest
  | BiasRequest
  | PruningRequest
  | AdaptersRequest;
export type ExperimentKind = ExperimentRequest["kind"];

/** What shallow neurons speak of, and what their loss costs. */
export interface ConceptFindings extends ConceptLosses {
  /** Tokens that count as concepts, and words that are none. */
  readonly concepts: number;
  readonly notTokens: readonly string[];
  readonly belowLayer: number;
  readonly lastAttention: number;
  /** Neurons of the layers below `belowLayer`, of which the first `layersSearched` have been looked at. */
  readonly searched: number;
  readonly layersSearched: number;
  /** First tokens that are looked at, and the concepts that as many random tokens hold on average. */
  readonly depth: number;
  readonly byChance: number;
  /** Neurons that say most concepts behind an attention layer, with their first concepts. */
  readonly examples: readonly {
    readonly at: NeuronId;
    readonly through: number;
    readonly concepts: number;
    readonly tokens: readonly string[];
  }[];
}

/** What an experiment finds, by its kind; of what has been run so far while it runs. */
export interface ExperimentFindings {
  readonly heads: HeadTable;
  readonly memorise: readonly MemoriseRow[];
  readonly neurons: NeuronCurves;
  readonly bias: BiasFindings;
  readonly pruning: PruningFindings;
  readonly adapters: AdapterFindings;
  readonly concepts: ConceptFindings;
}

/** The cases as this model reads them. */
export interface SuiteReport {
  readonly cases: number;
  readonly groups: readonly { readonly name: string; readonly cases: number }[];
  /** The first of each group. */
  readonly examples: readonly SuiteCase[];
  readonly answerTokens: number;
  /** The same prompt and answer again: run once, counted each time. */
  readonly duplicates: number;
  /** Lines or cases that are left out, and why. */
  readonly complaints: readonly SuiteComplaint[];
}

/** What an experiment will take, before it is run. */
export interface ExperimentPlan {
  readonly suite: SuiteReport;
  /** Pieces of work; each is kept in the browser once it is done. */
  readonly steps: number;
  /** Of these are kept from an earlier run. */
  readonly stepsKept: number;
  /** Prompts with something switched off or not that are run in all, as rows of batches. */
  readonly rows: number;
  /** What is left, by the batches that have been run, else by one that is run to measure; 0 where nothing is left. */
  readonly estimatedMs: number;
  /** Cases that have no other prompt of their length to take from, and so stay as they are; left out: none. */
  readonly alone?: number;
}

export type ExperimentResult = {
  [Kind in ExperimentKind]: {
    readonly kind: Kind;
    readonly request: Extract<ExperimentRequest, { readonly kind: Kind }>;
    readonly suite: SuiteReport;
    readonly found: ExperimentFindings[Kind];
    /** Steps that are in it; all of them unless it is partial. */
    readonly steps: number;
    readonly stepsInAll: number;
    /** As in `ExperimentPlan`. */
    readonly alone?: number;
  };
}[ExperimentKind];

/** How far it is; now and then with what has been found so far. */
export interface ExperimentProgress extends Progress {
  readonly partial?: ExperimentResult;
}

/** The experiments' part of the contract; see `EngineApi`. Log-probabilities in nats, accuracies and drops as shares. */
export interface ExperimentApi {
  /** What a run would take. It runs one batch to measure. */
  planExperiment(job: JobId, request: ExperimentRequest): Promise<ExperimentPlan>;
  /** Goes on from what is kept of the same request. Others go before each step. */
  runExperiment(
    job: JobId,
    request: ExperimentRequest,
    onProgress: (progress: ExperimentProgress) => void,
  ): Promise<ExperimentResult>;
  /** Drops what is kept of a request, so that the next run begins anew. */
  forgetExperiment(job: JobId, request: ExperimentRequest): Promise<void>;
}
