import type { HeadSweep, Prediction } from "#protocol/engine.ts";
import { model } from "../model/model.ts";
import { question } from "../question.ts";
import { patchSlot, results } from "../run/results.ts";
import type { Subject } from "../subject.ts";

/** A finding shipped with the page, to be read before the model is there. */
export interface RecordedFinding {
  readonly made_by: string;
  readonly model: string;
  readonly prompt: string;
  /** Of the sweep: prompts that a head is as in where it is ablated. */
  readonly ablationSource: readonly string[];
  readonly before: Prediction;
  readonly sweep: HeadSweep;
}

/** Shows a recorded finding where it answers what is asked and nothing has been computed yet. */
export function showRecorded(finding: RecordedFinding): void {
  const { prompt, target, variant = "base", ablationSource } = question.getState();
  const isAsked =
    variant === "base" &&
    JSON.stringify(ablationSource) === JSON.stringify(finding.ablationSource) &&
    prompt === finding.prompt &&
    (target === undefined || target === finding.sweep.target);
  if (!isAsked || model.getState().choice?.id !== finding.model) return;
  const { prediction, sweep, tokens } = results.getState();
  if (prediction.value || sweep.value) return;
  const about: Subject = {
    model: { id: finding.model, name: finding.model, recordedBy: finding.made_by },
    variant,
    prompt,
    target,
    interventions: [],
    ablationSource,
    tokens: finding.before.tokens,
    token: finding.before.target,
  };
  patchSlot("prediction", { value: finding.before, about, isRecorded: true });
  patchSlot("sweep", { value: finding.sweep, about, isRecorded: true });
  if (tokens.value) return;
  const first = finding.before.tokens;
  const value = { count: first.length, first, last: [], added: [0], unknown: { characters: [], count: 0 } };
  patchSlot("tokens", { value, about, isRecorded: true });
}
