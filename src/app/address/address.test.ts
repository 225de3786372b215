import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Fault } from "#core/fault.ts";
import { randomStream } from "#core/numeric/random.ts";
import { changeModel } from "#state/model/load-offer.ts";
import {
  choosePrompt,
  endStep,
  question,
  redo,
  setPrompt,
  setScale,
  setTarget,
  togglePart,
  undo,
} from "#state/question.ts";
import { guide } from "#state/guide/guide.ts";
import { model } from "#state/model/model.ts";
import { select, showTab, view } from "#state/view.ts";
import { askedSession, HEAD, INFO, OTHER, SHIPPED } from "#test/asked-session.ts";
import { FakeHistory } from "#test/fake-history.ts";
import { followAddress } from "./address.ts";

const { calls, last, answerBefore } = askedSession();

let tabs: FakeHistory;
let end: () => void;

beforeEach(async () => {
  tabs = new FakeHistory("#v=1&m=abacus&p=3%2B5=");
  for (const [name, value] of Object.entries(tabs.globals())) vi.stubGlobal(name, value);
  const address = followAddress([SHIPPED, OTHER], async () => undefined);
  end = address.end;
  await rest();
});

afterEach(() => {
  end();
  vi.unstubAllGlobals();
});

/** The address has been written, whatever its modules and rests take. */
async function rest(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1_000);
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(1_000);
}

const shown = () => {
  const { prompt, target, interventions } = question.getState();
  return { prompt, target, interventions, tab: view.getState().tab };
};

async function go(steps: -1 | 1): Promise<void> {
  tabs.go(steps);
  await rest();
}

test("a link that was followed a moment ago is not written over by what is shown", async () => {
  choosePrompt("4+5=");
  const arrive = tabs.follow("#gallery");
  await rest();
  expect(location.hash).toBe("#gallery");
  arrive();
  await rest();
  expect([location.hash, guide.getState().isGalleryOpen]).toEqual(["#gallery", true]);
  // and back the page is in step again
  await go(-1);
  choosePrompt("6+1=");
  await rest();
  expect(location.hash).toContain("p=6");
});

