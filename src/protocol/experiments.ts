import * as v from "valibot";
import type { Ablation } from "#analysis/experiments/ablation.ts";
import type { SuiteDefinition } from "#analysis/experiments/suite/suite.ts";
import type { Progress } from "./engine.ts";
import { adapters } from "./experiments/adapters.ts";
import { bias } from "./experiments/pairs/bias.ts";
import { concepts } from "./experiments/concepts.ts";
import { fitRequest, requestSchema } from "./experiments/definition.ts";
import type { FittedOf, RequestOf } from "./experiments/definition.ts";
import type { Shape } from "./experiments/fields.ts";
import { heads } from "./experiments/heads.ts";
import { helix } from "./experiments/operands/helix.ts";
import { heuristics } from "./experiments/operands/heuristics.ts";
import { memorise } from "./experiments/memorise.ts";
import { neurons } from "./experiments/neurons.ts";
import { patching } from "./experiments/pairs/patching.ts";
import { pruning } from "./experiments/pruning.ts";
import { counted } from "./experiments/schema-parts.ts";
import { stagesOverSuite } from "./experiments/stages.ts";
import { suiteReport } from "./experiments/suite-schema.ts";
import type { SuiteReport } from "./experiments/suite-schema.ts";

export type { Ablation, SuiteDefinition };
export type { AdapterFacts, AdapterFindings, NamedAdapter } from "./experiments/adapters.ts";
export type { BiasFindings, BiasNeuron } from "./experiments/pairs/bias.ts";
export type { ConceptFindings } from "./experiments/concepts.ts";
export type { HelixFindings, HelixGroup, LayerFit } from "./experiments/operands/helix.ts";
export type { HeuristicFindings, HeuristicGroup } from "./experiments/operands/heuristics.ts";
export type { PatchingFindings } from "./experiments/pairs/patching.ts";
export type { PruningFindings } from "./experiments/pruning.ts";
export type { SuiteReport, SuiteSource } from "./experiments/suite-schema.ts";

/** Every experiment by its kind, in the order in which the page offers them. All else that there is of a kind is registered by this. */
export const EXPERIMENTS = {
  heads,
  memorise,
  neurons,
  concepts,
  bias,
  patching,
  pruning,
  adapters,
  stages: stagesOverSuite,
  heuristics,
  helix,
} as const;

type Experiments = typeof EXPERIMENTS;
export type ExperimentKind = keyof Experiments;
export const EXPERIMENT_KINDS = Object.keys(EXPERIMENTS) as ExperimentKind[];

/** The request of an experiment, by its kind. */
export type RequestFor<Kind extends ExperimentKind> = Kind extends ExperimentKind
  ? { readonly kind: Kind } & RequestOf<Experiments[Kind]["fields"]>
  : never;
export type ExperimentRequest = RequestFor<ExperimentKind>;

/** A request as it is run on a model: with everything that was left out. */
export type FittedRequest<Kind extends ExperimentKind> = { readonly kind: Kind } & FittedOf<
  Experiments[Kind]["fields"]
>;

/** What an experiment finds, by its kind; of what has been run so far while it runs. */
export type ExperimentFindings = {
  readonly [Kind in ExperimentKind]: v.InferOutput<Experiments[Kind]["found"]>;
};

/** @throws Fault "bad-request" with what was found and what is needed */
export const fitted = <Kind extends ExperimentKind>(request: RequestFor<Kind>, shape: Shape) =>
  fitRequest(EXPERIMENTS[request.kind], request, shape) as unknown as FittedRequest<Kind>;

/** What an experiment will take, before it is run. */
export interface ExperimentPlan {
  readonly suite: SuiteReport;
  /** Pieces of work; each is kept in the browser once it is done. */
  readonly steps: number;
  /** Of these are kept from an earlier run. */
  readonly stepsKept: number;
  /** Prompts with something ablated or not that are run in all, as rows of batches. */
  readonly rows: number;
  /** What is left, by the batches that have been run, else by one that is run to measure; 0 where nothing is left. */
  readonly estimatedMs: number;
  /** Cases that have no other prompt of their length to take from, and so stay as they are; left out: none. */
  readonly alone?: number;
}

/** Steps `from` to `to`, which is not one of them. */
export interface StepRange {
  readonly from: number;
  readonly to: number;
}

/** An experiment taken apart, for whoever runs its steps one by one, on one machine or on many. */
export interface ExperimentOutline {
  /** SHA-256 of what is run on what: the same for the same weights, precision, cases and settings, however it is counted afterwards. */
  readonly about: string;
  readonly suite: SuiteReport;
  readonly alone?: number;
  /** Of each step: how many operations it takes about, and which earlier steps it reads. */
  readonly steps: readonly { readonly operations: number; readonly reads: readonly StepRange[] }[];
}

export type ResultFor<Kind extends ExperimentKind> = Kind extends ExperimentKind
  ? {
      readonly kind: Kind;
      readonly request: RequestFor<Kind>;
      readonly suite: SuiteReport;
      readonly found: ExperimentFindings[Kind];
      /** Steps that are in it; all of them unless it is partial. */
      readonly steps: number;
      readonly stepsInAll: number;
      /** As in `ExperimentPlan`. */
      readonly alone?: number;
    }
  : never;
export type ExperimentResult = ResultFor<ExperimentKind>;

/** A whole result of a kind, as it may be saved: every field and index that the page draws. */
export const resultSchema = (kind: ExperimentKind) => {
  const { found } = EXPERIMENTS[kind];
  return v.object({
    kind: v.literal(kind),
    request: requestSchema(EXPERIMENTS[kind]),
    found,
    suite: suiteReport,
    steps: counted,
    stepsInAll: counted,
    alone: v.exactOptional(counted),
  });
};

/** Progress of an experiment; now and then with what has been found so far. */
export interface ExperimentProgress extends Progress {
  readonly partial?: ExperimentResult;
}
