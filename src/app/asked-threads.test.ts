import { expect, test } from "vitest";
import { askedThreads } from "./asked-threads.ts";

test.each([
  ["", undefined],
  ["?other=3", undefined],
  ["?threads=1", 1],
  ["?a=b&threads=64", 64],
])("the address %s asks for %s threads", (search, threads) => {
  expect(askedThreads(search)).toBe(threads);
});

test.each(["0", "65", "-1", "2.5", "1e1", "many", "", "999999999999"])(
  "“%s” threads are refused by a sentence",
  (asked) => {
    expect(askedThreads(`?threads=${asked}`)).toBe(
      `The address asks for “${asked}” threads; it needs to be a whole number from 1 to 64.`,
    );
  },
);
