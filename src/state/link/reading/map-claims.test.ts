import { afterEach, describe, expect, test } from "vitest";
import type { AdapterInfo } from "#protocol/engine.ts";
import { settle } from "#test/asked-engine.ts";
import { askedSession, HEAD, SHIPPED, SWEEP, prediction } from "#test/asked-session.ts";
import { NO_ADAPTER, adapter } from "../../model/adapter.ts";
import { setAblationSource, setPrompt, setTarget, togglePart } from "../../question.ts";
import { clearReading, hover, setReading, showTab } from "../../view.ts";
import { openedCheck } from "../checking/whole-check.ts";
import { currentFragment, openLink } from "../links.ts";
import { sharedFragment } from "../shared-link.ts";
import { mapClaims } from "./map-claims.ts";

/** Effects of `SWEEP`, log p −0.5: [[0, 2.5], [0, −0.1]]. */
const OTHER_SWEEP = {
  target: 9,
  baseline: -1,
  logProbability: [
    [-1.25, -9],
    [-1, -1],
  ],
};
// effects there: [[0.25, 8], [0, 0]]; apart: L0H1 5.5, L0H0 0.25, L1H1 0.1, L1H0 0

describe("of two maps beside each other a link claims", () => {
  test("the second answer's log p, and both effects of the three heads that differ most", () => {
    expect(mapClaims({ own: SWEEP, other: OTHER_SWEEP }).map(({ name, value }) => [name, value.toFixed(4)])).toEqual([
      ["baseline", "-1.0000"],
      ["L0H1", "2.5000"],
      ["other-L0H1", "8.0000"],
      ["L0H0", "0.0000"],
      ["other-L0H0", "0.2500"],
      ["L1H1", "-0.1000"],
      ["other-L1H1", "0.0000"],
    ]);
  });

  test("nothing of one that is not whole", () => {
    const part = { ...SWEEP, logProbability: [[Number.NaN, Number.NaN], SWEEP.logProbability[1]!] };
    expect(mapClaims({ own: part, other: OTHER_SWEEP })).toEqual([]);
    expect(mapClaims({ own: SWEEP, other: part })).toEqual([]);
  });
});

