import type { HeadSweep, Prediction } from "#protocol/engine.ts";
import { model } from "./model.ts";
import { question } from "./question.ts";
import { patchSlot, results } from "./run/results.ts";

/** A finding shipped with the page, to be read before the model is there. */
export interface RecordedFinding {
  readonly made_by: string;
  readonly model: string;
  readonly prompt: string;
  readonly before: Prediction;
  readonly sweep: HeadSweep;
}

/** Shows it where it answers what is asked and nothing has been computed yet. */
export function showRecorded(finding: RecordedFinding): void {
  const { prompt, target, variant = "base", standIns } = question.getState();
  const isAsked =
    variant === "base" &&
    standIns === undefined &&
    prompt === finding.prompt &&
    (target === undefined || target === finding.sweep.target);
  if (!isAsked || model.getState().choice?.id !== finding.model) return;
  const { before, sweep, tokens } = results.getState();
  if (before.value || sweep.value) return;
  patchSlot("before", { value: finding.before, isRecorded: true });
  patchSlot("sweep", { value: finding.sweep, target: finding.before.target.text, isRecorded: true });
  if (tokens.value) return;
  const ids = finding.before.tokens.map((token) => token.id);
  const texts = finding.before.tokens.map((token) => token.text);
  patchSlot("tokens", { value: { ids, texts, added: [0], unknown: [] }, isRecorded: true });
}
