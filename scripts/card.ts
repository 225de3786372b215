import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DTYPES } from "#model/checkpoint.ts";
import type { Dtype } from "#model/checkpoint.ts";
import type { CardSet, MovedCase } from "#model/card.ts";
import { answersOf, cardCases } from "#test/card-cases.ts";
import { readFolder } from "#test/checkpoints.ts";
import { loadInNode } from "#test/engine.ts";

/**
 * `npm run card -- NAME`: measures `public/models/NAME` with the page's own engine on every case of `test/golden/NAME-cases.json`
 * and writes what it finds into the model's `card.json`, whose texts stay as they are. Prints where it differs from PyTorch.
 */
const [name] = process.argv.slice(2);
if (!name) throw new Error("card: the name of a model in public/models is needed");
const folder = join(import.meta.dirname, "..", "public", "models", name);
const sets = [...cardCases(name)];
const cases = sets.flatMap(([, list]) => list);
const answers = {} as Record<Dtype, string[]>;
for (const dtype of DTYPES) {
  answers[dtype] = await answersOf(
    await loadInNode(readFolder(folder), dtype),
    cases.map(([prompt]) => prompt),
  );
  console.log(`${dtype}: ${cases.length} cases`);
}
cases.forEach(([prompt, expected, found = expected], place) => {
  const own = answers.f32[place]!;
  if (own !== found) console.log(`${prompt} ${own} in f32, ${found} in PyTorch`);
});

let first = 0;
const measured: CardSet[] = sets.map(([set, list]) => {
  const right = (dtype: Dtype) =>
    list.filter(([, expected], place) => answers[dtype][first + place] === expected).length;
  const counted = { name: set, cases: list.length, right: { q4: right("q4"), q8: right("q8"), f32: right("f32") } };
  first += list.length;
  return counted;
});
/** A card is to be read; a list that goes on and on is not. */
const LISTED = 12;
function movedIn(dtype: Dtype) {
  const all: MovedCase[] = cases.flatMap(([prompt, expected], place) => {
    const [trained, found] = [answers.f32[place]!, answers[dtype][place]!];
    return trained === found ? [] : [{ prompt, expected, trained, found }];
  });
  return { count: all.length, cases: all.slice(0, LISTED) };
}
const file = join(folder, "card.json");
const card = JSON.parse(readFileSync(file, "utf8")) as object;
const moved = { q8: movedIn("q8"), q4: movedIn("q4") };
writeFileSync(file, `${JSON.stringify({ ...card, measured: { sets: measured, moved } }, undefined, 1)}\n`);
console.log(`moved by q8: ${moved.q8.count}, by q4: ${moved.q4.count}`);
