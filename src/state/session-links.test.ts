import { describe, expect, test } from "vitest";
import { Fault } from "#core/fault.ts";
import { settle } from "#test/asked-engine.ts";
import { askedSession, HEAD, OTHER, prediction, SHIPPED } from "#test/asked-session.ts";
import { crowdedChain } from "#test/chains.ts";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { setLeastShare, setOtherPrompt, setPredictingHead, setPublished, setThreshold } from "./chain-view.ts";
import { editPatch, patchForm } from "./lab/patch-form.ts";
import { clearLab, lab } from "./lab/tools.ts";
import { chainClaims } from "./link/chain/chain-claims.ts";
import { checkChain, currentFinding, measuredClaims } from "./link/claims.ts";
import { opened } from "./link/opened.ts";
import { joinedNumbers } from "./link/link-values.ts";
import { currentFragment, openLink } from "./link/links.ts";
import { decodeFinding } from "./link/permalink.ts";
import { sharedFinding, sharedFragment } from "./link/shared-link.ts";
import { loadModel } from "./model/loading.ts";
import { changeModel } from "./model/load-offer.ts";
import { model } from "./model/model.ts";
import { notices } from "./notices.ts";
import { question, setPrompt, setAblationSource, togglePart } from "./question.ts";
import { results } from "./run/results.ts";
import { pursueNow } from "./run/session.ts";
import { showTab, view } from "./view.ts";

const { calls, waiting, last, settleTyping, answerBefore } = askedSession();

