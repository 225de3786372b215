import { experimentForm } from "../experiments/form/form.ts";
import { runExperiment } from "../experiments/runs.ts";
import { experiments } from "../experiments/slots.ts";
import type { ExperimentSlot } from "../experiments/slots.ts";
import { drawPatches } from "../lab/patching.ts";
import { askedPatch, patchForm } from "../lab/patch-form.ts";
import type { Finding } from "../link/finding.ts";
import { isOfTheSameModel } from "../link/checking/asks-the-same.ts";
import { isSameQuestion } from "../link/checking/same-question.ts";
import type { Asked } from "../link/checking/same-question.ts";
import { opened } from "../link/opened.ts";
import { adapter, isVariantThere } from "../model/adapter.ts";
import { model } from "../model/model.ts";
import { notify } from "../notices.ts";
import { question } from "../question.ts";
import { view } from "../view.ts";

/** An experiment that takes longer on a reader's machine waits for a press. */
const UNASKED_MS = 60_000;

/** Whether a planned experiment is run without anybody's word. */
export const isShort = ({ plan }: Pick<ExperimentSlot, "plan">) => plan !== undefined && plan.estimatedMs <= UNASKED_MS;

/**
 * What a person starts on the page a frame starts by itself, once and only for its figure: nobody finds a button there. A saved result that
 * the link names is shown in place of a run.
 *
 * @returns what ends it
 */
export function followFrame(): () => void {
  /** The link whose figure was asked for, whatever came of it. */
  let asked: Finding | undefined;
  const look = () => {
    const { finding } = opened.getState();
    if (!finding || finding === asked || model.getState().status.kind !== "ready" || !isVariantThere()) return;
    const now = question.getState();
    if (!isOfTheSameModel(finding, now, model.getState().choice?.id)) return;
    const { tab } = view.getState();
    const form = experimentForm.getState();
    const slot = experiments.getState()[form.kind];
    // a link is opened piece by piece: the fields may still be those of the one before
    const isAsked = (asked: Asked) => isSameQuestion(finding, now, asked);
    if (tab === "patch" && isAsked({ kind: "patch", form: askedPatch(patchForm.getState(), now.prompt) })) {
      asked = finding;
      const complaint = drawPatches();
      if (complaint !== undefined) notify("link", complaint, "bad-request");
    } else if (tab === "experiments" && !finding.result && isShort(slot) && isAsked({ kind: "experiment", form })) {
      asked = finding;
      void runExperiment();
    }
  };
  look();
  const ends = [opened, model, adapter, question, view, patchForm, experiments, experimentForm].map((store) =>
    store.subscribe(look),
  );
  return () => {
    for (const end of ends) end();
  };
}