describe("on the page", () => {
  const { answerBefore, last, settleTyping, waiting } = askedSession();
  const LINK = "#v=1&m=abacus&d=q8&p=3%2B5=&hcmp=4%2B5=";
  const ALL = "he=baseline:-1;L0H1:2.5;other-L0H1:8;L0H0:0;other-L0H0:0.25;L1H1:-0.1;other-L1H1:0";
  const checked = () => openedCheck()!;
  afterEach(() => adapter.setState(NO_ADAPTER, true));
  const answerOwn = async () => {
    await settle();
    await waiting("sweepHeads")
      .findLast(({ prompt }) => prompt === "3+5=")!
      .answer(SWEEP);
  };
  const answerOther = async (prompt = "4+5=") => {
    await settle();
    await waiting("predict")
      .findLast((call) => call.prompt === prompt && call.options["top"] === 1)!
      .answer(prediction(9, -1));
    await settle();
    await last("sweepHeads").answer(OTHER_SWEEP);
  };

  test.each([
    ["the same", ALL, "reproduced"],
    ["a head that differs less", "he=L1H0:0;other-L1H0:0", "reproduced"],
    ["within what rounding may make", "he=other-L0H1:8.001", "reproduced"],
    ["another number of the second map", "he=other-L0H1:8.0012", "differs"],
    ["another number of the first map", "he=L0H1:2.6", "differs"],
    ["the maps the wrong way round", "he=L0H1:8;other-L0H1:2.5", "differs"],
    ["a head that no map has", "he=other-L7H1:0", "partly"],
    ["a head that no map has, beside one that is the same", "he=L0H1:2.5;L99H99:1", "partly"],
    ["a head that no map has, beside another number", "he=L0H1:2.6;L99H99:1", "differs"],
    ["the same of another content", `h=0123456789ab&${ALL}`, "agrees"],
    ["one of two that cannot be read", "he=L0H1:2.5;another-L0H1:8", "partly"],
  ])("%s: %s is %s", async (_what, claims, verdict) => {
    openLink(`${LINK}&b=-0.5&${claims}`, [SHIPPED]);
    expect(checked()).toMatchObject({ verdict: "open", open: ["answer", "maps"] });
    await answerBefore();
    await answerOwn();
    expect(checked()).toMatchObject({ verdict: "open", checked: ["answer"], open: ["maps"] });
    await answerOther();
    expect(checked()).toMatchObject({ verdict, open: [] });
    hover({ kind: "head", at: { layer: 0, head: 1 } });
    expect(checked().verdict).toBe(verdict);
  });

  test("a copied link carries them once both maps are whole, and whoever opens it has them reproduced", async () => {
    openLink(LINK, [SHIPPED]);
    await answerBefore();
    await answerOwn();
    expect(sharedFragment()).not.toContain("he=");
    await answerOther();
    const copied = sharedFragment()!;
    expect(copied).toContain(`&hcmp=4%2B5=&${ALL}&b=-0.5`);
    showTab("neurons");
    expect(sharedFragment()).not.toContain("he=");
    openLink(copied, [SHIPPED]);
    await settle();
    expect(checked()).toMatchObject({ verdict: "reproduced", checked: ["answer", "maps"], count: 8 });
    expect(currentFragment()).toContain(ALL);
  });

  test("they are not held against another second prompt, and go from the address with it", async () => {
    openLink(`${LINK}&${ALL}`, [SHIPPED]);
    await answerBefore();
    await answerOwn();
    await answerOther();
    setReading({ other: "9-4=" });
    expect(checked()).toMatchObject({ verdict: "open", open: ["maps"] });
    expect(currentFragment()).not.toContain("he=");
    await answerOther("9-4=");
    expect(checked()).toMatchObject({ verdict: "open", open: ["maps"] });
    clearReading("other");
    expect(checked()).toMatchObject({ verdict: "open", open: ["maps"] });
  });

  test("what is ablated in both of them is part of the question", async () => {
    openLink(`${LINK}&x=L0H1*0&under=1&he=other-L0H1:8`, [SHIPPED]);
    await answerBefore();
    await settle();
    const [under] = waiting("sweepHeads").filter(
      ({ prompt, options }) => prompt === "3+5=" && options["interventions"] !== undefined,
    );
    await under!.answer(SWEEP);
    await answerOther();
    expect(checked().of.maps).toMatchObject({ verdict: "reproduced" });
    togglePart(HEAD);
    expect(openedCheck()).toBeUndefined();
  });

  test("what stands in is part of the question though nothing is switched: it is what each head is replaced from", async () => {
    openLink(`${LINK}&si=4%2B4=&${ALL}`, [SHIPPED]);
    await answerBefore();
    await answerOwn();
    await answerOther();
    expect(checked()).toMatchObject({ verdict: "reproduced" });
    expect(sharedFragment()).toContain(ALL);
  });

  test("of two variants they name the adapter, whose content counts", async () => {
    const info = { name: "tiny", content: "b".repeat(64), source: { kind: "hub", name: "owner/lora" } };
    const lora = { id: "owner/lora", source: { kind: "hub", repo: "owner/lora" } } as const;
    adapter.setState({ choice: lora, status: { kind: "attached", info: info as unknown as AdapterInfo } }, true);
    const link = LINK.replace("hcmp=4%2B5=", "a=owner/lora&hcmpv=adapted");
    const asked = async (claims: string) => {
      openLink(`${link}&${claims}`, [SHIPPED]);
      await answerBefore();
      await settle();
    };
    await asked(`ah=${"b".repeat(12)}&${ALL}`);
    await answerOwn();
    await answerOther("3+5=");
    expect(checked()).toMatchObject({ verdict: "reproduced", checked: ["maps"] });
    await asked(`ah=${"c".repeat(12)}&${ALL}`);
    expect(checked()).toMatchObject({ verdict: "agrees" });
    expect(checked().reason).toContain("another content of the adapter");
  });

  test("earlier maps are handed on while a newer prompt waits for its own", async () => {
    openLink(LINK, [SHIPPED]);
    await answerBefore();
    await answerOwn();
    await answerOther();
    setPrompt("9-4=");
    expect(sharedFragment()).toContain(`p=3%2B5=&hcmp=4%2B5=&${ALL}`);
  });

  test("of stand-ins that the shown answer was not asked with, nothing is handed on", async () => {
    openLink(LINK, [SHIPPED]);
    await answerBefore();
    await answerOwn();
    await answerOther();
    setAblationSource(["4+4="]);
    await settleTyping();
    await answerOwn();
    await answerOther();
    expect(sharedFragment()).toContain("&si=4%2B4=&");
    expect(sharedFragment()).toContain(ALL);
    // the answer is as it was, without stand-ins, and not asked again
    for (const prompt of ["9-4=", ""]) {
      setPrompt(prompt);
      expect(sharedFragment()).toContain("&p=3%2B5=&");
      expect(sharedFragment()).not.toContain("si=");
      expect(sharedFragment()).not.toContain("he=");
    }
  });

  const answerOff = (count: number, logProbability: number) =>
    waiting("predict")
      .findLast(({ options }) => (options["interventions"] as readonly unknown[] | undefined)?.length === count)!
      .answer(prediction(8, logProbability));
  const answerUnder = async () => {
    await settle();
    await waiting("sweepHeads")
      .findLast(({ prompt, options }) => prompt === "3+5=" && options["interventions"] !== undefined)!
      .answer(SWEEP);
  };

  test("of other parts that stay off than the shown answer has, nothing is handed on", async () => {
    openLink(`${LINK}&x=L0H1*0&under=1`, [SHIPPED]);
    await answerBefore();
    await settle();
    await answerOff(1, -0.7);
    await answerUnder();
    await answerOther();
    expect(sharedFragment()).toContain("he=");
    togglePart({ kind: "head", at: { layer: 1, head: 0 } });
    await settle();
    await answerOff(2, -0.9);
    // the maps are still those with one part off
    setPrompt("9-4=");
    expect(sharedFragment()).toContain("x=L0H1*0;L1H0*0");
    expect(sharedFragment()).not.toContain("he=");
  });

  test("of a second map about another token than the first, nothing is handed on", async () => {
    const info = { name: "tiny", content: "b".repeat(64), source: { kind: "hub", name: "owner/lora" } };
    const lora = { id: "owner/lora", source: { kind: "hub", repo: "owner/lora" } } as const;
    adapter.setState({ choice: lora, status: { kind: "attached", info: info as unknown as AdapterInfo } }, true);
    openLink(LINK.replace("hcmp=4%2B5=", "a=owner/lora&hcmpv=adapted"), [SHIPPED]);
    await answerBefore();
    await answerOwn();
    await answerOther("3+5=");
    expect(sharedFragment()).toContain("he=");
    setTarget(9);
    await settle();
    await last("predict").answer(prediction(9, -3));
    await answerOwn();
    // the second map is still about 8
    setPrompt("9-4=");
    expect(sharedFragment()).toContain("&t=9&");
    expect(sharedFragment()).not.toContain("he=");
  });
});