describe("links", () => {
  test("a blank one opens what the page opens on", () => {
    openLink("", [SHIPPED, { ...OTHER, id: "abacus-2" }]);
    expect(question.getState()).toMatchObject({ prompt: "95-77=", interventions: [] });
    expect(question.getState().ablationSource).toHaveLength(8);
    expect(last("load").prompt).toEqual(OTHER.source);
  });

  test("restores what it holds and loads a model of the page's own", () => {
    openLink("#v=1&m=abacus&d=q4&p=45%2B27=&x=L0H1*0&view=neurons&sel=L0H1", [SHIPPED]);
    expect(question.getState()).toMatchObject({ prompt: "45+27=", interventions: [{ ...HEAD, scale: 0 }] });
    expect(view.getState()).toMatchObject({ tab: "neurons", selected: HEAD });
    expect(last("load").options).toMatchObject({ dtype: "q4" });
  });

  test("never downloads from elsewhere by itself", () => {
    openLink("#v=1&m=gpt/neo&p=3", [SHIPPED]);
    expect(waiting("load")).toHaveLength(0);
    expect(model.getState()).toMatchObject({ status: { kind: "offered" }, choice: { id: "gpt/neo" } });
  });

  test.each([
    ["a model that is only offered", "#v=1&m=gpt/neo&p=8%2B8=", "gpt/neo"],
    ["an address", "#v=1&m=https://example.org/m/&p=8%2B8=", "https://example.org/m/"],
  ])("to %s shows no number of the model before", async (_what, link, id) => {
    await answerBefore();
    expect(results.getState().prediction.value).toBeDefined();
    openLink(link, [SHIPPED]);
    expect(model.getState().choice?.id).toBe(id);
    const shown = Object.values(results.getState()).filter(
      ({ value, previous }) => value !== undefined || previous !== undefined,
    );
    expect(shown).toEqual([]);
  });

  test("to a folder leaves no other link's model as what the finding is about", () => {
    openLink("#v=1&m=gpt/neo&p=3", [SHIPPED]);
    openLink("#v=1&m=folder:foo&p=3", [SHIPPED]);
    expect(model.getState()).toMatchObject({ choice: undefined, status: { kind: "nothing" } });
    expect(notices.getState().list.map(({ message }) => message)).toEqual([expect.stringContaining("the model “foo”")]);
  });

  test("hand on the numbers that were measured for exactly this question", async () => {
    await answerBefore();
    togglePart(HEAD);
    expect(measuredClaims(results.getState(), question.getState(), 0)).toBeUndefined();
    await settle();
    await last("predict").answer(prediction(8, -3));
    expect(measuredClaims(results.getState(), question.getState(), 0)).toEqual({ baseline: -0.5, changed: -3 });
    expect(sharedFragment()).toContain("b=-0.5&c=-3");
    expect(currentFinding(false)!.expected).toEqual({});
  });

  describe("are of the last valid finding", () => {
    const OF_FIRST = "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&b=-0.5";
    const link = () => sharedFragment();

    test.each<[state: string, reach: () => unknown]>([
      ["the prompt is empty", () => (setPrompt(""), settleTyping())],
      ["another prompt is being computed", () => (setPrompt("45+27="), settleTyping())],
      ["another prompt is still being typed", () => setPrompt("45+27=")],
      [
        "another prompt was refused",
        async () => {
          setPrompt("1".repeat(99));
          await settleTyping();
          await last("predict").fail(new Fault("bad-request", "prompt: 99 tokens, the model reads 8"));
        },
      ],
      ["another model is loading", () => void changeModel(OTHER)],
      [
        "another model could not be loaded",
        async () => {
          void loadModel(OTHER);
          await last("load").fail(new Fault("bad-file", "config.json is not JSON"));
        },
      ],
      ["a part was switched off a moment ago", () => togglePart(HEAD)],
    ])("while %s", async (_, reach) => {
      await answerBefore();
      expect(link()).toBe(OF_FIRST);
      await reach();
      expect(link()).toBe(OF_FIRST);
      expect(sharedFinding()!.isEarlier).toBe(true);
    });

    test("with what was switched off when it was found", async () => {
      await answerBefore();
      togglePart(HEAD);
      await settle();
      await last("predict").answer(prediction(8, -3));
      const found = "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&x=L0H1*0&b=-0.5&c=-3";
      expect([link(), sharedFinding()!.isEarlier]).toEqual([found, false]);
      setPrompt("45+27=");
      await settleTyping();
      expect([link(), sharedFinding()!.isEarlier]).toEqual([found, true]);
    });

    test("with the patches that were made of it, while another prompt has no answer", async () => {
      await answerBefore();
      showTab("patch");
      editPatch({ corrupted: "3+4=", site: "z" });
      const token = (text: string) => ({ id: 1, text });
      const tokens = { clean: [token("3")], corrupted: [token("3")] };
      const scale = { direction: "denoise", metric: "logitDifference", answers: [token("8"), token("7")] } as const;
      const map = {
        ...scale,
        site: "z",
        clean: 6,
        corrupted: -2,
        raw: [[4]],
        values: [[0.75]],
        tokens,
        forwards: 3,
      } as const;
      const drawn = { asked: patchForm.getState(), prompt: "3+5=", map, isWhole: true };
      const about = { ...results.getState().prediction.about!, target: undefined };
      lab.setState({ patch: { value: drawn, about, status: "done", progress: undefined } });
      const found =
        "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&view=patch&b=-0.5&pc=3%2B4=&ps=z&pe=clean:6;corrupted:-2;L0H0:4";
      const sorted = (text: string | undefined) => text?.split("&").sort();
      expect(sorted(link())).toEqual(sorted(found));
      setPrompt("45+27=");
      await settleTyping();
      expect(sorted(link())).toEqual(sorted(found));
      expect(sharedFinding()!.isEarlier).toBe(true);
      clearLab();
    });

    test("and of none where a prompt was refused and no other was answered", async () => {
      pursueNow();
      expect(link()).toBe("v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=");
      await last("predict").fail(new Fault("bad-request", "prompt: the model cannot read it"));
      expect(link()).toBeUndefined();
    });
  });

  describe("of a chain", () => {
    const CLAIMED =
      "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&view=chain&ph=L0H1&min=headEffect:0.3&ce=L3H1:10.25;stages:4";
    const claims = () => currentFinding(false)!.expected.chain;

    test("hand on its numbers as soon as it was computed for exactly this question", async () => {
      await answerBefore();
      showTab("chain");
      await settle();
      expect(sharedFragment()).not.toContain("ce=");
      await last("chain").answer(crowdedChain());
      const own = `ce=${joinedNumbers(chainClaims(crowdedChain()))}`;
      expect(sharedFragment()).toContain(`&${own}&b=-0.5`);
      expect(claims()).toBeUndefined();
      // what is ablated moves the run, and not the clean run's chain
      togglePart(HEAD);
      expect(sharedFragment()).toContain(`&${own}`);
      setThreshold("headEffect", 0.3);
      expect(sharedFragment()).not.toContain("ce=");
      setThreshold("headEffect", DEFAULT_THRESHOLDS.headEffect);
      setPublished("llama-7b-3plus5");
      expect(sharedFragment()).not.toContain("ce=");
      setPublished(undefined);
      // what is shown is still without them, and so is its link
      setAblationSource(["2+4="]);
      expect(sharedFragment()).not.toContain("si=");
      expect(sharedFragment()).toContain(`&${own}`);
      setAblationSource([]);
      expect(sharedFragment()).toContain(`&${own}`);
      showTab("heads");
      expect(sharedFragment()).not.toContain("ce=");
    });

    test("of an older link are verified, and handed on in the sign of now", async () => {
      const older = "v=1&m=abacus&h=aaaaaaaaaaaa&d=q8&p=3%2B5=&view=chain&cr=L3H1:-10.25;L4N1:-10.25;stages:4";
      openLink(`#${older}`, [SHIPPED]);
      expect(currentFragment()).toBe(older.replace("cr=", "ce=").replaceAll(":-10", ":10"));
      await answerBefore();
      await settle();
      await last("chain").answer(crowdedChain());
      const { finding } = opened.getState();
      const chain = checkChain(finding!, results.getState(), question.getState(), view.getState().chain);
      expect(chain).toMatchObject({ verdict: "reproduced", largestDifference: 0 });
    });

    test("keep those of the opened link while the chain is the one that it asked for", () => {
      openLink(`#${CLAIMED}`, [SHIPPED]);
      expect(currentFragment()).toBe(CLAIMED);
      expect(sharedFragment()).toBe(CLAIMED);
      const numbers = claims();
      const isKept = () => claims() === numbers;
      const CHANGES: readonly (readonly [change: () => unknown, back: () => unknown])[] = [
        [() => setThreshold("headEffect", 0.4), () => setThreshold("headEffect", 0.3)],
        [() => setPredictingHead({ layer: 0, head: 0 }), () => setPredictingHead(HEAD.at)],
        [() => setPublished("llama-7b-3plus5"), () => setPublished(undefined)],
        [() => setPrompt("3+6="), () => setPrompt("3+5=")],
        [() => setAblationSource(["2+4="]), () => setAblationSource([])],
        [() => question.setState({ target: 3 }), () => question.setState({ target: undefined })],
        [() => question.setState({ variant: "adapted" }), () => question.setState({ variant: "base" })],
        [() => model.setState({ choice: OTHER }), () => model.setState({ choice: SHIPPED })],
      ];
      for (const [change, back] of CHANGES) {
        change();
        expect(isKept()).toBe(false);
        back();
        expect(isKept()).toBe(true);
      }
      setLeastShare(0.5);
      setOtherPrompt("4+5=");
      togglePart(HEAD);
      expect(isKept()).toBe(true);
      // on another tab the link is about the answer
      showTab("heads");
      expect(currentFragment()).not.toContain("ce=");
      showTab("chain");
      expect(isKept()).toBe(true);
    });
  });
});

