import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blockCheckpoint } from "#test/gguf/block-checkpoint.ts";
import { STORED_CASES } from "#test/gguf/stored-cases.ts";
import { clearPrompts, llamaCppLogits } from "./llama-cpp.ts";

/**
 * The token that llama.cpp takes for the most probable after prompts where it is sure of it, of files in every type of blocks, for
 * test/golden/gguf-top.json. In a folder of its own:
 *
 *     npm install --omit=optional --ignore-scripts node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
 *     node scripts/golden/gguf-top.ts that-folder > test/golden/gguf-top.json
 */
const logitsOf = await llamaCppLogits(process.argv[2]!);
const folder = mkdtempSync(join(tmpdir(), "gguf-"));
const cases: Record<string, unknown> = {};
for (const [name, changes, typeOf] of STORED_CASES) {
  const path = join(folder, `${Object.keys(cases).length}.gguf`);
  writeFileSync(path, blockCheckpoint(changes, typeOf).gguf);
  const prompts = await clearPrompts(logitsOf, path, { vocabulary: 97, count: 6, apart: 0.1 });
  cases[name] = prompts.map(({ ids, logits }) => ({ ids, top: logits.indexOf(Math.max(...logits)) }));
}
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify({ madeBy: "scripts/golden/gguf-top.ts with node-llama-cpp 3.22.1", cases })}\n`);
// the library keeps threads that would hold the process open
process.exit(0);
