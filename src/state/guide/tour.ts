import { setOtherPrompt } from "../chain-view.ts";
import { mostImportantHead } from "../effects.ts";
import { question, resetInterventions, setAblationSource, switchOff } from "../question.ts";
import { results } from "../run/results.ts";
import { select, setReading, showTab } from "../view.ts";
import { guide } from "./guide.ts";

/** Where the tour stops, in the order in which the page is used. */
export const TOUR_STEPS = ["heads", "off", "neurons", "chain", "compare", "share", "findings"] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

/** Written in other words than the page's own prompt, of any model of arithmetic. */
const OTHER_PROMPT = "9-4=";

/** What a step does on the page, with the page's own actions: whoever skips finds everything where it is then. */
const ON_ARRIVAL: Readonly<Record<TourStep, () => void>> = {
  heads() {
    undone();
    setReading({ look: "effect" });
    showTab("heads");
  },
  off() {
    undone();
    showTab("heads");
    topHeadOff();
  },
  neurons() {
    topHeadOff();
    showTab("neurons");
  },
  chain() {
    undone();
    showTab("chain");
  },
  compare() {
    undone();
    showTab("chain");
    setOtherPrompt(OTHER_PROMPT);
  },
  share() {
    undone();
    topHeadOff();
    showTab("heads");
  },
  findings: () => undefined,
};

/** Begins, or goes on where it was left. */
export const startTour = () => goTo(guide.getState().tourLeftAt);

export function goTo(step: number): void {
  const name = TOUR_STEPS[step];
  if (name === undefined) {
    guide.setState({ tourStep: undefined, tourLeftAt: 0 });
    return;
  }
  guide.setState({ tourStep: step, tourLeftAt: step });
  ON_ARRIVAL[name]();
}

/** What is shown stays; the tour can be gone on with. */
export const leaveTour = () => guide.setState({ tourStep: undefined });

function undone(): void {
  if (question.getState().interventions.length > 0) resetInterventions();
  setAblationSource([]);
  setOtherPrompt(undefined);
  select(undefined);
}

function topHeadOff(): void {
  const { sweep } = results.getState();
  const head = sweep.value && mostImportantHead(sweep.value);
  if (head) switchOff([{ kind: "head", at: head.at }]);
}