describe("Back and Forward", () => {
  test("what is typed is one entry, what is dragged another, and what is looked at none", async () => {
    for (const text of ["4", "45", "45+", "45+2", "45+27", "45+27="]) {
      setPrompt(text);
      await rest();
    }
    expect(tabs.length).toBe(2);
    endStep();
    for (const scale of [0.9, 0.5, 0.2]) {
      setScale(HEAD, scale, true);
      await rest();
    }
    expect(tabs.length).toBe(3);
    select(HEAD);
    await rest();
    expect(tabs.length).toBe(3);
    await go(-1);
    expect(shown()).toMatchObject({ prompt: "45+27=", interventions: [] });
    await go(-1);
    expect(shown().prompt).toBe("3+5=");
    await go(1);
    await go(1);
    expect(shown()).toMatchObject({ prompt: "45+27=", interventions: [{ ...HEAD, scale: 0.2 }] });
    expect(view.getState().selected).toEqual(HEAD);
  });

  test("changes of one moment, as of a step of the tour, are one entry", async () => {
    togglePart(HEAD);
    showTab("neurons");
    await rest();
    expect(tabs.length).toBe(2);
  });

  test("lead to the model before and back, which another one's arrival does not add to", async () => {
    togglePart(HEAD);
    await rest();
    void changeModel(OTHER);
    await rest();
    await last("load").answer({ ...INFO, name: "other", source: { kind: "url", name: "http://here/models/other/" } });
    await rest();
    // it has other parts: what was ablated was dropped when it came, which is no entry of its own
    expect([tabs.length, shown().interventions]).toEqual([3, []]);
    await go(-1);
    expect(model.getState().choice?.id).toBe("abacus");
    expect(shown().interventions).toEqual([{ ...HEAD, scale: 0 }]);
    await last("load").answer(INFO);
    await rest();
    await go(1);
    expect(model.getState().choice?.id).toBe("other");
    expect(tabs.length).toBe(3);
  });

  test("what is chosen just after a model came is an entry", async () => {
    void changeModel(OTHER);
    await rest();
    const entries = tabs.length;
    await last("load").answer({ ...INFO, name: "other", source: { kind: "url", name: "http://here/models/other/" } });
    await vi.advanceTimersByTimeAsync(50);
    showTab("chain");
    await rest();
    expect(tabs.length).toBe(entries + 1);
  });

  test("what is chosen while a model loads is an entry, what is typed then is one, and its arrival none", async () => {
    togglePart(HEAD);
    await rest();
    void changeModel(OTHER);
    await rest();
    showTab("chain");
    await rest();
    for (const text of ["4", "45", "45+2="]) {
      setPrompt(text);
      await rest();
    }
    expect(tabs.length).toBe(5);
    await last("load").answer({ ...INFO, name: "other", source: { kind: "url", name: "http://here/models/other/" } });
    await rest();
    expect([tabs.length, shown()]).toEqual([
      5,
      { prompt: "45+2=", target: undefined, interventions: [], tab: "chain" },
    ]);
    await go(-1);
    expect([shown().prompt, shown().tab, model.getState().choice?.id]).toEqual(["3+5=", "chain", "other"]);
    await go(-1);
    expect([shown().tab, model.getState().choice?.id]).toEqual(["heads", "other"]);
    await go(-1);
    expect([shown().tab, model.getState().choice?.id]).toEqual(["heads", "abacus"]);
  });

  test("what is chosen in the very moment of a model's arrival is an entry", async () => {
    void changeModel(OTHER);
    await rest();
    const entries = tabs.length;
    showTab("chain");
    await last("load").answer({ ...INFO, name: "other", source: { kind: "url", name: "http://here/models/other/" } });
    await rest();
    expect(tabs.length).toBe(entries + 1);
  });

  test("a load that fails adds none, and leaves what was chosen meanwhile", async () => {
    void changeModel(OTHER);
    await rest();
    showTab("chain");
    await rest();
    const entries = tabs.length;
    await last("load").fail(new Fault("bad-file", "config.json is not JSON"));
    await rest();
    expect([tabs.length, shown().tab, model.getState().choice?.id]).toEqual([entries, "chain", "abacus"]);
  });

  test("keep a model that is here and the run that answers what is shown", async () => {
    await answerBefore();
    showTab("chain");
    await rest();
    const loads = calls().filter(({ method }) => method === "load").length;
    const sweep = last("sweepHeads");
    await go(-1);
    await go(1);
    await go(-1);
    expect(calls().filter(({ method }) => method === "load")).toHaveLength(loads);
    expect(sweep.signal?.aborted).toBe(false);
  });

  test.each(Array.from({ length: 12 }, (_, seed) => seed))(
    "any order of changes, undo, redo, Back and Forward has the entries of a plain list, seed %i",
    async (seed) => {
      const random = randomStream(seed);
      const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!;
      let list = [shown()];
      let at = 0;
      const CHANGES = [
        () => choosePrompt(pick(["3+5=", "9-4=", "6*7=", "45+27="])),
        () => togglePart({ kind: "head", at: { layer: pick([0, 1]), head: pick([0, 1]) } }),
        () => togglePart({ kind: "neuron", at: { layer: 1, neuron: pick([0, 1, 2, 3]) } }),
        () => showTab(pick(["heads", "chain", "neurons"] as const)),
        () => setTarget(pick([3, 4, undefined])),
        undo,
        redo,
      ];
      for (let count = 0; count < 60; count += 1) {
        if (random() < 0.35) {
          const steps = pick([-1, 1] as const);
          at = Math.min(Math.max(at + steps, 0), list.length - 1);
          await go(steps);
        } else {
          pick(CHANGES)();
          await rest();
          if (JSON.stringify(shown()) !== JSON.stringify(list[at])) {
            list = [...list.slice(0, at + 1), shown()];
            at += 1;
          }
        }
        expect({ shown: shown(), length: tabs.length, index: tabs.index }).toEqual({
          shown: list[at],
          length: list.length,
          index: at,
        });
      }
    },
  );
});

describe("a link", () => {
  test.each([
    ["opens its model", () => undefined, "abacus", "45+27="],
    ["leaves the model that somebody opened while it was read", () => void changeModel(OTHER), "other", "45+27="],
  ])("%s", async (_what, meanwhile, id, prompt) => {
    end();
    tabs = new FakeHistory("#v=1&m=abacus&p=45%2B27%3D");
    for (const [name, value] of Object.entries(tabs.globals())) vi.stubGlobal(name, value);
    model.setState({ choice: undefined, info: undefined, status: { kind: "nothing" } });
    const address = followAddress([SHIPPED, OTHER], async () => undefined);
    end = address.end;
    meanwhile();
    await address.isOpen;
    expect([model.getState().choice?.id, model.getState().status.kind, question.getState().prompt]).toEqual([
      id,
      "loading",
      prompt,
    ]);
  });
});
