import { expect, test } from "vitest";
import { fileSentence } from "./facts.ts";

const saved = (link: string) => ({ model: { name: "abacus" }, link, finding: undefined });
const OF = "From a file, which says that it is of the model abacus.";

test("a file's link is given whole where somebody can read it, and by its beginning where nobody can", () => {
  const short = `https://a.example/#v=1&p=${"3".repeat(1_900)}`;
  expect(fileSentence(saved(short))).toBe(`${OF} The file's link: ${short}`);
  const long = `https://a.example/#v=1&p=${"3".repeat(90_000)}`;
  expect(fileSentence(saved(long))).toBe(
    `${OF} The file's link has 90,025 characters and begins https://a.example/#v=1&p=${"3".repeat(95)}…`,
  );
  expect(fileSentence(saved(""))).toBe(OF);
});
