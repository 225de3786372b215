import type { Verification } from "../link/checking/verification.ts";
import type { Finding, NamedNumber, NamedResult } from "../link/finding.ts";
import type { Notice } from "../link/link-values.ts";
import type { ExperimentForm } from "./form/form.ts";

/**
 * What links and the rest of the page ask of the experiments. Behind it are definitions, schemas and results, which no first look at the
 * page needs: they come in a chunk of their own, and open the door when they are there (`behind-door.ts`).
 */
export interface ExperimentsDoor {
  /** The form as a link writes it. */
  readonly write: (form: ExperimentForm) => string;
  readonly read: (text: string, notice: Notice) => ExperimentForm | undefined;
  /** Whether a link can carry all that the form says. */
  readonly fits: (form: ExperimentForm) => boolean;
  /** What is asked now. */
  readonly asked: () => ExperimentForm;
  /** Puts another question into the form. */
  readonly ask: (form: ExperimentForm) => void;
  /** The numbers of the result that this form gave here. */
  readonly measured: () => readonly NamedNumber[] | undefined;
  /** The experiment that is shown, where the form asks for another one by now. */
  readonly earlier: () => Pick<Finding, "experiment" | "expected"> | undefined;
  /** The saved result that the page was opened with, as long as it is offered or shown. */
  readonly named: () => NamedResult | undefined;
  /** What a result of this page says to what a link claims of an experiment; undefined while there is none that does. */
  readonly check: (finding: Finding) => Verification | undefined;
  /** What is shown of every experiment: another value once some of it changed. */
  readonly shown: () => object;
  /** Tells of whatever changes in that; see `followExperimentsDoor`. @returns what ends it */
  readonly follow: (listener: () => void) => () => void;
  /** Takes what is shown of the form's experiment away. */
  readonly drop: () => void;
}

let door: ExperimentsDoor | undefined;

/** The door to the experiments; undefined as long as they are not there: then nobody has asked any. */
export const experimentsDoor = () => door;

/** Who looks at results before any can be there. */
const early = new Set<() => void>();

export function openExperimentsDoor(to: ExperimentsDoor): void {
  door = to;
  for (const follow of early) follow();
  early.clear();
}

/** Tells of whatever changes in what the experiments show, also to whom the door was still shut. @returns what ends that */
export function followExperimentsDoor(listener: () => void): () => void {
  if (door) return door.follow(listener);
  let end: (() => void) | undefined;
  const follow = () => {
    end = experimentsDoor()?.follow(listener);
    listener();
  };
  early.add(follow);
  return () => {
    early.delete(follow);
    end?.();
  };
}
