/**
 * Writes the random checkpoint of every family variant into a folder each, `00`, `01`, …, with the variant's name in
 * `variant.txt`: `node scripts/golden/write-checkpoints.ts FOLDER`. `families.py` reads them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("write-checkpoints: the folder to write to is needed");
FAMILY_VARIANTS.forEach(({ name, changes }, index) => {
  const into = join(folder, String(index).padStart(2, "0"));
  mkdirSync(into, { recursive: true });
  for (const [file, bytes] of randomCheckpoint(changes)) writeFileSync(join(into, file), bytes);
  writeFileSync(join(into, "variant.txt"), name);
});
