import { expect, test } from "vitest";
import { hasUnseen, typedText } from "./typed-text.ts";

test("shows what nobody sees in a text", () => {
  expect(typedText("the sum\nof\t3")).toBe("the·sum⏎of⇥3");
  expect(typedText("3\u202E+\u200B5\0=")).toBe("3⟨U+202E⟩+⟨U+200B⟩5⟨U+0000⟩=");
  expect(["3+5=", "3 5", "3\u202E5", "\0"].map(hasUnseen)).toEqual([false, true, true, true]);
  expect(typedText("a ".repeat(500))).toBe("a·".repeat(500));
});

test("of a million characters shows the ends, and says how many are between them", () => {
  expect(typedText(`${"a ".repeat(499_999)}\nb`)).toBe(
    `${"a·".repeat(100)} … 999,600 more characters … ${"a·".repeat(99)}⏎b`,
  );
});
