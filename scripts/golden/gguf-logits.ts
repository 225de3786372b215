import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomCheckpoint } from "#test/checkpoints.ts";
import { GGUF_IDS, GGUF_VARIANTS } from "#test/gguf/variants.ts";
import { converted } from "#test/gguf/converted.ts";

/**
 * llama.cpp's logits after the last of the tests' tokens, of every architecture in F32 with keys and values in F32, for
 * test/golden/gguf-logits.json. In a folder of its own:
 *
 *     npm install --omit=optional --ignore-scripts node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
 *     node scripts/golden/gguf-logits.ts that-folder > test/golden/gguf-logits.json
 */
interface LlamaCpp {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
}
interface Model {
  createContext(options: object): Promise<{
    getSequence(): { controlledEvaluate(input: readonly unknown[]): Promise<readonly unknown[]> };
    dispose(): Promise<void>;
  }>;
  dispose(): Promise<void>;
}

const { getLlama } = (await import(join(process.argv[2]!, "node_modules/node-llama-cpp/dist/index.js"))) as LlamaCpp;
const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: "error" });
const folder = mkdtempSync(join(tmpdir(), "gguf-"));
const cases: Record<string, number[]> = {};
for (const { name, changes } of GGUF_VARIANTS) {
  const modelPath = join(folder, `${Object.keys(cases).length}.gguf`);
  writeFileSync(modelPath, converted(randomCheckpoint(changes)));
  const model = await llama.loadModel({ modelPath, gpuLayers: 0, useMmap: false });
  const context = await model.createContext({
    contextSize: 32,
    flashAttention: false,
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
  });
  const last = [GGUF_IDS.at(-1), { generateNext: { logits: true } }];
  const found = await context.getSequence().controlledEvaluate([...GGUF_IDS.slice(0, -1), last]);
  // the most probable first
  const { logits } = (found.at(-1) as { readonly next: { readonly logits: ReadonlyMap<number, number> } }).next;
  cases[name] = Array.from({ length: logits.size }, (_, id) => logits.get(id)!);
  await context.dispose();
  await model.dispose();
}
rmSync(folder, { recursive: true });
process.stdout.write(
  `${JSON.stringify({ madeBy: "scripts/golden/gguf-logits.ts with node-llama-cpp 3.22.1", cases })}\n`,
);
// the library keeps threads that would hold the process open
process.exit(0);
