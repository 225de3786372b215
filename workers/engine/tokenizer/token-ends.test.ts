import { expect, test } from "vitest";
import { endsOf } from "./token-ends.ts";

const tokenization = (count: number, added: number[] = []) => ({
  ids: Array.from({ length: count }, (_, place) => 100 + place),
  texts: Array.from({ length: count }, (_, place) => `t${place}`),
  added,
  unknown: [],
});

test("a text of as many tokens as both ends hold is whole", () => {
  expect(endsOf(tokenization(4, [0]), 2)).toEqual({
    count: 4,
    first: [100, 101, 102, 103].map((id, place) => ({ id, text: `t${place}` })),
    last: [],
    added: [0],
    unknown: { characters: [], count: 0 },
  });
});

test("one token more leaves the middle out, and what was added is known by its place in the whole", () => {
  expect(endsOf(tokenization(5, [0, 2, 4]), 2)).toMatchObject({
    count: 5,
    first: [{ id: 100 }, { id: 101 }],
    last: [
      { id: 103, text: "t3" },
      { id: 104, text: "t4" },
    ],
    added: [0, 4],
  });
});

test("of a million tokens no more than the ends are handed on", () => {
  const ends = endsOf(tokenization(1_000_000), 128);
  expect([ends.count, ends.first.length, ends.last.length]).toEqual([1_000_000, 128, 128]);
  expect(ends.last.at(-1)).toEqual({ id: 1_000_099, text: "t999999" });
});

test("of characters that are not known the first twenty are told, and how many there are", () => {
  const unknown = Array.from({ length: 3000 }, (_, place) => String.fromCodePoint(0x4e00 + place));
  const ends = endsOf({ ...tokenization(3), unknown }, 2);
  expect(ends.unknown).toEqual({ characters: unknown.slice(0, 20), count: 3000 });
});
