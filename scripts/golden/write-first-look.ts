/**
 * Writes what float64 gives for what the page opens on, by the reference in `test/reference`: the answer and the map of heads that are shown before the
 * model is there, and the case beside the model's weights that a graphics processor proves itself on. `node scripts/golden/write-first-look.ts`;
 * `test/reference/first-look.test.ts` holds both files to the reference.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FIRST_LOOK } from "#state/first-look/first-look.ts";
import { mostImportantHead } from "#state/effects.ts";
import { SHIPPED_CONTENTS } from "#model/shipped-models.ts";
import { readFolder } from "#test/checkpoints.ts";
import { firstLookTokens, recordedFirstLook } from "#test/reference/first-look.ts";
import { readModel } from "#test/reference/model.ts";
import { storedCase } from "#test/reference/stored-case.ts";
import { CASE_FILE } from "#workers/engine/canary/stored-case.ts";

const made_by =
  "scripts/golden/write-first-look.ts: a plain float64 implementation of the method, from the float32 weights; see docs/methods";
const shipped = join(import.meta.dirname, "..", "..", "public");
const folder = join(shipped, "models", FIRST_LOOK.model);
const files = readFolder(folder);
const tokens = firstLookTokens(files);
const found = recordedFirstLook(readModel(files), tokens);
const asked = { prompt: FIRST_LOOK.prompt, ids: tokens.ids, off: mostImportantHead(found.sweep)!.at };
const stored = { made: made_by, ...storedCase(files, SHIPPED_CONTENTS[FIRST_LOOK.model], asked) };
writeFileSync(join(folder, CASE_FILE), `${JSON.stringify(stored, undefined, 2)}\n`);

/** Seven digits, as float32 has. */
const rounded = (_key: string, value: unknown) => (typeof value === "number" ? Number(value.toPrecision(7)) : value);
writeFileSync(join(shipped, "findings", "first-look.json"), `${JSON.stringify({ made_by, ...found }, rounded, 1)}\n`);
