// @vitest-environment happy-dom
import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, describe, expect, test } from "vitest";
import type { Intervention } from "#model/interventions.ts";
import { chooseNumbers } from "#state/view.ts";
import { EMPTY_SLOT, clearResults, results } from "#state/run/results.ts";
import type { NeuronComparison, NeuronInspection, Slot } from "#state/run/results.ts";
import type { Subject } from "#state/subject.ts";
import { NeuronCard } from "./NeuronCard.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const host = document.createElement("div");
const root = createRoot(host);
afterEach(() => {
  act(() => {
    root.render(null);
    clearResults();
    chooseNumbers(false);
  });
});

const AT = { layer: 1, neuron: 433 };
const L3H3_OFF: Intervention = { kind: "head", at: { layer: 3, head: 3 }, scale: 0 };
const L4H1_OFF: Intervention = { kind: "head", at: { layer: 4, head: 1 }, scale: 0 };

const subject = (interventions: readonly Intervention[], others: Partial<Subject> = {}): Subject => ({
  model: { id: "tiny", name: "Tiny" },
  variant: "base",
  prompt: "12+6=",
  tokens: [],
  token: { id: 18, text: "18" },
  target: undefined,
  interventions: [...interventions],
  ...others,
});
const slot = <T,>(value: T, about: Subject, asked = "now"): Slot<T> => ({
  ...EMPTY_SLOT,
  status: "done",
  value,
  about,
  answers: "now",
  asked,
});

const NEURON: NeuronInspection = {
  at: AT,
  target: 18,
  activations: [3, 5],
  increase: Math.LN2,
  baseline: -0.5,
  withoutIt: -0.5,
  promotes: [],
  suppresses: [],
};
/** Of one neuron, which is another. */
const COMPARISON = {
  target: 18,
  rows: [
    {
      layer: 2,
      neuron: 7,
      change: 1,
      before: 1,
      after: 0,
      activationBefore: 1,
      activationAfter: 0,
      promotes: [],
      raw: [],
    },
  ],
  evaluated: 1,
  total: 1,
  certified: true,
} as unknown as NeuronComparison;

function cardText(neuronAbout: Subject, comparison: Slot<NeuronComparison>): string {
  act(() => {
    results.setState({ neuron: slot(NEURON, neuronAbout), comparison });
    root.render(<NeuronCard at={AT} isPreview />);
  });
  return host.textContent;
}

describe("a neuron's card says where the neuron stands in a comparison of its own run alone", () => {
  const SAID = "in the comparisonnot among the first 1";

  test("of what is off now", () => {
    expect(cardText(subject([L3H3_OFF]), slot(COMPARISON, subject([L3H3_OFF])))).toContain(SAID);
  });

  test.each([
    ["with everything on again", subject([]), slot(COMPARISON, subject([L3H3_OFF]))],
    ["with another head off", subject([L4H1_OFF]), slot(COMPARISON, subject([L3H3_OFF]))],
    ["after another prompt", subject([L3H3_OFF], { prompt: "3+5=" }), slot(COMPARISON, subject([L3H3_OFF]))],
    ["while a newer one is computed", subject([L3H3_OFF]), slot(COMPARISON, subject([L3H3_OFF]), "newer")],
  ])("and nothing %s", (_, about, comparison) => {
    expect(cardText(about, comparison)).not.toContain("in the comparison");
  });
});

test("what a neuron says itself is told as read off at its layer, beside what is lost without it", () => {
  const said = cardText(subject([]), EMPTY_SLOT);
  expect(said).toContain(
    "what it says itself makes the answer, read off at its layer2.0 times more likely before later layers add to it or undo it",
  );
  expect(said).toContain("without it, the rest as it is nowas likely as before");
  act(() => chooseNumbers(true));
  expect(host.textContent).not.toContain("read off at its layer");
});
