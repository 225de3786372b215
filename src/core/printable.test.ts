import { expect, test } from "vitest";
import { legible, printable } from "./printable.ts";

test("names what cannot be printed, and leaves everything else", () => {
  expect(printable("a\u0000b\uFFFE\uFFFF\uD800c\uDC00\u0085\u007F")).toBe(
    "a⟨U+0000⟩b⟨U+FFFE⟩⟨U+FFFF⟩⟨U+D800⟩c⟨U+DC00⟩⟨U+0085⟩⟨U+007F⟩",
  );
  // a pair of surrogates is one character; U+1FFFE may stand in XML
  expect(printable("é 中 🙂 \u{1FFFE} \uFFFD ﷐")).toBe("é 中 🙂 \u{1FFFE} \uFFFD ﷐");
  expect(printable("a\tb\nc", "\t\n")).toBe("a\tb\nc");
});

// the controls of ISO 6429, Bidi_Control of Unicode's PropList, and its formats and default-ignorable characters
const range = (first: number, last = first) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const CONTROLS = [...range(0x00, 0x1f), ...range(0x7f, 0x9f)];
const BIDI = [0x61c, ...range(0x200e, 0x200f), ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)];
const NO_WIDTH = [
  0xad,
  0x34f,
  0xfeff,
  0xffa0,
  0x3164,
  ...range(0x115f, 0x1160),
  ...range(0x17b4, 0x17b5),
  ...range(0x180b, 0x180f),
  ...range(0x200b, 0x200d),
  ...range(0x2060, 0x206f),
  ...range(0xfe00, 0xfe0f),
  ...range(0xfff9, 0xfffb),
  ...range(0x1d173, 0x1d17a),
  ...range(0xe0001, 0xe007f),
  ...range(0xe0100, 0xe01ef),
];

test.each([
  ["control", CONTROLS],
  ["of writing direction", BIDI],
  ["without width", NO_WIDTH],
  ["a separator of lines", [0x2028, 0x2029]],
])("to be read, every character that is %s is named", (_kind, points) => {
  for (const point of points) {
    const hex = point.toString(16).toUpperCase().padStart(4, "0");
    expect(legible(`3${String.fromCodePoint(point)}5`)).toBe(`3⟨U+${hex}⟩5`);
  }
});

test("to be read, what is seen stays, in either direction", () => {
  const seen = "3 + 5 = “é 中 🙂” שלום مرحبا 1\u202f% \u00a0é";
  expect(legible(seen)).toBe(seen);
  expect(legible("a\nb\u202E", "\n")).toBe("a\nb⟨U+202E⟩");
});
