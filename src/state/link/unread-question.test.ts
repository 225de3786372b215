import "#state/experiments/behind-door.ts";
import { describe, expect, test } from "vitest";
import { askedSession, HEAD, SHIPPED } from "#test/asked-session.ts";
import { checkWhole, openedCheck } from "./checking/whole-check.ts";
import { currentFragment, openLink } from "./links.ts";
import { decodeFinding, encodeFinding } from "./permalink.ts";
import { FIELDS } from "./permalink-fields.ts";
import { question, setPrompt, togglePart } from "../question.ts";
import { results } from "../run/results.ts";

/** A value of every key that can be read, and one that cannot; a key that takes any text has only the first. */
const VALUES: Readonly<Record<string, readonly [good: string, bad?: string]>> = {
  v: ["1", "one"],
  m: ["abacus", "%%%"],
  h: ["0123456789ab", "zzz"],
  d: ["q8", "q9"],
  a: ["owner/lora", "%%%"],
  ah: ["0123456789ab", "zzz"],
  variant: ["base", "foo"],
  g: ["3e-7", "2"],
  rn: ["1", "yes"],
  p: ["3", "%E2"],
  t: ["4", "foo"],
  x: ["L0H1*0", "L0H1*0;bogus"],
  si: ["4", ""],
  view: ["chain", "foo"],
  sel: ["L0H1", "foo"],
  sort: ["-change", "--"],
  chain: ["llama-7b-3plus5", "foo"],
  cmp: ["3", "%E2"],
  cmpv: ["base", "foo"],
  ph: ["L0H1", "foo"],
  min: ["headEffect:0.3", "headEffect:0.3;foo:1"],
  edges: ["0.3", "2"],
  em: ["1", "yes"],
  look: ["direct", "foo"],
  under: ["1", "yes"],
  norm: ["own", "foo"],
  lens: ["target", "foo"],
  lp: ["2:5", "2"],
  vs: ["4", "foo"],
  nl: ["1", "foo"],
  score: ["induction", "foo"],
  hcmp: ["3", "%E2"],
  hcmpv: ["base", "foo"],
  pc: ["3", "%E2"],
  ps: ["z", "foo"],
  pd: ["noise", "foo"],
  pm: ["probability", "foo"],
  pr: ["3", "%E2"],
  pw: ["3", "%E2"],
  pp: ["1", "foo"],
  pn: ["L1N2", "%E2"],
  plq: ["logProbability", "foo"],
  plp: ["L0H1", "foo"],
  plo: ["-", "foo"],
  plt: ["{a}", "%E2"],
  pln: ["4", "foo"],
  ex: ["heads", "heads;foo:1"],
  ef: [`${"a".repeat(64)}@https://example.org/a.json`, "foo"],
  uq: ["0", "foo"],
  title: ["a", "%E2"],
  note: ["a", "%E2"],
};
const asked = FIELDS.filter(({ decides }) => decides !== "claim" && decides !== "claims");
const countOf = (fragment: string) => decodeFinding(fragment).finding.expected.unreadAsked ?? 0;

test("every key that claims nothing is tried here", () => {
  expect(asked.map(({ key }) => key).toSorted()).toEqual(Object.keys(VALUES).toSorted());
});

describe.each(asked.map(({ key, decides }) => ({ key, decides })))("under $key, which decides $decides,", (field) => {
  const { key, decides } = field;
  const [good, bad] = VALUES[key]!;
  const counts = decides === "question" ? 1 : 0;
  const countsBesideMaps = decides === "view" ? 0 : 1;

  test("what cannot be read counts where it decides what is asked", () => {
    expect(countOf(`${key}=${bad}`)).toBe(counts);
    expect(countOf(`${key}=${bad}&he=L0H1:1`)).toBe(countsBesideMaps);
    expect(countOf(`le=L0H1:1&${key}=${bad}`)).toBe(countsBesideMaps);
  });

  test("what stands there twice counts, whether the same or not", () => {
    expect(countOf(`${key}=${good}&${key}=${good}`)).toBe(counts);
    expect(countOf(`${key}=${good}&he=L0H1:1&${key}=${good}`)).toBe(countsBesideMaps);
  });

  test("the count stays in what is written of it", () => {
    const { finding } = decodeFinding(`b=-0.5&${key}=${bad}`);
    expect(countOf(encodeFinding(finding))).toBe(counts);
  });
});

