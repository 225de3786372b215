import { setOtherPrompt } from "../chain-view.ts";
import { mostImportantHead } from "../effects.ts";
import { opened } from "../link/opened.ts";
import { model } from "../model/model.ts";
import { question, resetInterventions, replaceInterventions, ablate } from "../question.ts";
import { results } from "../run/results.ts";
import { interventionsKey } from "../subject.ts";
import { select, setReading, showTab, view } from "../view.ts";
import { guide } from "./guide.ts";

/** Where the tour stops, in the order in which the page is used. */
export const TOUR_STEPS = ["heads", "off", "neurons", "chain", "compare", "share", "findings"] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

/** What the page's own prompt is held against: another operation, which any model of arithmetic answers. */
const OTHER_PROMPT = "9-4=";

/**
 * What a step does on the page, with the page's own actions: whoever skips finds everything where it is then. What stands in for what is ablated is the
 * page's own, or the visitor's, all through.
 */
const ON_ARRIVAL: Readonly<Record<TourStep, () => void>> = {
  heads() {
    undone();
    setReading({ look: "effect" });
    showTab("heads");
  },
  off() {
    undone();
    showTab("heads");
    ablateTopHead();
  },
  neurons() {
    ablateTopHead();
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
    ablateTopHead();
    showTab("heads");
  },
  findings: () => undefined,
};

/** What a visitor has on the page that stops of the tour put something else in the place of. */
function whatIsThere() {
  const { interventions } = question.getState();
  const { selected, reading, chain } = view.getState();
  return {
    modelId: model.getState().choice?.id,
    finding: opened.getState().finding,
    interventions,
    selected,
    reading,
    other: chain.other,
  };
}

type Had = ReturnType<typeof whatIsThere>;

/** The page's state from before the tour, and as its last stop left it. */
let course: { readonly had: Had; readonly left: Had } | undefined;

/** Begins, or goes on where it was left. */
export function startTour(): void {
  const had = whatIsThere();
  if (guide.getState().tourStep === undefined) course = { had, left: had };
  goTo(guide.getState().tourLeftAt);
}

export function goTo(step: number): void {
  const name = TOUR_STEPS[step];
  if (name === undefined) {
    guide.setState({ tourStep: undefined, tourLeftAt: 0 });
    giveBack();
    return;
  }
  guide.setState({ tourStep: step, tourLeftAt: step });
  ON_ARRIVAL[name]();
  if (course) course = { ...course, left: whatIsThere() };
}

/** The tab that is shown stays, and what the tour changed on it goes back; the tour can be gone on with. */
export function leaveTour(): void {
  guide.setState({ tourStep: undefined });
  giveBack();
}

/** Gives back what a visitor had switched before; who has switched, or opened something else meanwhile, keeps that. */
function giveBack(): void {
  const { had, left } = course ?? {};
  course = undefined;
  const now = whatIsThere();
  if (!had || !left || now.modelId !== had.modelId || now.finding !== had.finding) return;
  if (interventionsKey(now.interventions) !== interventionsKey(left.interventions)) return;
  if (interventionsKey(had.interventions) !== interventionsKey(now.interventions))
    replaceInterventions(had.interventions);
  if (now.other === left.other) setOtherPrompt(had.other);
  if (now.selected === left.selected) select(had.selected);
  if (now.reading === left.reading) setReading(had.reading);
}

function undone(): void {
  if (question.getState().interventions.length > 0) resetInterventions();
  setOtherPrompt(undefined);
  select(undefined);
}

function ablateTopHead(): void {
  const { sweep } = results.getState();
  const head = sweep.value && mostImportantHead(sweep.value);
  if (head) ablate([{ kind: "head", at: head.at }]);
}
