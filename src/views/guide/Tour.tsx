import { useEffect, useRef } from "react";
import { useStore } from "zustand";
import { guide } from "#state/guide/guide.ts";
import { TOUR_STEPS, goTo, leaveTour } from "#state/guide/tour.ts";
import type { TourStep } from "#state/guide/tour.ts";
import "./tour.css";

interface Stop {
  /** What it is about, on the page. */
  readonly at: string;
  readonly title: string;
  readonly text: string;
}

const STOPS = {
  heads: {
    at: '[aria-label="Heads"]',
    title: "Every head, switched off by itself",
    text: "Each cell is one attention head. Its number says how much less sure of the answer the model is without it. Arrows move in the map, Enter switches a head off.",
  },
  off: {
    at: '[aria-label="Prediction"]',
    title: "The costliest one is off now",
    text: "Before and after stand side by side. A broken answer is struck through. What is off is listed below, each with its way back.",
  },
  neurons: {
    at: '[aria-label="Neurons"]',
    title: "Who lost their say",
    text: "The neurons that gave the answer less than before, and the words that each of them writes. Click one for its card.",
  },
  chain: {
    at: '[aria-label="Chain"]',
    title: "The whole path",
    text: "From the prompt to the answer, in four stages. A stage without evidence says what it lacks.",
  },
  compare: {
    at: '[aria-label="Chain"]',
    title: "Beside another prompt",
    text: "The same picture for a second prompt, on one scale: what both share is the mechanism, what only one has is the case.",
  },
  share: {
    at: ".page-tools",
    title: "Hand it on",
    text: "The link carries prompt, switches and numbers. Whoever opens it has their own machine compute them again: it says “reproduced”, or what differs.",
  },
  findings: {
    at: ".to-gallery",
    title: "Go on from here",
    text: "Findings are links of this kind, one of them unsolved. Type a prompt of your own at any time; “?” has words, keys and this tour.",
  },
} as const satisfies Record<TourStep, Stop>;

/** Leads over the page itself, one stop at a time; the page stays in use beside it. */
export function Tour() {
  const step = useStore(guide, (state) => state.tourStep ?? 0);
  const { at, title, text } = STOPS[TOUR_STEPS[step]!];
  const host = useRef<HTMLDivElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const card = host.current;
    card?.showPopover();
    next.current?.focus();
    card?.addEventListener("keydown", onKey);
    return () => card?.removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => pointAt(at), [at, step]);
  return (
    <div
      ref={host}
      popover="manual"
      role="dialog"
      aria-labelledby="tour-title"
      aria-describedby="tour-text"
      className="tour"
    >
      <h2 id="tour-title">{title}</h2>
      <p id="tour-text" aria-live="polite">
        {text}
      </p>
      <div className="tour-ways">
        <span className="faint">
          {step + 1} of {TOUR_STEPS.length}
        </span>
        <button type="button" className="quiet" onClick={leaveTour}>
          Leave the tour
        </button>
        <button type="button" disabled={step === 0} onClick={() => goTo(step - 1)}>
          Back
        </button>
        <button ref={next} type="button" className="primary" onClick={() => goTo(step + 1)}>
          {step === TOUR_STEPS.length - 1 ? "Done" : "Next"}
        </button>
      </div>
    </div>
  );
}

/** While the card has the focus; the page's own keys rest then. */
function onKey(event: KeyboardEvent): void {
  const step = guide.getState().tourStep ?? 0;
  if (event.key === "Escape") leaveTour();
  else if (event.key === "ArrowRight") goTo(step + 1);
  else if (event.key === "ArrowLeft" && step > 0) goTo(step - 1);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Outlines a place as soon as it is there, and brings it into sight. @returns what ends that */
function pointAt(selector: string): () => void {
  let place: Element | null = null;
  const look = () => {
    if (place?.isConnected) return;
    place = document.querySelector(selector);
    place?.setAttribute("data-toured", "");
    place?.scrollIntoView({ block: "nearest" });
  };
  look();
  const changes = new MutationObserver(look);
  changes.observe(document.body, { childList: true, subtree: true });
  return () => {
    changes.disconnect();
    place?.removeAttribute("data-toured");
  };
}
