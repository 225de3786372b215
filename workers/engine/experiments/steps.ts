import type { ExperimentFindings, ExperimentKind, FittedRequest } from "#protocol/experiments.ts";
import { adapterSteps } from "./adapter-steps.ts";
import { biasSteps } from "./pairs/bias-steps.ts";
import { conceptSteps } from "./concept-steps.ts";
import type { ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import { headSteps, memoriseSteps } from "./head-steps.ts";
import { helixSteps } from "./operands/helix-steps.ts";
import { heuristicSteps } from "./operands/heuristic-steps.ts";
import { neuronSteps } from "./neuron-steps.ts";
import { patchSteps } from "./pairs/patch-steps.ts";
import { pruningSteps } from "./pruning-steps.ts";
import { stageSteps } from "./stage-steps.ts";
import type { ReadCase } from "./suite-reader.ts";

/** What an experiment runs, its own parts being plain values of any kind. */
type StepsOf<Kind extends ExperimentKind> = (
  on: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<Kind>,
) => Made<ExperimentFindings[Kind]> | Promise<Made<ExperimentFindings[Kind]>>;
type Made<Found> = ExperimentSteps<unknown, Found>;

const STEPS: { readonly [Kind in ExperimentKind]: StepsOf<Kind> } = {
  heads: headSteps,
  memorise: memoriseSteps,
  neurons: neuronSteps,
  concepts: conceptSteps,
  bias: biasSteps,
  patching: patchSteps,
  pruning: pruningSteps,
  adapters: adapterSteps,
  stages: stageSteps,
  heuristics: heuristicSteps,
  helix: helixSteps,
};

/** The steps of a request; their parts are only kept and handed back. */
export const stepsOf = <Kind extends ExperimentKind>(
  on: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<Kind>,
) => STEPS[request.kind](on, cases, request);
