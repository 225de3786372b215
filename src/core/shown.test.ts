import { expect, test } from "vitest";
import { shown, shownName } from "./shown.ts";

test.each([
  ["a text", "yarn", '"yarn"'],
  ["a text with a quote", 'a"b', '"a\\"b"'],
  ["a number", 1e308, "1e+308"],
  ["nothing", undefined, "undefined"],
  ["null", null, "null"],
  ["a list", [1, "a", [2]], '[1, "a", […]]'],
  ["an object", { type: "yarn", factor: 2, inner: { a: 1 } }, '{"type": "yarn", "factor": 2, "inner": {…}}'],
  ["an object that no text can be made of", { toString: 1 }, '{"toString": 1}'],
])("shows %s", (_name, value, text) => {
  expect(shown(value)).toBe(text);
});

test("cuts what nobody would read, and does not follow what is nested", () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth++) deep = [deep];
  expect(shown(deep)).toBe("[[…]]");
  expect(shown("x".repeat(1e6))).toBe(`"${"x".repeat(119)}…`);
  expect(shown(Array.from({ length: 1e6 }, () => 1))).toHaveLength(121);
  expect(shownName("n".repeat(1e6))).toBe(`${"n".repeat(120)}…`);
  expect(shownName("lm_head.weight")).toBe("lm_head.weight");
});
