import { expect, test } from "vitest";
import { setName } from "./set-name.ts";

test.each([
  ["1D+", "one digit, +"],
  ["2D/", "two digits, ÷"],
  ["words de", "words, German"],
  ["words roman", "Roman numerals"],
  ["Q: -", "template “Q: …”, −"],
  ["capitals", "capitals"],
])("%s is read as %s", (name, read) => {
  expect(setName(name)).toBe(read);
});
