// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from "vitest";
import { currentFinding } from "#state/link/claims.ts";
import { decodeFinding, encodeFinding } from "#state/link/permalink.ts";
import { openLink } from "#state/link/links.ts";
import { openFirstLook } from "#state/link/opened.ts";
import { notices } from "#state/notices.ts";
import { sharedFragment } from "#state/link/shared-link.ts";
import { chooseNumbers, view } from "#state/view.ts";
import { SHIPPED, askedSession } from "#test/asked-session.ts";
import { followLooks } from "./looks.ts";

askedSession();

const KEY = "arithmoscope.numbers";
const shown = () => document.documentElement.dataset["numbers"];

/** A visit by whoever left this behind on an earlier one. */
function visit(left: string | undefined): void {
  // the visits before are followed to the end of the file, and keep this change too
  view.setState(view.getInitialState(), true);
  localStorage.clear();
  if (left !== undefined) localStorage.setItem(KEY, left);
  followLooks();
}

describe("the researcher’s numbers", () => {
  test.each([
    ["a new visitor", undefined, "plain"],
    ["who chose plain numbers", "plain", "plain"],
    ["who chose the researcher’s", "full", "full"],
    ["whose storage holds something else", "?", "plain"],
  ])("%s sees what was chosen, else plain ones", (_, left, expected) => {
    visit(left);
    expect(shown()).toBe(expected);
    expect(localStorage.getItem(KEY)).toBe(left ?? null);
  });

  test("are kept as they were chosen last", () => {
    visit(undefined);
    chooseNumbers(true);
    expect([shown(), localStorage.getItem(KEY)]).toEqual(["full", "full"]);
    chooseNumbers(false);
    expect([shown(), localStorage.getItem(KEY)]).toEqual(["plain", "plain"]);
  });

  describe("in a link", () => {
    beforeEach(() => visit("plain"));

    test("are shown for the visit, and leave the choice as it is", () => {
      openLink("#v=1&m=abacus&rn=1&p=3%2B5=", [SHIPPED]);
      expect([shown(), localStorage.getItem(KEY)]).toEqual(["full", "plain"]);
      expect(currentFinding(false)!.isForResearchers).toBe(true);
      openLink("#v=1&m=abacus&p=3%2B5=", [SHIPPED]);
      expect([shown(), localStorage.getItem(KEY)]).toEqual(["plain", "plain"]);
    });

    test("end with the first look", () => {
      openLink("#v=1&m=abacus&rn=1&p=3%2B5=", [SHIPPED]);
      openFirstLook([SHIPPED]);
      expect(shown()).toBe("plain");
    });

    test("are put away by the switch, also in a link", () => {
      openLink("#v=1&m=abacus&rn=1&p=3%2B5=", [SHIPPED]);
      chooseNumbers(false);
      expect([shown(), localStorage.getItem(KEY)]).toEqual(["plain", "plain"]);
      expect(sharedFragment()).not.toContain("rn");
    });

    test("stay a person’s own where the link says nothing of them", () => {
      visit("full");
      openLink("#v=1&m=abacus&p=3%2B5=", [SHIPPED]);
      expect([shown(), localStorage.getItem(KEY)]).toEqual(["full", "full"]);
      expect(sharedFragment()).toContain("&rn=1&p=3%2B5=");
    });

    test.each(["0", "2", "true", ""])("are not asked for by %j, which is said", (value) => {
      openLink(`#v=1&m=abacus&rn=${value}&p=3%2B5=`, [SHIPPED]);
      expect(shown()).toBe("plain");
      expect(
        notices
          .getState()
          .list.map(({ message }) => message)
          .join(),
      ).toContain(`rn is “${value}”`);
    });

    test("are written only where they are shown", () => {
      const { finding } = decodeFinding("v=1&m=abacus&p=3%2B5=");
      expect(encodeFinding(finding)).toBe("v=1&m=abacus&p=3%2B5=");
      expect(encodeFinding({ ...finding, isForResearchers: true })).toBe("v=1&m=abacus&rn=1&p=3%2B5=");
    });
  });
});
