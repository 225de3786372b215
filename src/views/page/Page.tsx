// the ground rules first, so that every view can override them
import "./tokens.css";
import "./base.css";
import { useMemo } from "react";
import { useStore } from "zustand";
import { publishedChains, publishedShown, setPublished } from "#state/chain-view.ts";
import { question, resetInterventions } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import { closeCard } from "#state/model/shipped.ts";
import { setHelpOpen, view } from "#state/view.ts";
import { ModelCard } from "../card/ModelCard.tsx";
import { PageHeader } from "../header/PageHeader.tsx";
import { ChangesStrip } from "../interventions/ChangesStrip.tsx";
import { InterventionsPanel } from "../interventions/InterventionsPanel.tsx";
import { ModelsPlace } from "../models/ModelsPlace.tsx";
import { PredictionPanel } from "../prediction/PredictionPanel.tsx";
import { PublishedPrediction } from "../prediction/PublishedPrediction.tsx";
import { publishedAnswer } from "../prediction/published-answer.ts";
import type { PublishedAnswer } from "../prediction/published-answer.ts";
import { predictionSentence } from "../prediction/prediction-sentence.ts";
import { PromptPanel } from "../prompt/PromptPanel.tsx";
import { Guard } from "../shared/Guard.tsx";
import { PUBLISHED_MODELS } from "../shared/words/published-names.ts";
import { AdapterLine, AttachingLine } from "./status/AdapterLine.tsx";
import { EvidencePanel } from "./EvidencePanel.tsx";
import { FolderDrop } from "./FolderDrop.tsx";
import { HelpDialog } from "./HelpDialog.tsx";
import { LoadOffer } from "./status/LoadOffer.tsx";
import { LoadingLine, ModelStatusLine } from "./status/ModelStatusLine.tsx";
import { Notices } from "./status/Notices.tsx";
import { useFieldLimit } from "./use-field-limit.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import "./page.css";

/** It reads as a sentence: this prompt, this answer, carried by these parts, without them this. */
export function Page() {
  useShortcuts();
  useFieldLimit();
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
            <AnswerColumn />
          </div>
          <EvidencePanel />
        </div>
        <LoadingLine />
        <AttachingLine />
      </main>
      <footer className="page-footer">
        Everything runs on this machine; nothing you type leaves it. Method: Yu &amp; Ananiadou (2024), arXiv
        2409.14144.
      </footer>
      <OwnChanges />
      <PredictionVoice />
      <Guard what="the help" onReset={() => setHelpOpen(false)}>
        <HelpDialog />
      </Guard>
      <Guard what="the model’s card" onReset={closeCard}>
        <ModelCard />
      </Guard>
      <ModelsPlace />
      <FolderDrop />
    </>
  );
}

/** What the model answers, and what is switched off in it; beside a published record, that record's answer alone. */
function AnswerColumn() {
  const published = usePublishedAnswer();
  if (published) {
    return (
      <Guard what="the published prediction" onReset={() => setPublished(undefined)}>
        <PublishedPrediction answer={published} />
      </Guard>
    );
  }
  return (
    <>
      <Guard what="the prediction">
        <PredictionPanel />
      </Guard>
      <Guard what="what is switched off" onReset={resetInterventions}>
        <InterventionsPanel />
      </Guard>
    </>
  );
}

/** Nothing is switched off in a published record. */
function OwnChanges() {
  if (usePublishedAnswer()) return null;
  return (
    <Guard what="the list of what is switched off">
      <ChangesStrip />
    </Guard>
  );
}

/** Of the record that is on the page; undefined while the page shows the model's own numbers. */
function usePublishedAnswer(): PublishedAnswer | undefined {
  const name = useStore(view, publishedShown);
  const chain = useStore(publishedChains, (chains) => name && chains[name]);
  return useMemo(() => name && chain && publishedAnswer(PUBLISHED_MODELS[name], chain), [name, chain]);
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
