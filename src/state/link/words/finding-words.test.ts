import { fc } from "#test/fast-check.ts";
import { describe, expect, test } from "vitest";
import { askedSession, HEAD, OTHER, SHIPPED } from "#test/asked-session.ts";
import { NO_FINDING } from "../finding.ts";
import { currentFragment, openLink } from "../links.ts";
import { opened } from "../opened.ts";
import { decodeFinding, encodeFinding } from "../permalink.ts";
import { sharedFragment } from "../shared-link.ts";
import { model } from "../../model/model.ts";
import { setPrompt, setTarget, togglePart } from "../../question.ts";
import { showTab } from "../../view.ts";
import { typedWords } from "./finding-words.ts";

describe("what a link says of its finding", () => {
  test("stands behind all that can be checked, and is read back", () => {
    const words = { title: "One head for + and −", note: "Its mean does as well.\n\nSee <b>L0H7</b>." };
    const fragment = encodeFinding({ ...NO_FINDING, prompt: "3+5=", expected: { baseline: -0.0601 }, ...words });
    expect(fragment).toBe(
      "v=1&m=abacus&p=3%2B5=&b=-0.0601&title=One%20head%20for%20%2B%20and%20%E2%88%92" +
        "&note=Its%20mean%20does%20as%20well.%0A%0ASee%20%3Cb%3EL0H7%3C/b%3E%2E",
    );
    expect(decodeFinding(fragment)).toEqual({
      finding: { ...NO_FINDING, prompt: "3+5=", expected: { baseline: -0.0601 }, ...words },
      notices: [],
    });
  });

  test.each([
    ["lines, tabs and spaces of a title are one space", "title=%20a%0Ab%09%20c%E2%80%A8d%20", { title: "a b c d" }],
    ["a note keeps its lines", "note=a%0Ab", { note: "a\nb" }],
    ["line ends of other systems are lines", "note=a%0D%0Ab%0Dc%E2%80%A9d", { note: "a\nb\nc\nd" }],
    ["a hundred empty lines are one", `note=a${"%0A%20".repeat(100)}%0Ab`, { note: "a\n\nb" }],
    ["a note has eight lines", `note=${"1234567890".split("").join("%0A")}`, { note: "1\n2\n3\n4\n5\n6\n7\n8 9 0" }],
    ["what is blank says nothing", "title=%20%0A&note=%20", {}],
    ["markup is text", "title=%3Cimg%20src=x%20onerror=alert(1)%3E", { title: "<img src=x onerror=alert(1)>" }],
    ["a plus is a plus", "title=3+5", { title: "3+5" }],
  ])("%s", (_, fragment, words) => {
    expect(decodeFinding(fragment)).toEqual({ finding: { ...NO_FINDING, ...words }, notices: [] });
  });

  test.each([
    ["title", "a".repeat(100), 100, undefined],
    ["title", "a".repeat(101), 100, "link: title has 101 characters; the first 100 are shown"],
    ["title", "😀".repeat(101), 100, "link: title has 101 characters; the first 100 are shown"],
    ["note", "é".repeat(500), 500, undefined],
    ["note", "é".repeat(10_000), 500, "link: note has 10,000 characters; the first 500 are shown"],
  ] as const)("a %s has its limit, and the rest still opens", (key, text, most, notice) => {
    const { finding, notices } = decodeFinding(`${key}=${encodeURIComponent(text)}&p=3`);
    expect(Array.from(finding[key]!)).toHaveLength(most);
    expect(text.startsWith(finding[key]!)).toBe(true);
    expect(finding.prompt).toBe("3");
    expect(notices).toEqual(notice === undefined ? [] : [notice]);
  });

  test("that is cut at a space ends without it", () => {
    const { finding } = decodeFinding(`title=${"a".repeat(99)}%20b`);
    expect(finding.title).toBe("a".repeat(99));
  });

  test("that is cut within a joined picture ends without its joiner", () => {
    const { finding } = decodeFinding(`title=${"a".repeat(98)}${encodeURIComponent("👩‍🔬")}`);
    expect(finding.title).toBe(`${"a".repeat(98)}👩`);
    expect(decodeFinding(encodeFinding(finding))).toEqual({ finding, notices: [] });
  });

  test("whatever is typed is written as it is read", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 700 }),
      fc.string({ unit: fc.constantFrom(..." \n\r\t\u2028&=%#+.<>\uD83D"), maxLength: 700 }),
    );
    fc.assert(
      fc.property(text, text, (title, note) => {
        const finding = { ...NO_FINDING, ...typedWords(title, note) };
        expect(decodeFinding(encodeFinding(finding))).toEqual({ finding, notices: [] });
        // what no dialog has bounded is bounded by the link
        expect(encodeFinding({ ...NO_FINDING, title, note })).toBe(encodeFinding(finding));
      }),
      { numRuns: 300 },
    );
  });
});

describe("on the page, what the opened link says of its finding", () => {
  const { answerBefore } = askedSession();
  const LINK = "v=1&m=abacus&d=q8&p=3%2B5=&b=-0.5&title=One%20head&note=See%20L0H1";

  test("stays in the address, and is handed on, while the page asks what the link asks", async () => {
    openLink(`#${LINK}`, [SHIPPED]);
    expect(currentFragment()).toBe(LINK);
    await answerBefore();
    expect(sharedFragment()).toContain("&b=-0.5&title=One%20head&note=See%20L0H1");
    showTab("chain");
    expect(currentFragment()).toContain("&title=One%20head");
    showTab("heads");
    const CHANGES = [
      [() => togglePart(HEAD), () => togglePart(HEAD)],
      [() => setPrompt("9-4="), () => setPrompt("3+5=")],
      [() => setTarget(3), () => setTarget(undefined)],
      [() => model.setState({ choice: OTHER }), () => model.setState({ choice: SHIPPED })],
    ] as const;
    for (const [change, back] of CHANGES) {
      change();
      expect(currentFragment()).not.toContain("title");
      expect(currentFragment()).not.toContain("note");
      back();
      expect(currentFragment()).toContain("&title=One%20head&note=See%20L0H1");
    }
    expect(opened.getState().finding).toMatchObject({ title: "One head", note: "See L0H1" });
  });

  test("goes with a prompt that no link can carry", () => {
    openLink(`#${LINK}`, [SHIPPED]);
    const prompt = "3".repeat(200_000);
    opened.setState({ finding: { ...opened.getState().finding!, prompt } });
    setPrompt(prompt);
    expect(currentFragment()).toBe("v=1&m=abacus&d=q8");
  });
});
