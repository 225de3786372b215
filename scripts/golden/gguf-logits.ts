import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { GGUF_IDS, GGUF_VARIANTS } from "#test/gguf/variants.ts";
import { converted } from "#test/gguf/converted.ts";
import { llamaCppLogits } from "./llama-cpp.ts";

/**
 * llama.cpp's logits after the last of the tests' tokens, of every architecture in F32, for test/golden/gguf-logits.json. In a folder of its
 * own:
 *
 *     npm install --omit=optional --ignore-scripts node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
 *     node scripts/golden/gguf-logits.ts that-folder > test/golden/gguf-logits.json
 */
const logitsOf = await llamaCppLogits(process.argv[2]!);
const folder = mkdtempSync(join(tmpdir(), "gguf-"));
const cases: Record<string, readonly number[]> = {};
for (const { name, changes } of GGUF_VARIANTS) {
  const path = join(folder, `${Object.keys(cases).length}.gguf`);
  writeFileSync(path, converted(randomCheckpoint(changes)));
  const [logits] = await logitsOf(path, [GGUF_IDS]);
  cases[name] = logits!;
}
rmSync(folder, { recursive: true });
process.stdout.write(
  `${JSON.stringify({ madeBy: "scripts/golden/gguf-logits.ts with node-llama-cpp 3.22.1", cases })}\n`,
);
// the library keeps threads that would hold the process open
process.exit(0);
