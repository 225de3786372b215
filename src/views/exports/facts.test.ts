import { describe, expect, test } from "vitest";
import { fileSentence } from "./facts.ts";

const saved = (link: string) => ({ model: { name: "abacus" }, link, finding: undefined });
const OF = "From a file, which says that it is of the model abacus.";

describe("a result that several processes made", () => {
  const by = [
    { host: "a", provider: "cpu", steps: 2 },
    { host: "b", provider: "cuda", gpu: "H200", steps: 3 },
  ];
  const computed = { plan: "p", by, again: { steps: 3, of: 300, largest: 2.4e-6, others: 0 } };
  const of = (changes: object) => fileSentence({ ...saved(""), computed: { ...computed, ...changes } });

  test.each<[object, string]>([
    [
      {},
      "It says that 2 machines computed it on cpu and cuda, and that 3 steps were run on another machine or provider as well, with a largest difference of 2e-6.",
    ],
    [
      { again: { steps: 1, of: 1, largest: 0, others: 0 } },
      "and that one step was run on another machine or provider as well, with no difference.",
    ],
    [{ again: { steps: 1, of: 1, largest: 0.5, others: 7 } }, "difference of 5e-1 and 7 ranks or tokens that differ."],
    [
      { by: by.slice(0, 1), again: { steps: 0, of: 3, largest: 0, others: 0 } },
      "It says that one machine computed it on cpu, and that no step was run twice to compare.",
    ],
  ])("%j", (changes, sentence) => {
    expect(of(changes)).toContain(sentence);
  });
});

test("a file's link is given whole where somebody can read it, and by its beginning where nobody can", () => {
  const short = `https://a.example/#v=1&p=${"3".repeat(1_900)}`;
  expect(fileSentence(saved(short))).toBe(`${OF} The file's link: ${short}`);
  const long = `https://a.example/#v=1&p=${"3".repeat(90_000)}`;
  expect(fileSentence(saved(long))).toBe(
    `${OF} The file's link has 90,025 characters and begins https://a.example/#v=1&p=${"3".repeat(95)}…`,
  );
  expect(fileSentence(saved(""))).toBe(OF);
});
