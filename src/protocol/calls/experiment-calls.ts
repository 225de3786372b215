import * as v from "valibot";
import { isRecord } from "#core/record.ts";
import { call, type } from "../call.ts";
import { EXPERIMENT_KINDS } from "../experiments.ts";
import type { ExperimentPlan, ExperimentProgress, ExperimentRequest, ExperimentResult } from "../experiments.ts";

const REQUEST = `an experiment whose kind is one of ${EXPERIMENT_KINDS.join(", ")}`;
/** Whatever else it has is held to the experiment's own schema when it is fitted to the model. */
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
  /** Drops what is kept of a request, so that the next run begins anew. */
  forgetExperiment: call({ of: "experiments", takes: { request }, gives: type<void>() }),
};
