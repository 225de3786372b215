/**
 * Writes what Hugging Face's libraries are asked about: the random checkpoint of every family variant into `families/00`,
 * `families/01`, …, and of every kind of adapter the base and the adapter into `adapters/00/base` and `adapters/00/adapter`, …,
 * each with its name in `variant.txt`: `node scripts/golden/write-checkpoints.ts FOLDER`. `families.py` and `adapters.py` read them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAMILY_VARIANTS, randomCheckpoint } from "#test/checkpoints.ts";
import type { CheckpointFiles } from "#test/checkpoints.ts";
import { ADAPTER_VARIANTS, adapterFiles, randomAdapter } from "#test/random/adapter.ts";

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("write-checkpoints: the folder to write to is needed");

function write(into: string, files: CheckpointFiles): void {
  mkdirSync(into, { recursive: true });
  for (const [file, bytes] of files) writeFileSync(join(into, file), bytes);
}
const numbered = (index: number) => String(index).padStart(2, "0");

FAMILY_VARIANTS.forEach(({ name, changes }, index) => {
  const into = join(folder, "families", numbered(index));
  write(into, randomCheckpoint(changes));
  writeFileSync(join(into, "variant.txt"), name);
});
ADAPTER_VARIANTS.forEach(({ name, base, changes }, index) => {
  const into = join(folder, "adapters", numbered(index));
  const files = randomCheckpoint(base);
  write(join(into, "base"), files);
  write(join(into, "adapter"), adapterFiles(randomAdapter(files, changes)));
  writeFileSync(join(into, "variant.txt"), name);
});
