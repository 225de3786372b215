import { useId } from "react";
import { useStore } from "zustand";
import { countOf, duration } from "#charts/number-format.ts";
import { isStopped } from "#state/experiments/form/asked-settings.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import type { ExperimentForm, ExperimentKind } from "#state/experiments/form/form.ts";
import { experiments } from "#state/experiments/slots.ts";
import { forgetExperiment, runExperiment, stopExperiment } from "#state/experiments/runs.ts";
import type { ExperimentPlan } from "#protocol/experiments.ts";
import { adapter } from "#state/model/adapter.ts";
import { adapterSet } from "#state/experiments/adapter-set.ts";
import { conceptWords } from "#state/experiments/form/concept-words.ts";
import { missingFor } from "#state/experiments/form/missing.ts";
import { suites } from "#state/experiments/suites.ts";
import { model } from "#state/model/model.ts";
import { question } from "#state/question.ts";
import { asSentence } from "../../shared/words/sentence.ts";
import { ProgressLine } from "../../shared/ProgressLine.tsx";
import { aloneText } from "../ablation-texts.ts";
import { PAGES } from "../pages.ts";
import { groupName } from "../../shared/words/operation-signs.ts";

/** What a run will take, and the way to start, stop and go on with it. */
export function RunBar({ kind }: { readonly kind: ExperimentKind }) {
  const slot = useStore(experiments, (slots) => slots[kind]);
  const { plan, status, progress } = slot;
  const form = useStore(experimentForm);
  const whyId = useId();
  const isBusy = useStore(experiments, (slots) => Object.values(slots).some((slot) => slot.status === "computing"));
  const missing = useMissing(form);
  if (status === "computing")
    return (
      <ProgressLine
        doing={`${PAGES[kind].texts.doing}${progress ? `, ${progress.done} of ${progress.total}` : ""}`}
        progress={progress}
        onStop={stopExperiment}
      />
    );
  const why = isBusy ? "Another experiment is being run." : missing;
  const kept = plan?.stepsKept ?? 0;
  const isWhole = plan !== undefined && kept === plan.steps;
  return (
    <div className="run-bar">
      <button
        type="button"
        className="primary"
        disabled={missing !== undefined || isBusy || !plan}
        aria-describedby={why === undefined ? undefined : whyId}
        onClick={() => void runExperiment()}
      >
        {isWhole ? "Show" : kept > 0 ? "Go on" : "Run"}
      </button>
      {kept > 0 && (
        <button type="button" onClick={() => void forgetExperiment()}>
          Start anew
        </button>
      )}
      {why !== undefined && (
        <p id={whyId} className="small">
          {why}
        </p>
      )}
      {plan && <p className="small">{planSentence(plan)}</p>}
      {isStopped(slot, form) && <p className="small faint">Stopped. What has been run is kept.</p>}
      {plan && plan.suite.complaints.length > 0 && <Complaints plan={plan} />}
    </div>
  );
}

/** The sentence of `missingFor`, said anew with whatever it depends on. */
function useMissing(form: ExperimentForm): string | undefined {
  useStore(model);
  useStore(question, ({ variant }) => variant);
  useStore(adapter, ({ status }) => status);
  useStore(adapterSet);
  useStore(suites);
  useStore(conceptWords);
  return missingFor(form);
}

export function planSentence({ suite, steps, stepsKept, rows, estimatedMs, alone = 0 }: ExperimentPlan): string {
  const groups = suite.groups.map(({ name, cases }) => `${groupName(name)} ${cases}`).join(", ");
  const twice = suite.duplicates > 0 ? `, ${suite.duplicates} of them the same as another` : "";
  const cases = `n = ${suite.cases} cases (${groups})${twice}, ${suite.answerTokens} answer tokens${alone > 0 ? `; ${aloneText(alone)}` : ""}`;
  if (stepsKept === steps) return `${cases}. All ${steps} batches are kept from an earlier run.`;
  const kept = stepsKept > 0 ? `; ${stepsKept} of ${steps} batches are kept from an earlier run` : "";
  return `${cases}. ${countOf(rows)} prompts in ${steps} batches, about ${duration(estimatedMs)}${kept}.`;
}

function Complaints({ plan }: { readonly plan: ExperimentPlan }) {
  const { complaints } = plan.suite;
  return (
    <ul className="complaints small" aria-label="Lines left out">
      {complaints.map(({ line, message }) => (
        <li key={line}>
          Line {line} is left out: {asSentence(message)}
        </li>
      ))}
    </ul>
  );
}
