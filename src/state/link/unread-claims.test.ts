import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { askedSession, SHIPPED } from "#test/asked-session.ts";
import { FIRST_LOOK } from "../first-look/first-look.ts";
import { model } from "../model/model.ts";
import { notices } from "../notices.ts";
import { question } from "../question.ts";
import { openedCheck } from "./checking/whole-check.ts";
import { NO_FINDING } from "./finding.ts";
import { currentFragment, openLink } from "./links.ts";
import { opened } from "./opened.ts";
import { MAX_READ_CHARACTERS, decodeFinding, encodeFinding } from "./permalink.ts";
import { FIELDS, MAX_UNREAD } from "./permalink-fields.ts";
import { sharedFragment } from "./shared-link.ts";

/** Every key under which a link can claim a number, with a number that it can claim. */
const GOOD: Readonly<Record<string, string>> = {
  b: "-0.5",
  c: "-0.7",
  n: "L1N2:0.3",
  ce: "L3H1:10.25",
  cr: "L3H1:-10.25",
  pe: "clean:13.7742",
  le: "total:9.7465",
  er: "accuracy:0.98",
  te: "L4N425:0.697",
  he: "other-L0H7:7.9",
};
const KEYS = FIELDS.flatMap(({ key, decides }) =>
  (decides === "claim" || decides === "claims") && key !== "un" ? [key] : [],
);
const LISTS = FIELDS.flatMap(({ key, decides }) => (decides === "claims" ? [key] : []));
const unreadOf = (fragment: string) => decodeFinding(fragment).finding.expected.unread ?? 0;

test("every key that claims numbers is tried here", () => {
  expect(KEYS.toSorted()).toEqual(Object.keys(GOOD).toSorted());
  for (const [key, good] of Object.entries(GOOD)) {
    expect(decodeFinding(`${key}=${good}`).notices).toEqual([]);
    expect(unreadOf(`${key}=${good}`)).toBe(0);
  }
});

describe.each(KEYS)("a link counts what it claims under %s and cannot be read", (key) => {
  const good = GOOD[key]!;
  test.each<[string, string, number]>([
    ["no number", "moon", 1],
    ["a number beyond all numbers", good.replace(/[-\d.]+$/, "1e999"), 1],
    ["hexadecimal", good.replace(/[-\d.]+$/, "0x10"), 1],
    ["a broken escape", `${good}%E2%82`, 1],
    ["a script", "%3Cscript%3E", 1],
  ])("%s", (_what, value, unread) => {
    const { finding, notices: said } = decodeFinding(`p=3&${key}=${value}`);
    expect(finding.expected).toEqual({ unread });
    expect(said.length).toBeGreaterThan(0);
  });

  test("a second time", () => {
    expect(unreadOf(`${key}=${good}&${key}=${good}`)).toBe(1);
    expect(decodeFinding(`${key}=${good}&${key}=moon`).finding.expected).toEqual({
      ...decodeFinding(`${key}=${good}`).finding.expected,
      unread: 1,
    });
  });
});

test.each(LISTS)("of the numbers under %s each that cannot be read counts, and the others are read", (key) => {
  const good = GOOD[key]!;
  const { expected } = decodeFinding(`${key}=${good}`).finding;
  expect(decodeFinding(`${key}=moon;${good};;L0:;L1H1:x`).finding.expected).toEqual({ ...expected, unread: 3 });
  expect(unreadOf(`${key}=${good}&${key}=${good};${good};`)).toBe(2);
  // beyond the longest list that is read
  expect(unreadOf(`${key}=${`${good};`.repeat(4_100)}`)).toBe(4);
  expect(unreadOf(`${key}=`)).toBe(0);
});

test("how many could not be read stays in the link, is bounded, and adds up", () => {
  const { finding } = decodeFinding("p=3&b=-0.5&n=moon;L1N2:0.3;sun");
  const written = encodeFinding(finding);
  expect(written).toBe("v=1&m=abacus&p=3&b=-0.5&n=L1N2:0.3&un=2");
  expect(decodeFinding(written)).toEqual({ finding, notices: [] });
  expect(unreadOf("un=2&c=moon")).toBe(3);
  expect(unreadOf("c=moon&un=2")).toBe(3);
  expect(unreadOf(`un=${MAX_UNREAD}&c=moon`)).toBe(MAX_UNREAD);
  for (const bad of [String(MAX_UNREAD + 1), "-1", "1e3", "", "two"]) expect(unreadOf(`un=${bad}`)).toBe(1);
  expect(unreadOf("un=0")).toBe(0);
});

