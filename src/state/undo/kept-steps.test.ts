import { beforeEach, describe, expect, test } from "vitest";
import { askedSession, HEAD, INFO, OTHER, SHIPPED } from "#test/asked-session.ts";
import { openLink } from "../link/links.ts";
import { model } from "../model/model.ts";
import { choosePrompt, question, redo, setScale, togglePart, undo } from "../question.ts";
import { MAX_KEPT_CHARACTERS, stepsNow, takeSteps } from "./kept-steps.ts";

askedSession();

const LINK = "#v=1&m=abacus&d=q8&p=9-4=&x=L0H1*0.5";
const asked = () => {
  const { prompt, target, interventions } = question.getState();
  return { prompt, target, interventions };
};

/** The page opens anew with what its address says; undo and redo are as empty as they are then. */
function reload(link = LINK): void {
  question.setState({ prompt: "", target: undefined, interventions: [], past: [], future: [], going: "" });
  openLink(link, [SHIPPED, OTHER]);
  model.setState({ choice: SHIPPED, dtype: "q8", status: { kind: "ready" }, info: INFO });
}

/** 3+5=, L0H1 off, 9-4= with it off, L0H1 at a half, at a quarter, which is taken back. */
function change(): void {
  togglePart(HEAD);
  choosePrompt("9-4=");
  setScale(HEAD, 0.5);
  setScale(HEAD, 0.25);
  undo();
}

describe("undo over a reload", () => {
  beforeEach(change);

  test("takes back what was changed before it, and makes again what was taken back", () => {
    const kept = stepsNow()!;
    reload();
    expect(question.getState().past).toEqual([]);
    takeSteps(kept);
    redo();
    expect(asked().interventions).toEqual([{ ...HEAD, scale: 0.25 }]);
    undo();
    undo();
    expect(asked()).toEqual({ prompt: "9-4=", target: undefined, interventions: [{ ...HEAD, scale: 0 }] });
    undo();
    expect(asked()).toEqual({ prompt: "3+5=", target: undefined, interventions: [{ ...HEAD, scale: 0 }] });
    undo();
    expect(asked()).toEqual({ prompt: "3+5=", target: undefined, interventions: [] });
    undo();
    expect(asked().prompt).toBe("3+5=");
  });

  test("comes before what was changed since the page opened, which leaves nothing to redo", () => {
    const kept = stepsNow()!;
    reload();
    togglePart({ kind: "head", at: { layer: 1, head: 0 } });
    takeSteps(kept);
    expect(question.getState().future).toEqual([]);
    undo();
    expect(asked()).toEqual({ prompt: "9-4=", target: undefined, interventions: [{ ...HEAD, scale: 0.5 }] });
    undo();
    expect(asked().interventions).toEqual([{ ...HEAD, scale: 0 }]);
  });

  test.each<[string, () => void]>([
    ["another prompt", () => reload("#v=1&m=abacus&d=q8&p=9-5=&x=L0H1*0.5")],
    ["other switches", () => reload("#v=1&m=abacus&d=q8&p=9-4=")],
    ["another scale", () => reload("#v=1&m=abacus&d=q8&p=9-4=&x=L0H1*0.4")],
    ["another model", () => (reload(), model.setState({ choice: OTHER }))],
  ])("is not that of a page that opened with %s", (_, open) => {
    const kept = stepsNow()!;
    open();
    takeSteps(kept);
    expect([question.getState().past, question.getState().future]).toEqual([[], []]);
  });

  test("keeps a chosen target and an answer of several tokens with their prompt", () => {
    reload("#v=1&m=abacus&d=q8&p=3%2B5=");
    question.setState({ target: 7, answer: { text: "12", ids: [7, 9] } });
    choosePrompt("9-4=");
    const kept = stepsNow()!;
    reload("#v=1&m=abacus&d=q8&p=9-4=");
    takeSteps(kept);
    undo();
    expect(question.getState()).toMatchObject({ prompt: "3+5=", target: 7, answer: { text: "12", ids: [7, 9] } });
  });

  test("brings back no part that the model does not have", () => {
    const kept = JSON.parse(stepsNow()!) as { past: { interventions: unknown[] }[] };
    kept.past[0]!.interventions.push({ kind: "neuron", at: { layer: 900, neuron: 3 }, scale: 0 });
    reload();
    takeSteps(JSON.stringify(kept));
    expect(question.getState().past).toHaveLength(3);
    expect(question.getState().past[0]!.interventions).toEqual([]);
  });

  test.each<[string, (kept: Record<string, unknown>) => unknown]>([
    ["no object", () => 3],
    ["no steps", (kept) => ({ ...kept, past: undefined })],
    ["a step that is a text", (kept) => ({ ...kept, past: ["3+5="] })],
    ["a prompt that is a number", (kept) => ({ ...kept, past: [{ prompt: 3, interventions: [] }] })],
    ["a target below 0", (kept) => ({ ...kept, past: [{ prompt: "", target: -1, interventions: [] }] })],
    ["a part that is none", (kept) => ({ ...kept, past: [{ prompt: "", interventions: [{ kind: "layer" }] }] })],
    ["a scale out of range", (kept) => ({ ...kept, past: [{ prompt: "", interventions: [{ ...HEAD, scale: 101 }] }] })],
    [
      "more steps than undo has",
      (kept) => ({ ...kept, past: Array.from({ length: 101 }, () => ({ prompt: "", interventions: [] })) }),
    ],
    ["a redo that is no list", (kept) => ({ ...kept, future: {} })],
    ["more than this page keeps", (kept) => ({ ...kept, more: "x".repeat(MAX_KEPT_CHARACTERS) })],
  ])("takes nothing of a storage that holds %s", (_, spoil) => {
    const kept = JSON.parse(stepsNow()!) as Record<string, unknown>;
    reload();
    takeSteps(JSON.stringify(spoil(kept)));
    expect([question.getState().past, question.getState().future]).toEqual([[], []]);
    for (const text of ["", "{", "null", "[".repeat(100_000)]) takeSteps(text);
    expect([question.getState().past, question.getState().future]).toEqual([[], []]);
  });
});

test("nothing is kept of a page on which nothing was changed", () => {
  expect(stepsNow()).toBeUndefined();
});

test("of long texts the latest steps are kept", () => {
  for (let at = 0; at < 10; at += 1) choosePrompt(`${at}${"x".repeat(60_000)}`);
  const kept = stepsNow()!;
  expect(kept.length).toBeLessThanOrEqual(MAX_KEPT_CHARACTERS);
  const { past } = JSON.parse(kept) as { past: { prompt: string }[] };
  // the one that is shown takes as much room as each before it
  expect(past.map(({ prompt }) => prompt[0])).toEqual(["7", "8"]);
});
