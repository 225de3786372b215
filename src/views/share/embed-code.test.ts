// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { encodeFinding } from "#state/link/permalink.ts";
import { NO_FINDING } from "#state/link/finding.ts";
import { EMBED_WIDTHS, embedCode, embedHeight } from "./embed-code.ts";

const frame = (code: string) => {
  const host = document.createElement("div");
  host.innerHTML = code;
  return host;
};

describe("the HTML of a frame", () => {
  test("names the page with ?embed and the finding, its size, and waits until a reader is near", () => {
    const code = embedCode({
      page: "https://a.example/x/",
      fragment: "v=1&m=abacus&p=3%2B5=",
      width: 560,
      height: 480,
      title: "3+5",
    });
    expect(code).toBe(
      '<iframe src="https://a.example/x/?embed#v=1&amp;m=abacus&amp;p=3%2B5=" title="3+5" width="560" height="480" loading="lazy" style="border: 0; max-width: 100%"></iframe>',
    );
  });

  test.each(['"><script>alert(1)</script>', "<!--", "&quot;", "'a' & b", "`"])(
    "holds %s as text, in its title and in its prompt",
    (text) => {
      const fragment = encodeFinding({ ...NO_FINDING, prompt: text, title: text });
      const host = frame(embedCode({ page: "https://a.example/", fragment, width: 360, height: 10, title: text }));
      expect(host.querySelectorAll("*")).toHaveLength(1);
      const made = host.querySelector("iframe")!;
      expect(made.getAttribute("title")).toBe(text);
      expect(made.getAttribute("src")).toBe(`https://a.example/?embed#${fragment}`);
    },
  );
});

test.each(EMBED_WIDTHS)(
  "a frame of %d px has room for a figure as large as it is drawn there, and its words",
  (width) => {
    const drawn = (figureWidth: number, says: readonly string[] = []) => ({
      figure: () => ({ width: figureWidth, height: 200, marks: [] }),
      says: () => says,
    });
    const height = embedHeight(width, drawn(width - 32), false);
    expect(height).toBeGreaterThanOrEqual(200 + 200);
    // what is wider is made smaller as a whole
    expect(embedHeight(width, drawn(2 * (width - 32)), false)).toBeLessThan(height);
    // a line is 19 px high, of at most 68 characters
    expect(embedHeight(width, drawn(width - 32, ["word ".repeat(68)]), false) - height).toBeGreaterThanOrEqual(5 * 19);
    expect(embedHeight(width, { says: () => [] }, false) % 10).toBe(0);
  },
);
