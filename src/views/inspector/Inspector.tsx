import type { ReactNode } from "react";
import { useStore } from "zustand";
import type { ViewName } from "#state/link/finding.ts";
import { formatHead } from "#model/ids.ts";
import { NEGLIGIBLE_NATS, isWhole, mostImportantHead } from "#state/effects.ts";
import { results } from "#state/run/results.ts";
import { samePart } from "#state/question.ts";
import { select, view } from "#state/view.ts";
import { Guard } from "../shared/Guard.tsx";
import { laterPart } from "../shared/later.tsx";
import "./inspector.css";

const ON_ITS_WAY = <p className="empty">The card is on its way.</p>;
const Pins = laterPart("the heads that are kept", async () => (await import("./Pins.tsx")).Pins);
const HeadCard = laterPart("the card of the head", async () => (await import("./HeadCard.tsx")).HeadCard, ON_ITS_WAY);
const NeuronCard = laterPart(
  "the card of the neuron",
  async () => (await import("./NeuronCard.tsx")).NeuronCard,
  ON_ITS_WAY,
);

interface SelectedCardProps {
  /** What a panel has to say of what is locked, below its numbers. */
  readonly children?: ReactNode;
}

/** The card of what is selected; one that cannot be drawn leaves the rest of the page as it is. */
export const SelectedCard = (props: SelectedCardProps) => (
  <Guard what="the card of what is selected" onReset={() => select(undefined)}>
    <Inspector {...props} />
  </Guard>
);

/** What is under the pointer, else what is locked: its numbers and how they were made. */
function Inspector({ children }: SelectedCardProps) {
  const hovered = useStore(view, (state) => state.hovered);
  const selected = useStore(view, (state) => state.selected);
  const hasPins = useStore(view, (state) => state.pinned.length > 0);
  const part = hovered ?? selected;
  const isPreview = part !== undefined && !samePart(part, selected);
  return (
    <section aria-label="Inspector" className="panel inspector">
      {hasPins && <Pins />}
      {part === undefined && <NothingSelected />}
      {part?.kind === "head" && <HeadCard at={part.at} isPreview={isPreview} />}
      {part?.kind === "neuron" && <NeuronCard at={part.at} isPreview={isPreview} />}
      {part !== undefined && !isPreview && children}
    </section>
  );
}

const HINTS = {
  heads: "Point at a head to preview it, click to keep it here: what it is worth, where it looks, what it says.",
  chain:
    "Click a head or a neuron of the chain to keep it here: what it is worth, what it says, what is lost without it.",
  neurons:
    "Click a neuron in the table to keep its card here: what it promotes, where it is active, what is lost without it.",
  patch: "Click a head or a neuron of the map to keep its card here: it is about the clean prompt, the one above.",
  lab: "Click a neuron in a list to keep its card here: what it promotes, what raises it, what is lost without it.",
  experiments: "Experiments are about many prompts; the inspector is about the one above.",
} satisfies Record<ViewName, string>;

function NothingSelected() {
  const tab = useStore(view, (state) => state.tab);
  const sweep = useStore(results, (slots) => slots.sweep.value);
  const head = sweep && mostImportantHead(sweep);
  return (
    <div className="empty">
      <p>{HINTS[tab]}</p>
      {tab === "heads" && head && head.effect >= NEGLIGIBLE_NATS && (
        <button type="button" onClick={() => select({ kind: "head", at: head.at })}>
          Look at {formatHead(head.at)}, the most important {isWhole(sweep) ? "here" : "so far"}
        </button>
      )}
    </div>
  );
}
