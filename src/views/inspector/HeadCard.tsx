import { isSameHead } from "#model/ids.ts";
import { useStore } from "zustand";
import { effectOf } from "#analysis/ablation/effect.ts";
import { nats } from "#charts/number-format.ts";
import { symmetricLimit } from "#charts/colour.ts";
import type { HeadId } from "#model/ids.ts";
import { effectAlone } from "#state/effect-alone.ts";
import { isStale, results } from "#state/run/results.ts";
import type { HeadInspection } from "#state/run/results.ts";
import { usePlain } from "../shared/use-plain.ts";
import { ablationWords } from "../shared/words/ablation-words.ts";
import { Exports } from "../exports/Exports.tsx";
import { Method } from "../shared/Method.tsx";
import { SignedTokens } from "../shared/table/SignedTokens.tsx";
import { Word } from "../guide/Word.tsx";
import { tokenText } from "../shared/words/token-text.ts";
import { READ_OFF, SAYS_ITSELF } from "../shared/words/read-off.ts";
import { Value } from "../shared/figure/Value.tsx";
import { AttentionFigure } from "./AttentionFigure.tsx";
import { OtherWorthLine } from "../heads/OtherWorthLine.tsx";
import { attentionSentence } from "./card-sentences.ts";
import { drawnHead } from "./card-exports.ts";
import { CardHead } from "./CardHead.tsx";

const LISTED = 8;

interface HeadCardProps {
  readonly at: HeadId;
  readonly isPreview: boolean;
}

/** One head: what it is worth, where it looks, what it says. */
export function HeadCard({ at, isPreview }: HeadCardProps) {
  const slot = useStore(results, (slots) => slots.head);
  const isPlain = usePlain();
  const own = slot.value && isSameHead(slot.value.at, at) ? slot.value : undefined;
  const alone = useStore(results, (slots) => effectAlone(slots, { kind: "head", at }, own && slots.head.about));
  return (
    <>
      <CardHead part={{ kind: "head", at }} isPreview={isPreview} />
      <div className={own && !isStale(slot) ? "" : "stale"} aria-busy={slot.status === "computing"}>
        <dl className="facts">
          <div
            title={
              isPlain
                ? "What becomes of the answer’s probability with this head off, every other head running"
                : "log p(target) as it is − log p(target) with this head off, every other head running"
            }
          >
            <dt>
              <Word of="effect" as={isPlain ? "the answer without it" : "effect alone"} />
            </dt>
            <dd>
              <Value of={alone ?? Number.NaN} as="effect" hasUnit />
            </dd>
          </div>
          <div title="The same with the other interventions in place">
            <dt>
              <Word of="effect" as={isPlain ? "without it, the rest as it is now" : "effect now"} />
            </dt>
            <dd>
              <Value of={own ? effectOf(own) : Number.NaN} as="effect" hasUnit />
            </dd>
          </div>
          <div
            title={
              isPlain
                ? `What this head’s own words make of the answer’s probability, ${READ_OFF}`
                : "log p(target) of the layer’s input with this head’s output added − without it, through the final norm at its frozen scale"
            }
          >
            <dt>
              <Word of="increase" as={isPlain ? SAYS_ITSELF : "log-probability increase"} />
            </dt>
            <dd>
              <Value of={own?.increase ?? Number.NaN} as="increase" hasUnit />
              {isPlain && <span className="faint"> before later layers add to it or undo it</span>}
              <span className="faint researcher"> not direct logit attribution</span>
            </dd>
          </div>
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
