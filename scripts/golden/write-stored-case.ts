/**
 * Writes what float64 gives for one prompt of the bundled model, by the reference in `test/reference`, beside its weights:
 * `node scripts/golden/write-stored-case.ts CONTENT`, with the SHA-256 that the engine gives the model's content. `test/reference/stored-case.test.ts`
 * holds the file to both.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { abacusFiles } from "#test/checkpoints.ts";
import { storedCase } from "#test/reference/stored-case.ts";
import { CASE_FILE } from "#workers/engine/canary/stored-case.ts";

const [content] = process.argv.slice(2);
if (content === undefined) throw new Error("stored-case: the content of the bundled model is needed");
const made = "scripts/golden/write-stored-case.ts, float64";
const into = join(import.meta.dirname, "..", "..", "public", "models", "abacus", CASE_FILE);
writeFileSync(into, `${JSON.stringify({ made, ...storedCase(abacusFiles(), content) }, undefined, 2)}\n`);
