import { SaxesParser } from "saxes";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { settle } from "#test/asked-engine.ts";
import { askedSession, HEAD, prediction, SHIPPED } from "#test/asked-session.ts";
import { openLink } from "#state/link/links.ts";
import { togglePart } from "#state/question.ts";
import { badged, badgeNow } from "./badge.ts";

const { last, answerBefore } = askedSession();
const open = (claims: string) => openLink(`#v=1&m=abacus&d=q8&p=3%2B5=${claims}`, [SHIPPED]);

describe("the tab's icon", () => {
  test.each([
    ["bears ✓ once all numbers of the link were found here", "&b=-0.5", "✓"],
    ["bears ≠ where one was not", "&b=-0.6", "≠"],
    ["is plain where the link claims nothing", "", undefined],
    ["is plain as long as something that the link claims was not computed", "&b=-0.5&view=chain&ce=L3H1:2", undefined],
    ["bears ≠ also then", "&b=-0.6&view=chain&ce=L3H1:2", "≠"],
    ["is plain where one more could not be read", "&b=-0.5&c=moon", undefined],
    ["is plain where none could be read", "&b=moon", undefined],
    ["bears ≠ where one differs, whatever could not be read", "&b=-0.6&c=moon", "≠"],
    ["is plain where the numbers agree on another content", "&h=0123456789ab&b=-0.5", undefined],
  ])("%s", async (_, claims, badge) => {
    open(claims);
    expect(badgeNow()).toBeUndefined();
    await answerBefore();
    expect(badgeNow()).toBe(badge);
  });

  test("is plain as long as the page asks something else", async () => {
    open("&b=-0.5");
    await answerBefore();
    togglePart(HEAD);
    await settle();
    await last("predict").answer(prediction(4, -3));
    expect(badgeNow()).toBeUndefined();
    togglePart(HEAD);
    expect(badgeNow()).toBe("✓");
  });

  test.each(["✓", "≠"] as const)(
    "with %s is the page's own sign and one drawing more, which is well-formed",
    (badge) => {
      const sign = readFileSync("public/icons/arithmoscope.svg", "utf8");
      const address = badged(sign, badge);
      expect(address.startsWith("data:image/svg+xml,")).toBe(true);
      const tags: string[] = [];
      const parser = new SaxesParser();
      parser.on("opentag", ({ name }) => tags.push(name));
      parser.write(decodeURIComponent(address.slice("data:image/svg+xml,".length))).close();
      expect(tags.slice(-2)).toEqual(["circle", "path"]);
      expect(tags.filter((tag) => tag === "rect")).toHaveLength(sign.match(/<rect/g)!.length);
    },
  );
});
