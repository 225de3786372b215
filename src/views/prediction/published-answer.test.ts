import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishedChain } from "#analysis/chain/published.ts";
import type { PublishedRecord } from "#analysis/chain/published.ts";
import { crowdedChain } from "#test/chains.ts";
import { publishedAnswer, publishedSentence } from "./published-answer.ts";

const file = join(import.meta.dirname, "..", "..", "..", "public", "findings", "llama-7b-3plus5.json");
const record = publishedChain(JSON.parse(readFileSync(file, "utf8")) as PublishedRecord);

test("a record's answer is the notebook's, with its head and without it", () => {
  const answer = publishedAnswer("Llama-7B", record)!;
  expect(answer).toMatchObject({ model: "Llama-7B", prompt: "3+5=", target: "8", head: "L17H22" });
  // as the notebook prints them
  expect([answer.probability, answer.without]).toBeAllClose([0.3775949776172638, 0.06159592792391777], { atol: 1e-9 });
  expect([answer.before.slice(0, 5), answer.after.slice(0, 5)]).toEqual([
    ["8", "1", "6", "7", "2"],
    ["6", "1", "7", "8", "?"],
  ]);
  expect(publishedSentence(answer)).toBe(
    "After “3+5=” Llama-7B answers “8” with 37.8\u202f%; without L17H22 it has 6.2\u202f%, and the answer is “6”.",
  );
  expect(publishedSentence({ ...answer, after: ["8"] })).toMatch(/it has 6\.2\u202f%\.$/);
});

test("a chain that was computed here is nobody's record", () => {
  expect(publishedAnswer("abacus", crowdedChain())).toBeUndefined();
});
