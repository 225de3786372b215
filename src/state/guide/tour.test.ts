import { afterEach, beforeEach, expect, test } from "vitest";
import { setOtherPrompt } from "../chain-view.ts";
import { NO_FINDING } from "../link/finding.ts";
import { opened } from "../link/opened.ts";
import { model } from "../model/model.ts";
import { question, replaceQuestion, setAblationSource, setScale, ablate } from "../question.ts";
import { EMPTY_SLOT, clearResults, results } from "../run/results.ts";
import { select, view } from "../view.ts";
import { guide } from "./guide.ts";
import { TOUR_STEPS, goTo, leaveTour, startTour } from "./tour.ts";

const part = (head: number) => ({ kind: "head", at: { layer: 0, head } }) as const;
const off = () => question.getState().interventions.map(({ at, scale }) => [at, scale]);

beforeEach(() => {
  clearResults();
  opened.setState({ finding: undefined });
  model.setState({ choice: { id: "m", source: { kind: "url", base: "http://here/" } } });
  replaceQuestion({ prompt: "3+5=", target: undefined, interventions: [] });
  select(undefined);
  setOtherPrompt(undefined);
  // the second head costs most
  const sweep = { target: 8, baseline: -0.5, logProbability: [[-1, -4]] };
  results.setState({ sweep: { ...EMPTY_SLOT, status: "done", value: sweep } });
});

afterEach(() => {
  leaveTour();
  guide.setState({ tourLeftAt: 0 });
});

function prepared(): void {
  setScale(part(0), 0.5);
  setAblationSource(["1+2=", "2+4="]);
  select(part(0));
  setOtherPrompt("4+4=");
}

const switched = () => ({
  off: off(),
  donorPrompts: question.getState().ablationSource,
  selected: view.getState().selected,
  other: view.getState().chain.other,
});
const PREPARED = {
  off: [[{ layer: 0, head: 0 }, 0.5]],
  donorPrompts: ["1+2=", "2+4="],
  selected: part(0),
  other: "4+4=",
};

test.each(TOUR_STEPS.map((name, step) => [name, step] as const))(
  "left at %s, the tour gives back what was switched before it",
  (_name, last) => {
    prepared();
    startTour();
    for (let step = 1; step <= last; step++) goTo(step);
    leaveTour();
    expect(switched()).toEqual(PREPARED);
  },
);

test("finished, it gives back what was switched before it, and what it switched off is on", () => {
  prepared();
  startTour();
  for (let step = 1; step <= TOUR_STEPS.length; step++) goTo(step);
  expect(guide.getState().tourStep).toBeUndefined();
  expect(switched()).toEqual(PREPARED);
});

test("with nothing switched before, nothing is off after it", () => {
  startTour();
  goTo(1);
  expect(off()).toEqual([[{ layer: 0, head: 1 }, 0]]);
  leaveTour();
  expect(off()).toEqual([]);
});

test("gone on with, it gives back what was there when it was gone on with", () => {
  startTour();
  goTo(1);
  leaveTour();
  prepared();
  startTour();
  expect(guide.getState().tourStep).toBe(1);
  leaveTour();
  expect(switched()).toEqual(PREPARED);
});

test.each<[what: string, does: () => void, left: unknown]>([
  [
    "switches something during a stop",
    () => ablate([part(0)]),
    [
      [{ layer: 0, head: 1 }, 0],
      [{ layer: 0, head: 0 }, 0],
    ],
  ],
  [
    "opens a finding from the last stop",
    () => {
      opened.setState({ finding: NO_FINDING });
      replaceQuestion({ prompt: "3+5=", target: undefined, interventions: [{ ...part(1), scale: 0 }] });
    },
    [[{ layer: 0, head: 1 }, 0]],
  ],
  [
    "takes another model",
    () => model.setState({ choice: { id: "n", source: { kind: "url", base: "http://there/" } } }),
    [[{ layer: 0, head: 1 }, 0]],
  ],
])("whoever %s keeps that", (_what, does, left) => {
  prepared();
  startTour();
  goTo(1);
  does();
  leaveTour();
  expect(off()).toEqual(left);
});

test("another prompt has the switches back, and what stands in stays what it is", () => {
  prepared();
  startTour();
  goTo(1);
  question.setState({ prompt: "47+38=" });
  setAblationSource(["12+24=", "31+55="]);
  leaveTour();
  expect(off()).toEqual([[{ layer: 0, head: 0 }, 0.5]]);
  expect(question.getState().ablationSource).toEqual(["12+24=", "31+55="]);
});