test("of a part that is changed twice the first scale counts, and the second is a part that could not be read", () => {
  const { finding, notices } = decodeFinding("x=L0H7*0.5;L0H7*0;L0N7*0;L0H1*0;L0H7*1");
  expect(finding.interventions.map(({ kind, scale }) => [kind, scale])).toEqual([
    ["head", 0.5],
    ["neuron", 0],
    ["head", 0],
  ]);
  expect(finding.expected.unreadAsked).toBe(2);
  expect(notices).toHaveLength(2);
  expect(notices[0]).toBe("link: x lists “L0H7*0”; L0H7 stands there already, and the first is used");
});

describe("on the page a link of whose question a part cannot be read", () => {
  const { answerBefore } = askedSession();
  const LINK = "#v=1&m=abacus&d=q8&p=3%2B5=&b=-0.5";

  test.each(["&h=zzz", "&t=foo", "&variant=foo", "&h=zzz&t=foo&variant=foo", "&x=bogus", "&d=q8", "&ph=foo"])(
    "%s: is partly reproduced, and says so after a reload as well",
    async (more) => {
      openLink(LINK + more, [SHIPPED]);
      for (const _ of ["first", "again", "and again"]) {
        await answerBefore();
        expect(openedCheck()).toMatchObject({ verdict: "partly", count: 1, unread: 0 });
        expect(openedCheck()!.unreadAsked).toBeGreaterThan(0);
        expect(openedCheck()!.of.answer).toMatchObject({ verdict: "partly" });
        expect(openedCheck()!.reason).toContain("a part of what the link asks could not be read");
        openLink(currentFragment()!, [SHIPPED]);
      }
    },
  );

  test.each(["&view=foo", "&sel=foo", "&sort=--", "&rn=yes", "&under=yes", "&look=foo", "&view=heads&view=heads"])(
    "%s: is reproduced, as nothing else was computed",
    async (more) => {
      openLink(LINK + more, [SHIPPED]);
      await answerBefore();
      expect(openedCheck()).toMatchObject({ verdict: "reproduced", unreadAsked: 0 });
    },
  );

  test("differs where a number does, with that as a reason, and agrees only on another content", async () => {
    openLink(`${LINK.replace("-0.5", "-0.4")}&t=foo`, [SHIPPED]);
    await answerBefore();
    expect(openedCheck()).toMatchObject({ verdict: "differs", unreadAsked: 1 });
    expect(openedCheck()!.reason).toContain("That may explain it: a part of what the link asks could not be read.");
    openLink(`${LINK}&h=0123456789ab&t=foo`, [SHIPPED]);
    await answerBefore();
    expect(openedCheck()).toMatchObject({ verdict: "agrees" });
  });

  test.each<[string, string, () => void, string]>([
    ["an experiment", "view=experiments&ex=heads;foo:1&er=accuracy:1", () => setPrompt("9-4="), "&er=accuracy:1&"],
    [
      "an experiment's numbers",
      "view=experiments&ex=heads&er=accuracy:1;x:moon",
      () => setPrompt("9-4="),
      "&er=accuracy:1&",
    ],
    ["patches", "view=patch&pc=9%2B5=&ps=foo&pe=clean:1", () => togglePart(HEAD), "&pe=clean:1&"],
    ["a chain", "view=chain&min=foo:1&ce=L0H1:1", () => togglePart(HEAD), "&ce=L0H1:1&"],
    ["a chain's numbers", "view=chain&ce=L0H1:1;moon", () => togglePart(HEAD), "&ce=L0H1:1&"],
    ["maps", "hcmp=4%2B5=&hcmp=4%2B5=&he=L0H1:1", () => togglePart(HEAD), "&he=L0H1:1&"],
  ])("%s: says so wherever its numbers go, also once another answer is asked for", (_what, link, change, claims) => {
    openLink(`#v=1&m=abacus&d=q8&p=3%2B5=&${link}`, [SHIPPED]);
    const counted = /&u[nq]=1/.exec(currentFragment()!)?.[0];
    expect(counted).toBeDefined();
    change();
    expect(`${currentFragment()}&`).toContain(claims);
    expect(currentFragment()).toContain(counted);
  });

  test("that is about something else by now leaves nothing in the address", () => {
    openLink(`${LINK}&t=foo&c=moon`, [SHIPPED]);
    setPrompt("9-4=");
    expect(currentFragment()).not.toMatch(/&u[nq]=/);
  });

  test("without a claim has no verdict", async () => {
    openLink("#v=1&m=abacus&d=q8&p=3%2B5=&t=foo", [SHIPPED]);
    await answerBefore();
    expect(checkWhole(decodeFinding("t=foo").finding, results.getState(), question.getState())).toBeUndefined();
    expect(openedCheck()).toBeUndefined();
  });
});
