import { beforeEach, describe, expect, test } from "vitest";
import { randomStream } from "#core/numeric/random.ts";
import {
  choosePrompt,
  dropInterventions,
  endStep,
  question,
  redo,
  removeIntervention,
  resetInterventions,
  scaleOf,
  setPrompt,
  setScale,
  togglePart,
  undo,
} from "./question.ts";
import type { Part } from "./question.ts";

const HEAD: Part = { kind: "head", at: { layer: 0, head: 7 } };
const NEURON: Part = { kind: "neuron", at: { layer: 4, neuron: 425 } };
const interventions = () => question.getState().interventions;

beforeEach(() => {
  question.setState({
    prompt: "3+5=",
    target: undefined,
    answer: undefined,
    interventions: [],
    past: [],
    future: [],
    going: "",
  });
});

describe("interventions", () => {
  test("are switched off and on again", () => {
    togglePart(HEAD);
    expect(interventions()).toEqual([{ ...HEAD, scale: 0 }]);
    togglePart(HEAD);
    expect(interventions()).toEqual([]);
  });

  test("a part that is turned down counts as switched: the switch puts it back", () => {
    setScale(HEAD, 0.5);
    togglePart(HEAD);
    expect(interventions()).toEqual([]);
  });

  test("keep their place in the list while their scale changes", () => {
    setScale(HEAD, 0);
    setScale(NEURON, 0);
    setScale(HEAD, 0.5);
    expect(interventions().map((change) => change.scale)).toEqual([0.5, 0]);
    expect(scaleOf(interventions(), HEAD)).toBe(0.5);
    expect(scaleOf(interventions(), { kind: "head", at: { layer: 1, head: 1 } })).toBe(1);
  });

  test("a neuron and a head with the same numbers are two parts", () => {
    setScale({ kind: "head", at: { layer: 1, head: 2 } }, 0);
    setScale({ kind: "neuron", at: { layer: 1, neuron: 2 } }, 0);
    expect(interventions()).toHaveLength(2);
  });

  test("stay when the prompt changes; the target does not", () => {
    setScale(HEAD, 0);
    question.setState({ target: 12 });
    setPrompt("45+27=");
    expect(question.getState()).toMatchObject({ prompt: "45+27=", target: undefined, interventions: [{ scale: 0 }] });
  });
});

describe("undo", () => {
  test("takes back one change after the other, to the first", () => {
    togglePart(HEAD);
    togglePart(NEURON);
    removeIntervention(HEAD);
    resetInterventions();
    undo();
    expect(interventions()).toEqual([{ ...NEURON, scale: 0 }]);
    undo();
    expect(interventions()).toHaveLength(2);
    undo();
    undo();
    undo();
    expect(interventions()).toEqual([]);
  });

  test("takes back a dragged slider in one step", () => {
    for (const scale of [0.9, 0.6, 0.3]) setScale(HEAD, scale, true);
    setScale(NEURON, 0.5, true);
    undo();
    expect(interventions()).toEqual([{ ...HEAD, scale: 0.3 }]);
    undo();
    expect(interventions()).toEqual([]);
  });

  test("does not lead back to the parts of another model", () => {
    togglePart(HEAD);
    dropInterventions();
    undo();
    expect(interventions()).toEqual([]);
  });

  test("takes back a prompt with its target, and all that was typed of it at once; redo makes it again", () => {
    question.setState({ target: 12 });
    for (const text of ["4", "45", "45+", "45+27="]) setPrompt(text);
    endStep();
    togglePart(HEAD);
    undo();
    undo();
    expect(question.getState()).toMatchObject({ prompt: "3+5=", target: 12, interventions: [] });
    redo();
    expect(question.getState()).toMatchObject({ prompt: "45+27=", target: undefined, interventions: [] });
    redo();
    expect(interventions()).toEqual([{ ...HEAD, scale: 0 }]);
    redo();
    expect(question.getState()).toMatchObject({ prompt: "45+27=", interventions: [{ scale: 0 }] });
  });

  test("what is typed after an undo is a step of its own, and nothing is left to redo", () => {
    setPrompt("9-4=");
    endStep();
    setPrompt("6*7=");
    undo();
    setPrompt("9-4=5");
    redo();
    expect(question.getState().prompt).toBe("9-4=5");
    undo();
    expect(question.getState().prompt).toBe("9-4=");
  });

  test.each([1, 2, 3, 4, 5])("and redo walk along a plain list, seed %i", (seed) => {
    const random = randomStream(seed);
    const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!;
    const asked = () => ({ prompt: question.getState().prompt, interventions: interventions() });
    let list = [asked()];
    let at = 0;
    for (let count = 0; count < 200; count += 1) {
      const move = pick([-1, 0, 1]);
      if (move === -1) undo();
      if (move === 1) redo();
      at = Math.min(Math.max(at + move, 0), list.length - 1);
      if (move === 0) {
        if (random() < 0.5) choosePrompt(`${question.getState().prompt}${count}`.slice(-6));
        else togglePart(pick([HEAD, NEURON]));
        list = [...list.slice(0, at + 1), asked()];
        at += 1;
      }
      expect(asked()).toEqual(list[at]);
    }
  });
});
