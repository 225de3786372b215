import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test("names what cannot be printed, and leaves everything else", () => {
  expect(printable("a\u0000b\uFFFE\uFFFF\uD800c\uDC00\u0085\u007F")).toBe(
    "a⟨U+0000⟩b⟨U+FFFE⟩⟨U+FFFF⟩⟨U+D800⟩c⟨U+DC00⟩⟨U+0085⟩⟨U+007F⟩",
  );
  // a pair of surrogates is one character; U+1FFFE may stand in XML
  expect(printable("é 中 🙂 \u{1FFFE} \uFFFD ﷐")).toBe("é 中 🙂 \u{1FFFE} \uFFFD ﷐");
  expect(printable("a\tb\nc", "\t\n")).toBe("a\tb\nc");
});