describe("a text of a million characters", () => {
  const LONG = "3+5=".repeat(250_000);
  const addressNotices = () => notices.getState().list.filter(({ about }) => about === "address");

  test("is left out of the address, which says so once and is whole again with the next prompt", () => {
    model.setState({ choice: SHIPPED });
    togglePart(HEAD);
    setPrompt(LONG);
    expect(decodeFinding(currentFragment()!)).toMatchObject({
      finding: { prompt: "", interventions: [{ ...HEAD, scale: 0 }] },
      notices: [],
    });
    setPrompt(`${LONG}7`);
    currentFragment();
    expect(addressNotices()).toEqual([
      {
        about: "address",
        code: undefined,
        message:
          "What is asked is too long for a link: its texts have 1,000,000 characters, and a link of at most 200,000 is read, escapes included. The address leaves them out; a reload begins without them.",
      },
    ]);
    setPrompt("3+5=");
    expect(decodeFinding(currentFragment()!).finding.prompt).toBe("3+5=");
    expect(addressNotices()).toEqual([]);
  });

  test("is asked for its two ends only, and forgotten with its question", async () => {
    setPrompt(LONG);
    await settleTyping();
    const ends = calls().filter(({ method }) => method === "tokenEnds");
    expect(ends.map(({ prompt, options }) => [(prompt as string).length, options])).toEqual([
      [1_000_000, { most: 128 }],
    ]);
    await last("tokenEnds").answer({
      count: 250_000,
      first: [],
      last: [],
      added: [],
      unknown: { characters: [], count: 0 },
    });
    setPrompt("9-4=");
    await settleTyping();
    setPrompt(LONG);
    await settleTyping();
    expect(calls().filter(({ method, prompt }) => method === "tokenEnds" && prompt === LONG)).toHaveLength(2);
  });
});
