import { describe, expect, test } from "vitest";
import { askedSession, SHIPPED } from "#test/asked-session.ts";
import { settle } from "#test/asked-engine.ts";
import { crowdedChain } from "#test/chains.ts";
import { openLink } from "../links.ts";
import { opened } from "../opened.ts";
import { question, setPrompt } from "../../question.ts";
import { results } from "../../run/results.ts";
import { hover, setReading, view } from "../../view.ts";
import { checkWhole, followOpenedCheck, openedCheck } from "./whole-check.ts";

const { answerBefore, last, settleTyping } = askedSession();
const checked = () => checkWhole(opened.getState().finding!, results.getState(), question.getState());
const open = (claims: string) => openLink(`#v=1&m=abacus&d=q8&p=3%2B5=${claims}`, [SHIPPED]);

describe("all that a link claims", () => {
  test("is nothing where it claims no number", async () => {
    open("&title=a");
    await answerBefore();
    expect(checked()).toBeUndefined();
  });

  test("is open before anything was computed, and reproduced once all of it was", async () => {
    open("&view=chain&b=-0.5&ce=L3H1:10.25;stages:4");
    expect(checked()).toMatchObject({ verdict: "open", checked: [], open: ["answer", "chain"], count: 0 });
    await answerBefore();
    expect(checked()).toMatchObject({ verdict: "open", checked: ["answer"], open: ["chain"], count: 1 });
    await settle();
    await last("chain").answer(crowdedChain());
    expect(checked()).toMatchObject({ verdict: "reproduced", checked: ["answer", "chain"], open: [], count: 3 });
  });

  test.each([
    ["differs, whatever else is reproduced", "&b=-0.5&ce=L3H1:9;stages:4", "differs"],
    ["differs, whatever is still to come", "&b=-0.4&er=accuracy:1&ce=L3H1:10.25", "differs"],
    ["is open as long as an experiment was not run", "&b=-0.5&er=accuracy:1&ce=L3H1:10.25", "open"],
    ["only agrees on another content", "&h=0123456789ab&b=-0.5&ce=L3H1:10.25", "agrees"],
    ["is partly there where a move is drawn no more", "&b=-0.5&ce=L3H1:10.25;L1A@3:0.7;stages:4", "partly"],
  ])("%s", async (_, claims, verdict) => {
    open(`&view=chain${claims}`);
    await answerBefore();
    await settle();
    await last("chain").answer(crowdedChain());
    expect(checked()!.verdict).toBe(verdict);
  });

  test("is not held against another look at the same question", async () => {
    open("&look=direct&b=-0.5&le=total:9.5");
    await answerBefore();
    await settle();
    await last("directLogits").answer({ total: 9.5, embedding: 0, attention: [], heads: [], ffn: [], bias: 0 });
    expect(checked()).toMatchObject({ verdict: "reproduced", checked: ["answer", "reading"] });
    setReading({ look: "scores" });
    await settle();
    await last("headScores").answer({ scores: { [view.getState().reading.score]: { score: [[0.5]] } } });
    expect(checked()).toMatchObject({ verdict: "open", soFar: "reproduced", open: ["reading"] });
    setReading({ look: "direct", against: 4 });
    await settle();
    await last("directLogits").answer({ total: 2, embedding: 0, attention: [], heads: [], ffn: [], bias: 0 });
    expect(checked()).toMatchObject({ verdict: "open", soFar: "reproduced", open: ["reading"] });
  });

  test("never counts as reproduced what only agrees, however much is still open", async () => {
    open("&view=chain&h=0123456789ab&b=-0.5&er=accuracy:1");
    await answerBefore();
    expect(checked()).toMatchObject({ verdict: "open", soFar: "agrees", checked: ["answer"], open: ["experiment"] });
    expect(checked()!.reason).toContain("It is no reproduction");
  });

  test("says how near its numbers lie by the one that takes most of what it is allowed", async () => {
    open("&view=chain&b=-0.5008&ce=L3H1:10.2504;stages:4");
    await answerBefore();
    await settle();
    await last("chain").answer(crowdedChain());
    const { closest } = checked()!;
    expect(closest!.row.name).toBe("log p(target)");
    expect(Math.abs(closest!.row.difference)).toBeCloseTo(0.0008, 9);
    expect(closest!.allowed).toBeCloseTo(0.00105, 12);
    expect(closest!.share).toBeCloseTo(0.0008 / 0.00105, 6);
  });
});

describe("what came of the opened link", () => {
  test("is one value for all who show it, and made anew only for what it follows from", async () => {
    open("&b=-0.5");
    let told = 0;
    const end = followOpenedCheck(() => void told++);
    await answerBefore();
    const check = openedCheck();
    expect(check).toEqual(checked());
    expect(told).toBeGreaterThan(0);
    hover({ kind: "head", at: { layer: 0, head: 1 } });
    expect(openedCheck()).toBe(check);
    // what the page then asks of the head under the pointer has no part in it either
    await settleTyping();
    await last("inspectHead").answer({});
    expect(results.getState().head.status).toBe("done");
    expect(openedCheck()).toBe(check);
    hover({ kind: "neuron", at: { layer: 0, neuron: 1 } });
    await settleTyping();
    await last("inspectNeuron").answer({});
    expect(results.getState().neuron.status).toBe("done");
    expect(openedCheck()).toBe(check);
    setPrompt("9-4=");
    expect(openedCheck()).toBeUndefined();
    setPrompt("3+5=");
    expect(openedCheck()).toEqual(check);
    end();
    const before = told;
    setReading({ look: "scores" });
    expect(told).toBe(before);
  });
});
