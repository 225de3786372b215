import { fc } from "#test/fast-check.ts";
import { expect, test } from "vitest";
import { otherNumbers } from "./ablation-source.ts";

test.for([
  ["3+5=", 8],
  ["47-38=", 8],
  ["The sum of 12 and 7 is", 8],
] as const)("%s has others that differ in their numbers alone", ([prompt, count]) => {
  const others = otherNumbers(prompt);
  expect(new Set(others).size).toBe(count);
  expect(others).not.toContain(prompt);
  const shape = (text: string) => text.replace(/\d/g, "d");
  for (const other of others) expect(shape(other)).toBe(shape(prompt));
});

test("the larger operand stays the larger", () => {
  for (const other of otherNumbers("9-2=")) {
    const [a, b] = other.match(/\d+/g)!.map(Number) as [number, number];
    expect(a).toBeGreaterThan(b);
  }
});

test("without digits there is nothing to suggest", () => {
  expect(otherNumbers("III + V =")).toEqual([]);
});

test("never the prompt itself, never one twice, always as long, whatever the prompt", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-z +=-]{0,24}$/), (prompt) => {
      const others = otherNumbers(prompt);
      expect(new Set([...others, prompt]).size).toBe(others.length + 1);
      expect(others.every(({ length }) => length === prompt.length)).toBe(true);
    }),
    { seed: 1 },
  );
});
