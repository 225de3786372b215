import { fc } from "#test/fast-check.ts";
import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import { attentionFigure } from "../maps/attention-marks.ts";
import { labelledAttention } from "../maps/attention.ts";
import { figureInks } from "./figure-inks.ts";
import { figureSvg } from "./figure-svg.ts";
import { titled } from "./mark.ts";
import { textWidth, wrapped } from "./text-width.ts";
import { escapeXml } from "./write-marks.ts";

/** By a parser of XML 1.0 that throws on whatever is not well-formed; the texts of the file's elements. */
function texts(xml: string): string[] {
  const found: string[] = [];
  const parser = new SaxesParser();
  parser.on("error", (reason) => {
    throw reason;
  });
  parser.on("text", (text) => found.push(text));
  parser.write(xml).close();
  return found.filter((text) => text.trim() !== "");
}

const body = { width: 100, height: 50, marks: [] };
/** Any string that a vocabulary can hold, halves of surrogate pairs among them. */
const anyText = fc.string({ unit: "binary" });

describe("a figure is well-formed XML", () => {
  test("with every code point, each of which can still be told", () => {
    for (let first = 0; first <= 0x10ffff; first += 0x1000) {
      const all = Array.from({ length: 0x1000 }, (_, index) => String.fromCodePoint(first + index));
      const read = texts(`<svg>${all.map((text) => `<text>a${escapeXml(text)}</text>`).join("")}</svg>`);
      expect(read).toHaveLength(all.length);
      expect(new Set(read).size).toBe(all.length);
    }
    expect(texts(`<t>${escapeXml("\uFFFE\uFFFF\uD800\u0001\t\n\r")}</t>`)).toEqual([
      "⟨U+FFFE⟩⟨U+FFFF⟩⟨U+D800⟩⟨U+0001⟩⇥⏎⟨U+000D⟩",
    ]);
  });

  test("whatever its title, caption, tokens and marks say", () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const words = { title: a, caption: [b, a], facts: b };
        const written = { key: a, tag: "text", attrs: { class: b }, text: a } as const;
        const marks = [written, titled({ tag: "rect", attrs: { class: a } }, b)];
        const pattern = labelledAttention([[1], [0.5, 0.5]], [a, b], 300, () => "#fff");
        for (const svg of [
          figureSvg({ ...body, marks }, words),
          figureSvg(
            attentionFigure(pattern, figureInks(false), () => a),
            words,
            true,
          ),
        ]) {
          expect(() => texts(svg)).not.toThrow();
        }
      }),
    );
  });
});

describe("what is long goes on in further lines", () => {
  const LONG = "What each head is worth to “72” after “" + "nineteen plus three minus ".repeat(20) + "”";
  const LINK = "http://localhost:4173/#v=1&m=abacus&d=q8&p=" + "3%2B".repeat(100);

  test("and nothing of it is lost", () => {
    for (const text of [LONG, LINK, "短".repeat(300), "🙂".repeat(99)]) {
      const lines = wrapped(text, 520, 11);
      expect(lines.length).toBeGreaterThan(1);
      expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
    }
    expect(wrapped("short", 520, 11)).toEqual(["short"]);
  });

  test("each within the room that it has", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), fc.integer({ min: 60, max: 600 }), (text, room) => {
        const lines = wrapped(text, room, 11);
        expect(lines.filter((line) => textWidth(line, 11) > room)).toEqual([]);
      }),
    );
  });

  test("and the figure grows by these lines", () => {
    const heightOf = (title: string) => Number(/height="(\d+)"/.exec(figureSvg(body, { title, caption: [] }))![1]);
    const lines = wrapped(LONG, 520, 14).length;
    expect(heightOf(LONG) - heightOf("short")).toBe((lines - 1) * 19);
    expect(texts(figureSvg(body, { title: LONG, caption: [LINK] })).length).toBe(lines + wrapped(LINK, 520, 11).length);
  });
});
