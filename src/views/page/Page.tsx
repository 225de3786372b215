// the ground rules first, so that every view can override them
import "./tokens.css";
import "./base.css";
import { useStore } from "zustand";
import { publishedChains, publishedShown, setPublished } from "#state/chain-view.ts";
import type { PublishedName } from "#state/link/finding.ts";
import { question, resetInterventions } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import { adapter } from "#state/model/adapter.ts";
import { model } from "#state/model/model.ts";
import { guide } from "#state/guide/guide.ts";
import { opened } from "#state/link/opened.ts";
import { view } from "#state/view.ts";
import { PageHeader } from "../header/PageHeader.tsx";
import { InterventionsPanel } from "../interventions/InterventionsPanel.tsx";
import { PredictionPanel } from "../prediction/PredictionPanel.tsx";
import { predictionSentence } from "../prediction/prediction-sentence.ts";
import { PromptPanel } from "../prompt/PromptPanel.tsx";
import { Guard } from "../shared/Guard.tsx";
import { laterPart } from "../shared/later.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { EvidencePanel } from "./EvidencePanel.tsx";
import { LoadOffer } from "./status/LoadOffer.tsx";
import { LoadingLine } from "./status/LoadingLine.tsx";
import { Notices } from "./status/Notices.tsx";
import "./page.css";
import "../guide/opening.css";
import "./touch.css";

const Opening = laterPart(
  "the introduction",
  async () => (await import("../guide/opening-texts.tsx")).openingWithTexts(),
  <div className="opening-place" />,
);
const Tour = laterPart("the tour", async () => (await import("../guide/Tour.tsx")).Tour);
const Gallery = laterPart("the page of findings", async () =>
  (await import("../guide/gallery/gallery-cards.tsx")).galleryWithCards(),
);
const ChangesStrip = laterPart(
  "the list of what is switched off",
  async () => (await import("../interventions/ChangesStrip.tsx")).ChangesStrip,
);
const AdapterLine = laterPart("the line about the adapter", async () => (await lines()).AdapterLine);
const AttachingLine = laterPart("the adapter on its way", async () => (await lines()).AttachingLine);
const lines = () => import("./status/AdapterLine.tsx");
const AroundPage = laterPart("keys and dialogs", async () => (await import("./AroundPage.tsx")).AroundPage);
const OpenedFinding = laterPart(
  "what the link says",
  async () => (await import("../opened/OpenedFinding.tsx")).OpenedFinding,
);
const ModelStatusLine = laterPart(
  "the line about the model",
  async () => (await import("./status/ModelStatusLine.tsx")).ModelStatusLine,
);
const PublishedPrediction = laterPart(
  "the published prediction",
  async () => (await import("../prediction/PublishedPrediction.tsx")).PublishedPrediction,
  <p className="panel empty">The published prediction is on its way.</p>,
);

/** The page, which reads as a sentence: this prompt, this answer, carried by these parts, without them this. */
export function Page() {
  const isGalleryOpen = useStore(guide, (state) => state.isGalleryOpen);
  return (
    <>
      <Guard what="the head of the page">
        <PageHeader />
      </Guard>
      <Notices />
      {isGalleryOpen ? <Gallery /> : <Instrument />}
      <footer className="page-footer">
        Everything runs on this machine; nothing you type leaves it. Method: Yu &amp; Ananiadou (2024), arXiv
        2409.14144.
      </footer>
      <PredictionVoice />
      <AroundPage />
    </>
  );
}

function Instrument() {
  const isUnanswered = useStore(model, ({ status: { kind } }) => kind !== "ready" && kind !== "loading");
  const hasAdapter = useStore(adapter, ({ choice }) => choice !== undefined);
  const isOpeningShown = useStore(guide, (state) => state.isOpeningShown);
  const isTouring = useStore(guide, (state) => state.tourStep !== undefined);
  const isOpened = useStore(opened, ({ finding }) => finding !== undefined);
  return (
    <>
      <main>
        {isOpeningShown && <Opening />}
        {isOpened && <OpenedFinding />}
        <Guard what="the prompt">
          <PromptPanel />
        </Guard>
        <LoadOffer />
        {isUnanswered && <ModelStatusLine />}
        {hasAdapter && <AdapterLine />}
        <div className="columns">
          <div className="answer-column">
            <AnswerColumn />
          </div>
          <EvidencePanel />
        </div>
        <LoadingLine />
        {hasAdapter && <AttachingLine />}
      </main>
      <OwnChanges />
      {isTouring && <Tour />}
    </>
  );
}

/** What the model answers, and what is ablated in it; beside a published record, that record's answer alone. */
function AnswerColumn() {
  const published = usePublished();
  if (published) {
    return (
      <Guard what="the published prediction" onReset={() => setPublished(undefined)}>
        <PublishedPrediction of={published} />
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

/** The list of what is ablated; nothing is in a published record. */
function OwnChanges() {
  if (usePublished()) return null;
  return <ChangesStrip />;
}

/** The record whose answer is on the page; undefined while the page shows the model's own numbers. */
function usePublished(): PublishedName | undefined {
  const name = useStore(view, publishedShown);
  const hasAnswer = useStore(publishedChains, (chains) => name !== undefined && chains[name]?.ablation !== undefined);
  return hasAnswer ? name : undefined;
}

/** Says the prediction when it has changed, for those who cannot see it change. */
function PredictionVoice() {
  const interventions = useStore(question, (state) => state.interventions);
  const prediction = useStore(results, (slots) => slots.prediction);
  const after = useStore(results, (slots) => slots.predictionAblated);
  const isPlain = usePlain();
  const isChanged = interventions.length > 0;
  const isAnswered = prediction.status === "done" && !isStale(prediction);
  const isSettled = isAnswered && (!isChanged || (after.status === "done" && !isStale(after)));
  return (
    <div role="status" aria-label="Prediction, spoken" className="visually-hidden">
      {isSettled && prediction.value
        ? predictionSentence(prediction.value, isChanged ? after.value : undefined, interventions, isPlain)
        : ""}
    </div>
  );
}
