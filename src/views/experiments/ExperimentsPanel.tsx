import { useStore } from "zustand";
import { askedSettings } from "#state/experiments/form/asked-settings.ts";
import "#state/experiments/behind-door.ts";
import { editExperiment, EXPERIMENT_KINDS, experimentForm } from "#state/experiments/form/form.ts";
import type { ExperimentKind } from "#state/experiments/form/form.ts";
import { EXPERIMENTS } from "#protocol/experiments.ts";
import { isOf, linkedResult } from "#state/experiments/linked-result.ts";
import { experiments } from "#state/experiments/slots.ts";
import { Prose } from "../guide/Term.tsx";
import { ABLATION_TEXTS } from "./ablation-texts.ts";
import { ClaimsLine } from "./result/ClaimsLine.tsx";
import { PAGES } from "./pages.ts";
import { LinkedResult } from "./result/LinkedResult.tsx";
import { ResultFile } from "./result/ResultFile.tsx";
import { ResultOf } from "./result/ResultOf.tsx";
import { fileSentence } from "../exports/facts.ts";
import { RunBar } from "./form/RunBar.tsx";
import { settingsSentence } from "./form/settings-sentence.ts";
import { SuiteForm } from "./form/SuiteForm.tsx";
import "./experiments.css";

/** The paper's experiments as statistics: one page for each. */
export function ExperimentsPanel() {
  const kind = useStore(experimentForm, (form) => form.kind);
  return (
    <section aria-label="Experiments" className="panel experiments">
      <KindChoice chosen={kind} />
      <LinkedResult />
      <ExperimentPage key={kind} kind={kind} />
    </section>
  );
}

function KindChoice({ chosen }: { readonly chosen: ExperimentKind }) {
  return (
    <nav aria-label="Experiment" className="choice experiment-kinds">
      {EXPERIMENT_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-current={kind === chosen ? "page" : undefined}
          onClick={() => editExperiment({ kind })}
        >
          {PAGES[kind].texts.tab}
        </button>
      ))}
    </nav>
  );
}

function ExperimentPage({ kind }: { readonly kind: ExperimentKind }) {
  const text = PAGES[kind].texts;
  const ablation = useStore(experimentForm, (form) => form.ablation);
  return (
    <>
      <header className="panel-head">
        <h2>{text.question}</h2>
        <ResultFile />
      </header>
      <p className="small">
        <Prose>{`${text.method} ${"ablation" in EXPERIMENTS[kind].fields ? ABLATION_TEXTS[ablation].says : ""}`}</Prose>
      </p>
      <SuiteForm kind={kind} />
      <RunBar kind={kind} />
      <Shown kind={kind} />
      <ClaimsLine kind={kind} />
      <dl className="experiment-notes small">
        <dt>Controls</dt>
        <dd>
          <Prose>{text.controls}</Prose>
        </dd>
        <dt>How we read the paper</dt>
        <dd>
          <Prose>{text.reading}</Prose>
        </dd>
        <dt>What this does not show</dt>
        <dd>
          <Prose>{text.notShown}</Prose>
        </dd>
      </dl>
    </>
  );
}

/** The latest result with what it is of; dimmed where the form asks something else by now. */
function Shown({ kind }: { readonly kind: ExperimentKind }) {
  const form = useStore(experimentForm);
  const slot = useStore(experiments, (slots) => slots[kind]);
  const linked = useStore(linkedResult);
  const { value, status, saved } = slot;
  if (!value) return null;
  const settings = askedSettings(slot, form);
  const isEarlier = settings.some(({ isSame }) => !isSame);
  return (
    <div aria-busy={status === "computing"} className={`experiment-result${isEarlier ? " stale" : ""}`}>
      {saved && (
        <p className="small from-file">
          {fileSentence(saved)}
          {linked.kind === "shown" &&
            isOf(linked, kind, slot) &&
            ` It is the file that the link names, at ${linked.named.address}.`}{" "}
          It was not computed on this page, and checks nothing that a link claims.
        </p>
      )}
      {(isEarlier || saved) && <p className="small">{settingsSentence(settings)}</p>}
      {value.request.variant === "adapted" && <p className="small">Of the model with its adapter.</p>}
      <ResultOf result={value} />
    </div>
  );
}
