import { expect, test } from "vitest";
import { expectedMemory } from "./expected-memory.ts";

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";
const MAC =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15";

test.each([
  ["a phone of 4 GB", { deviceMemory: 4, userAgent: CHROME, maxTouchPoints: 5 }, 2 ** 31],
  ["a computer that says the most that it says", { deviceMemory: 8, userAgent: CHROME, maxTouchPoints: 0 }, 2 ** 32],
  ["the smallest phone, on which the page is open", { deviceMemory: 0.5, userAgent: CHROME, maxTouchPoints: 5 }, 6e8],
  ["an iPhone", { userAgent: IPHONE, maxTouchPoints: 5 }, 1e9],
  ["an iPad, which calls itself a Mac", { userAgent: MAC, maxTouchPoints: 5 }, 1e9],
  ["a Mac", { userAgent: MAC, maxTouchPoints: 0 }, 4e9],
])("%s gives a page so much", (_what, said, bytes) => {
  expect(expectedMemory(said).bytes).toBe(bytes);
});

test("how it is known is said", () => {
  expect(expectedMemory({ deviceMemory: 8, userAgent: CHROME, maxTouchPoints: 0 }).reason).toContain("8 GB or more");
  expect(expectedMemory({ deviceMemory: 0.5, userAgent: CHROME, maxTouchPoints: 0 }).reason).toBe(
    "this device says it has 0.5 GB, too little for much more than the page itself",
  );
});
