import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { converted } from "#test/gguf/converted.ts";
import { QUANTISED_FILE, QUANTISED_GOLDEN, originalModel } from "#test/gguf/quantised-model.ts";
import { clearPrompts, llamaCppLogits } from "./llama-cpp.ts";

/**
 * A whole model as llama.cpp's quantiser makes it of a file in F32, with ggml's reading of its weights and llama.cpp's logits for the tests'
 * prompts. In a folder of its own:
 *
 *     npm install --omit=optional --ignore-scripts node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
 *     node scripts/golden/quantised-model.ts that-folder
 */
const installed = process.argv[2]!;
const folder = mkdtempSync(join(tmpdir(), "gguf-"));
const source = join(folder, "f32.gguf");
writeFileSync(source, converted(originalModel()));
const libraries = join(installed, "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64");
const printed = execFileSync("python3", [join(import.meta.dirname, "quantise.py"), libraries, source, QUANTISED_FILE], {
  env: { ...process.env, LD_LIBRARY_PATH: libraries },
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
});
const logitsOf = await llamaCppLogits(installed);
rmSync(folder, { recursive: true });
const prompts = await clearPrompts(logitsOf, QUANTISED_FILE, { vocabulary: 40, count: 6, apart: 1 });
const madeBy = "scripts/golden/quantised-model.ts with node-llama-cpp 3.22.1, llama_model_quantize to Q4_K_M";
const tensors = JSON.parse(printed) as unknown;
writeFileSync(QUANTISED_GOLDEN, `${JSON.stringify({ madeBy, tensors, prompts })}\n`);

// the library keeps threads that would hold the process open
process.exit(0);
