import type { Verification } from "../link/checking/verification.ts";
import type { Finding, NamedNumber } from "../link/finding.ts";
import { checkExperiment, experimentClaims } from "./claims.ts";
import { openExperimentsDoor } from "./door.ts";
import { readForm } from "./form/form-link.ts";
import { editExperiment, experimentForm, fitsInLink, writeForm } from "./form/form.ts";
import { namedResult } from "./linked-result.ts";
import { dropResult } from "./runs.ts";
import { experiments } from "./slots.ts";

openExperimentsDoor({
  write: writeForm,
  read: readForm,
  fits: fitsInLink,
  asked: experimentForm.getState,
  ask: editExperiment,
  measured,
  earlier,
  named: namedResult,
  check,
  shown: experiments.getState,
  follow: (listener) => experiments.subscribe(listener),
  drop: () => dropResult(experimentForm.getState().kind),
});

function measured(): readonly NamedNumber[] | undefined {
  const form = experimentForm.getState();
  const { value, from, status } = experiments.getState()[form.kind];
  const isOfForm = from !== undefined && writeForm(from.form) === writeForm(form);
  return isOfForm && value && status === "done" ? experimentClaims(value) : undefined;
}

function check(finding: Finding): Verification | undefined {
  const found = finding.experiment && checkExperiment(finding, experiments.getState()[finding.experiment.kind]);
  return typeof found === "string" ? undefined : found;
}

function earlier(): Pick<Finding, "experiment" | "expected"> | undefined {
  const form = experimentForm.getState();
  const { value, from, status } = experiments.getState()[form.kind];
  if (!value || !from || status === "computing" || writeForm(from.form) === writeForm(form)) return undefined;
  return { experiment: from.form, expected: { experiment: experimentClaims(value) } };
}