test("whatever cannot be read, what is written of it is read as it was", () => {
  const piece = fc.constantFrom("L0H7:1", "moon", "", ";", ":", "%", "-0.5", "1e999", "%E2", "L1N2:0.3", "stages:4");
  const claim = fc.tuple(fc.constantFrom(...KEYS, "un"), fc.array(piece, { maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(claim, { maxLength: 8 }), (claims) => {
      const { finding } = decodeFinding(claims.map(([key, texts]) => `${key}=${texts.join(";")}`).join("&"));
      expect(decodeFinding(encodeFinding(finding))).toMatchObject({ finding, notices: [] });
    }),
    { numRuns: 500 },
  );
});

describe("on the page, a link with a claim that cannot be read", () => {
  const { answerBefore } = askedSession();
  const LINK = "#v=1&m=abacus&d=q8&p=3%2B5=&b=-0.5";

  test.each(KEYS.filter((key) => key !== "b"))("under %s is partly reproduced", async (key) => {
    openLink(`${LINK}&${key}=moon`, [SHIPPED]);
    expect(openedCheck()).toMatchObject({ verdict: "open", claimed: 2, unread: 1 });
    await answerBefore();
    expect(openedCheck()).toMatchObject({ verdict: "partly", soFar: "reproduced", count: 1, claimed: 2, unread: 1 });
    // the address says so after a reload as well
    openLink(currentFragment()!, [SHIPPED]);
    await answerBefore();
    expect(openedCheck()).toMatchObject({ verdict: "partly", claimed: 2, unread: 1 });
  });

  test("without another claim has nothing to compute", async () => {
    openLink("#v=1&m=abacus&d=q8&p=3%2B5=&b=moon", [SHIPPED]);
    await answerBefore();
    expect(openedCheck()).toMatchObject({ verdict: "nothing claimed", count: 0, claimed: 1, unread: 1 });
  });

  test("and one that differs, differs", async () => {
    openLink(`#v=1&m=abacus&d=q8&p=3%2B5=&b=-0.4&ce=moon`, [SHIPPED]);
    await answerBefore();
    expect(openedCheck()).toMatchObject({ verdict: "differs", unread: 1 });
  });

  test("is handed on without what nobody could read: the numbers are this page's own", async () => {
    openLink(`${LINK}&c=moon`, [SHIPPED]);
    await answerBefore();
    expect(currentFragment()).toContain("&un=1");
    expect(sharedFragment()).not.toContain("un=");
  });
});

describe("a fragment of which nothing can be read", () => {
  const { answerBefore } = askedSession();

  test.each([
    ["#%%%", "“%%%” has no part that can be read"],
    ["#%E2%82", "“%E2%82” has no part that can be read"],
    ["#section-2", "“section-2” has no part that can be read"],
    ["#utm_source=mail", "“utm_source=mail” has no part that can be read"],
    ["#m=%%%", "m is “%%%”; it needs abacus"],
    ["#&&=&", "“&&=&” has no part that can be read"],
    [`#p=${"3".repeat(MAX_READ_CHARACTERS)}`, "at most 200000 are read"],
  ])("%.20s: the page opens as without a link, and a notice names it", async (fragment, said) => {
    await answerBefore();
    openLink(fragment, [SHIPPED]);
    expect(question.getState().prompt).toBe(FIRST_LOOK.prompt);
    expect(opened.getState().finding).toBeUndefined();
    const [notice] = notices.getState().list.filter(({ about }) => about === "link");
    expect(notice!.message).toContain(said);
    expect(notice!.message).toContain("nothing of it was opened");
  });

  test("of one that is too long to be read it is not said that it has no part that can be", () => {
    openLink(`#p=${"3".repeat(MAX_READ_CHARACTERS)}`, [SHIPPED]);
    expect(notices.getState().list.map(({ message }) => message)).toEqual([
      "link: 200002 characters, at most 200000 are read; nothing of it was opened",
    ]);
  });

  test("a model that was chosen meanwhile stays, with its prompt", () => {
    openLink("#%%%", [SHIPPED], true);
    expect(question.getState().prompt).toBe("3+5=");
    expect(model.getState().choice).toBe(SHIPPED);
    expect(notices.getState().list).toHaveLength(1);
  });

  test("one known part is a link", () => {
    expect(decodeFinding("#p=&foo=1").isNothing).toBeUndefined();
    expect(decodeFinding("#v=1").isNothing).toBeUndefined();
    expect(decodeFinding("").finding).toEqual(NO_FINDING);
  });
});
