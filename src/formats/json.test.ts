import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { parseJson } from "./json.ts";

test.each<[string, unknown]>([
  ['{"a": NaN, "b": [Infinity, -Infinity]}', { a: NaN, b: [Infinity, -Infinity] }],
  ["NaN", NaN],
  ['{"a": "NaN, Infinity", "b": NaN}', { a: "NaN, Infinity", b: NaN }],
  ['{"NaN": NaN}', { NaN: NaN }],
  ['["\\\\", NaN, "\\"NaN"]', ["\\", NaN, '"NaN']],
  ['{"a": "NaN"}', { a: "NaN" }],
])("reads %s as Python wrote it", (text, value) => {
  expect(parseJson(text)).toEqual(value);
});

test.each([
  "nan",
  "+Infinity",
  "xNaN",
  "NaN1",
  "1NaN",
  "--Infinity",
  "{a: NaN}",
  "[NaN,]",
  "[NaN] // why",
  "'NaN'",
  '"NaN',
])("refuses %s, as Python does", (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

test("what is written with the three numbers comes back, whatever strings stand beside them", () => {
  const leaf = fc.oneof(
    fc.string({ unit: fc.constantFrom("N", "a", "NaN", "Infinity", '"', "\\", ",", ":", "\n") }),
    fc.constantFrom(NaN, Infinity, -Infinity, 0, 1.5, null, true),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("any")), fc.dictionary(fc.string(), tie("any"))),
  })).any;
  // Python's json.dumps in five lines
  const written = (each: unknown): string => {
    if (typeof each === "number") return String(each);
    if (Array.isArray(each)) return `[${each.map(written).join(", ")}]`;
    if (typeof each !== "object" || each === null) return JSON.stringify(each);
    return `{${Object.entries(each)
      .map(([name, part]) => `${JSON.stringify(name)}: ${written(part)}`)
      .join(", ")}}`;
  };
  fc.assert(
    fc.property(value, (each) => {
      const read = parseJson(written(each));
      expect(written(read)).toBe(written(each));
    }),
    { numRuns: 500 },
  );
});
