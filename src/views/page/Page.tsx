// the ground rules first, so that every view can override them
import "./tokens.css";
import "./base.css";
import { useStore } from "zustand";
import { question, resetInterventions } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import { closeCard } from "#state/shipped.ts";
import { setHelpOpen } from "#state/view.ts";
import { ModelCard } from "../card/ModelCard.tsx";
import { PageHeader } from "../header/PageHeader.tsx";
import { ChangesStrip } from "../interventions/ChangesStrip.tsx";
import { InterventionsPanel } from "../interventions/InterventionsPanel.tsx";
import { PredictionPanel } from "../prediction/PredictionPanel.tsx";
import { predictionSentence } from "../prediction/prediction-sentence.ts";
import { PromptPanel } from "../prompt/PromptPanel.tsx";
import { Guard } from "../shared/Guard.tsx";
import { AdapterLine } from "./AdapterLine.tsx";
import { EvidencePanel } from "./EvidencePanel.tsx";
import { FolderDrop } from "./FolderDrop.tsx";
import { HelpDialog } from "./HelpDialog.tsx";
import { LoadOffer } from "./LoadOffer.tsx";
import { ModelStatusLine } from "./ModelStatusLine.tsx";
import { Notices } from "./Notices.tsx";
import { useShortcuts } from "./use-shortcuts.ts";
import "./page.css";

/** It reads as a sentence: this prompt, this answer, carried by these parts, without them this. */
export function Page() {
  useShortcuts();
  return (
    <>
      <Guard what="the head of the page">
        <PageHeader />
      </Guard>
      <Notices />
      <main>
        <Guard what="the prompt">
          <PromptPanel />
        </Guard>
        <LoadOffer />
        <ModelStatusLine />
        <AdapterLine />
        <div className="columns">
          <div className="answer-column">
            <Guard what="the prediction">
              <PredictionPanel />
            </Guard>
            <Guard what="what is switched off" onReset={resetInterventions}>
              <InterventionsPanel />
            </Guard>
          </div>
          <EvidencePanel />
        </div>
      </main>
      <footer className="page-footer">
        Everything runs on this machine; nothing you type leaves it. Method: Yu &amp; Ananiadou (2024), arXiv
        2409.14144.
      </footer>
      <Guard what="the list of what is switched off">
        <ChangesStrip />
      </Guard>
      <PredictionVoice />
      <Guard what="the help" onReset={() => setHelpOpen(false)}>
        <HelpDialog />
      </Guard>
      <Guard what="the model’s card" onReset={closeCard}>
        <ModelCard />
      </Guard>
      <FolderDrop />
    </>
  );
}

/** Says the prediction when it has changed, for those who cannot see it change. */
function PredictionVoice() {
  const interventions = useStore(question, (state) => state.interventions);
  const before = useStore(results, (slots) => slots.before);
  const after = useStore(results, (slots) => slots.after);
  const isChanged = interventions.length > 0;
  const isAnswered = before.status === "done" && !isStale(before);
  const isSettled = isAnswered && (!isChanged || (after.status === "done" && !isStale(after)));
  return (
    <div role="status" aria-label="Prediction, spoken" className="visually-hidden">
      {isSettled && before.value
        ? predictionSentence(before.value, isChanged ? after.value : undefined, interventions)
        : ""}
    </div>
  );
}
