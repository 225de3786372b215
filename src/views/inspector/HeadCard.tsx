import { isSameHead } from "#model/ids.ts";
import { useStore } from "zustand";
import { nats } from "#charts/number-format.ts";
import { symmetricLimit } from "#charts/colour.ts";
import type { HeadId } from "#model/ids.ts";
import { effectAlone } from "#state/effect-alone.ts";
import { isStale, results } from "#state/run/results.ts";
import type { HeadInspection } from "#state/run/results.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { SignedTokens } from "../shared/table/SignedTokens.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { AttentionFigure } from "./AttentionFigure.tsx";
import { OtherWorthLine } from "../heads/OtherWorthLine.tsx";
import { attentionSentence } from "./card-sentences.ts";
import { drawnHead } from "./card-exports.ts";
import { CardHead } from "./CardHead.tsx";
import { MeasuredFacts } from "./MeasuredFacts.tsx";

const LISTED = 8;

interface HeadCardProps {
  readonly at: HeadId;
  readonly isPreview: boolean;
}

/** One head: what it is worth, where it looks, what it says. */
export function HeadCard({ at, isPreview }: HeadCardProps) {
  const slot = useStore(results, (slots) => slots.head);
  const own = slot.value && isSameHead(slot.value.at, at) ? slot.value : undefined;
  const alone = useStore(results, (slots) => effectAlone(slots, { kind: "head", at }, own && slots.head.about));
  return (
    <>
      <CardHead part={{ kind: "head", at }} isPreview={isPreview} />
      <div className={own && !isStale(slot) ? "" : "stale"} aria-busy={slot.status === "computing"}>
        <dl className="facts">
          <MeasuredFacts kind="head" alone={alone ?? Number.NaN} own={own} />
        </dl>
        {own && slot.about && alone !== undefined && !isPreview && (
          <OtherWorthLine at={at} about={{ ...slot.about, interventions: [] }} effect={alone} />
        )}
        {own && <HeadEvidence head={own} />}
      </div>
    </>
  );
}

function HeadEvidence({ head }: { readonly head: HeadInspection }) {
  const slots = useStore(results);
  const { about } = slots.head;
  const { name } = ablationWords(about?.ablationSource);
  const texts = (about?.tokens ?? []).map(({ text }) => tokenText(text));
  const limit = symmetricLimit([...head.promotes, ...head.suppresses].map(({ logit }) => logit));
  return (
    <>
      <div className="card-columns">
        <AttentionFigure pattern={head.pattern} texts={texts} />
        <SignedTokens title="Its output promotes" tokens={head.promotes.slice(0, LISTED)} limit={limit} />
        <SignedTokens title="and suppresses" tokens={head.suppresses.slice(0, LISTED)} limit={limit} />
      </div>
      <p className="says">{attentionSentence(head, texts)}</p>
      <footer className="panel-foot">
        <Method page="log-probability-increase">
          Effect: {name}, log p(target) = {nats(head.baseline)} with the head, {nats(head.withoutIt)} without, the other
          interventions in place. Increase: log p(target) after the head’s output is added to the layer’s input at the
          last position, minus before, through the final norm with the clean run’s scale. Tokens: the logits of that
          output through the same lens.
        </Method>
        <Exports drawn={drawnHead(slots)} />
      </footer>
    </>
  );
}
