import { beforeEach, describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import { settle } from "#test/asked-engine.ts";
import { askedSession, HEAD, INFO, OTHER, SHIPPED } from "#test/asked-session.ts";
import { FIRST_LOOK } from "#state/first-look/first-look.ts";
import { openFirstLook } from "#state/link/opened.ts";
import { notices } from "#state/notices.ts";
import { question, togglePart } from "#state/question.ts";
import { loadSettled } from "./load-settled.ts";
import { changeModel } from "#state/model/load-offer.ts";
import { stopLoading } from "#state/model/loading.ts";
import { model } from "#state/model/model.ts";
import type { ModelChoice } from "#state/model/model.ts";

const { waiting, last, calls } = askedSession();

const FIRST: ModelChoice = { ...SHIPPED, id: FIRST_LOOK.model };
const FOLDER: ModelChoice = { id: "folder:mine", source: { kind: "files", files: [], paths: [] } };
const FOLDER_INFO = { ...INFO, name: "mine", source: { kind: "files", name: "mine" } } as const;
const BAD_FILE = new Fault("bad-file", "config.json is not JSON");

const loads = () => calls().filter(({ method }) => method === "load");
const messages = () => notices.getState().list.map(({ message }) => message);

/** Whether what waits for a load has gone on. */
function waiter(): { hasGoneOn: boolean } {
  const at = { hasGoneOn: false };
  void loadSettled()!.then(() => (at.hasGoneOn = true));
  return at;
}

describe("a model that is opened while the page's own first one loads", () => {
  beforeEach(() => {
    model.setState({ choice: undefined, info: undefined, status: { kind: "nothing" } });
    openFirstLook([FIRST]);
  });

  test("takes its place, and what a script asks meanwhile waits for it", async () => {
    const first = last("load");
    const asked = waiter();
    void changeModel(FOLDER);
    expect(first.signal!.aborted).toBe(true);
    await settle();
    expect(asked.hasGoneOn).toBe(false);
    await last("load").answer(FOLDER_INFO);
    await settle();
    expect([model.getState().choice, asked.hasGoneOn]).toEqual([FOLDER, true]);
  });

  test("and cannot be opened leaves the first one to be opened after all, and says why", async () => {
    const asked = waiter();
    void changeModel(FOLDER);
    await last("load").fail(BAD_FILE);
    await settle();
    expect(messages()).toEqual([BAD_FILE.message]);
    expect([waiting("load").at(-1)!.prompt, asked.hasGoneOn]).toEqual([FIRST.source, false]);
    await last("load").answer(INFO);
    await settle();
    expect(model.getState()).toMatchObject({ choice: FIRST, status: { kind: "ready" } });
    expect([messages(), asked.hasGoneOn]).toEqual([[BAD_FILE.message], true]);
    expect(last("predict").prompt).toBe(FIRST_LOOK.prompt);
  });

  test("and neither can be opened leaves none, and what waited is told so by the engine", async () => {
    const asked = waiter();
    void changeModel(FOLDER);
    await last("load").fail(BAD_FILE);
    await settle();
    await last("load").fail(new Fault("unreachable", "the model could not be read"));
    await settle();
    expect(model.getState().status.kind).toBe("failed");
    expect([messages(), asked.hasGoneOn]).toEqual([["the model could not be read"], true]);
  });

  test("and is stopped at a person's word keeps nobody waiting", async () => {
    const asked = waiter();
    void changeModel(FOLDER);
    stopLoading();
    await settle();
    expect([loads().length, asked.hasGoneOn]).toEqual([2, true]);
  });
});

describe("a model that is opened while another one that was to take a third's place loads", () => {
  test("and cannot be opened has the third one opened anew: the engine may have got to the second", async () => {
    togglePart(HEAD);
    void changeModel(OTHER);
    void changeModel(FOLDER);
    await last("load").fail(BAD_FILE);
    await settle();
    expect(last("load").prompt).toEqual(FIRST.source);
    await last("load").answer(INFO);
    await settle();
    expect(model.getState()).toMatchObject({ choice: SHIPPED, status: { kind: "ready" } });
    expect(question.getState().interventions).toEqual([{ ...HEAD, scale: 0 }]);
  });

  test("and is the second in another precision drops what was of the third", async () => {
    togglePart(HEAD);
    void changeModel(OTHER, { dtype: "q8" });
    void changeModel(OTHER, { dtype: "q4" });
    await last("load").answer({ ...INFO, name: "other", source: { kind: "url", name: "http://here/models/other/" } });
    await settle();
    expect(model.getState()).toMatchObject({ choice: OTHER, dtype: "q4", status: { kind: "ready" } });
    expect(question.getState().interventions).toEqual([]);
  });
});

test("nobody waits where no model is on its way", () => {
  expect(loadSettled()).toBeUndefined();
});
