import * as v from "valibot";
import { isRecord } from "#core/record.ts";
import { call, type } from "../call.ts";
import { EXPERIMENT_KINDS } from "../experiments.ts";
import type {
  ExperimentOutline,
  ExperimentPlan,
  ExperimentProgress,
  ExperimentRequest,
  ExperimentResult,
} from "../experiments.ts";
import { anything, list, whole } from "../fields.ts";

const REQUEST = `an experiment whose kind is one of ${EXPERIMENT_KINDS.join(", ")}`;
/** A request of some kind; whatever else it has is held to the experiment's own schema when it is fitted to the model. */
const request = v.pipe(
  v.custom<ExperimentRequest>(
    (value) => isRecord(value) && EXPERIMENT_KINDS.some((kind) => kind === value["kind"]),
    REQUEST,
  ),
  v.description(REQUEST),
);

/** Log-probabilities in nats, accuracies and drops as shares. */
export const EXPERIMENT_CALLS = {
  /** What a run would take. It runs one batch to measure. */
  planExperiment: call({ of: "experiments", takes: { request }, gives: type<ExperimentPlan>() }),
  /** Goes on from what is kept of the same request. Others go before each step. */
  runExperiment: call({
    of: "experiments",
    takes: { request },
    reports: type<ExperimentProgress>(),
    gives: type<ExperimentResult>(),
    isBackground: true,
  }),
  /** An experiment's steps, for whoever runs them one by one. */
  outlineExperiment: call({ of: "experiments", takes: { request }, gives: type<ExperimentOutline>() }),
  /** One step; `before` are the parts of the earlier steps that it reads, each in its place. The part is a plain value. */
  runStep: call({
    of: "experiments",
    takes: { request },
    options: { step: whole(0), before: list(anything, "an array with the part of each earlier step that is read") },
    gives: type<unknown>(),
  }),
  /** What is found of the parts of all steps. */
  gatherParts: call({
    of: "experiments",
    takes: { request },
    options: { parts: list(anything, "an array with the part of each step") },
    gives: type<ExperimentResult>(),
  }),
  /** Drops what is kept of a request, so that the next run begins anew. */
  forgetExperiment: call({ of: "experiments", takes: { request }, gives: type<void>() }),
};
