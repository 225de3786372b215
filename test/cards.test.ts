import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MADE_DTYPES } from "#model/checkpoint.ts";
import { readCard } from "#model/card.ts";
import { answersOf, cardCases, foundIn } from "./card-cases.ts";
import { readFolder } from "./checkpoints.ts";
import { loadInNode } from "./engine.ts";

/** Small sets of every kind, whole, and some of a large one; `npm run card` goes through all. */
const WHOLE = ["1D/", "words roman", "capitals", "pronoun of a name"];
const SAMPLED = "2D/";
const EVERY = 20;

describe.each(["abacus", "abacus-2"])("%s", (name) => {
  const folder = join(import.meta.dirname, "..", "public", "models", name);
  const sets = cardCases(name);
  const card = readCard(JSON.parse(readFileSync(join(folder, "card.json"), "utf8")));

  test("answers in float32 as PyTorch does, case by case", async () => {
    const cases = [
      ...WHOLE.flatMap((set) => sets.get(set)!),
      ...sets.get(SAMPLED)!.filter((_, place) => place % EVERY === 0),
    ];
    const model = await loadInNode(readFolder(folder), "f32");
    const found = await answersOf(
      model,
      cases.map(([prompt]) => prompt),
    );
    expect(found).toEqual(cases.map(foundIn));
  });

  test.each(MADE_DTYPES)("does in %s what its card says", async (dtype) => {
    const model = await loadInNode(readFolder(folder), dtype);
    for (const set of ["1D/", "words roman"]) {
      const cases = sets.get(set)!;
      const found = await answersOf(
        model,
        cases.map(([prompt]) => prompt),
      );
      const right = cases.filter(([, expected], place) => found[place] === expected).length;
      expect(card.measured.sets.find((each) => each.name === set)).toMatchObject({
        cases: cases.length,
        right: { [dtype]: right },
      });
    }
  });

  test("its card counts what PyTorch answers rightly", () => {
    for (const { name: set, cases, right } of card.measured.sets) {
      const known = sets.get(set)!;
      expect([set, cases, right.f32]).toEqual([
        set,
        known.length,
        known.filter((each) => foundIn(each) === each[1]).length,
      ]);
    }
  });
});
