import { createStore } from "zustand/vanilla";
import { recordOf } from "#core/record-of.ts";
import { EXPERIMENT_KINDS } from "#protocol/experiments.ts";
import type { ExperimentKind, ExperimentPlan, ExperimentResult } from "#protocol/experiments.ts";
import type { RequestSlot } from "../requests/requests.ts";
import type { Subject } from "../subject.ts";
import type { ExperimentForm } from "./form/form.ts";
import type { SavedOrigin } from "./result-file.ts";

/** The model that answered, and what was asked of it. */
export interface ExperimentOrigin {
  readonly about: Subject;
  readonly form: ExperimentForm;
}

/** One experiment as it stands; what was asked of its result is in that. */
export interface ExperimentSlot extends RequestSlot<ExperimentResult> {
  /** Of what this page computed: whose numbers `value` are, and the form that asked for it. */
  readonly from: ExperimentOrigin | undefined;
  /** Of what came from a file: what the file says of itself. Such a result checks nothing, and is not this page's model's. */
  readonly saved: SavedOrigin | undefined;
  /** What the form would take; undefined while it is being found out. */
  readonly plan: ExperimentPlan | undefined;
  /** The form of the run that was started last; undefined before one was, or once a file took its place. */
  readonly ran: ExperimentForm | undefined;
}

export type ExperimentSlots = { readonly [Kind in ExperimentKind]: ExperimentSlot };

export const EMPTY: ExperimentSlot = {
  value: undefined,
  from: undefined,
  saved: undefined,
  plan: undefined,
  ran: undefined,
  status: "idle",
  progress: undefined,
};

export const experiments = createStore<ExperimentSlots>(() => recordOf(EXPERIMENT_KINDS, () => EMPTY));

/** Empties what was found on a model, which goes with it; what came from a file is of no model here, and stays. */
export const emptyOfModel = () =>
  experiments.setState((slots) =>
    recordOf(EXPERIMENT_KINDS, (kind) => {
      const { value, saved, status } = slots[kind];
      return saved && status === "done" ? { ...EMPTY, value, saved, status } : EMPTY;
    }),
  );
