import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ggufFile } from "#test/gguf/write-gguf.ts";
import { CORPUS, vocabularies } from "#test/gguf/vocabularies.ts";
import { llamaCpp } from "./llama-cpp.ts";

/** Asked for also where a vocabulary alone is read. */
const HYPERPARAMETERS = {
  "general.architecture": ["text", "llama"],
  "llama.context_length": ["u32", 32],
  "llama.embedding_length": ["u32", 32],
  "llama.block_count": ["u32", 1],
  "llama.feed_forward_length": ["u32", 32],
  "llama.attention.head_count": ["u32", 1],
  "llama.attention.layer_norm_rms_epsilon": ["f32", 1e-5],
} as const;

/**
 * How llama.cpp cuts the tests' texts with the tests' vocabularies, for test/golden/gguf-tokenizers.json. In a folder of its own:
 *
 *     npm install --omit=optional --ignore-scripts node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
 *     node scripts/golden/gguf-tokenizers.ts that-folder > test/golden/gguf-tokenizers.json
 */
const llama = await llamaCpp(process.argv[2]!);
const folder = mkdtempSync(join(tmpdir(), "gguf-"));
const cases: Record<string, unknown> = {};
for (const { name, metadata } of vocabularies()) {
  const modelPath = join(folder, `${Object.keys(cases).length}.gguf`);
  writeFileSync(modelPath, ggufFile({ metadata: { ...HYPERPARAMETERS, ...metadata } }));
  const model = await llama.loadModel({ modelPath, vocabOnly: true, gpuLayers: 0 });
  cases[name] = {
    bos: model.tokens.shouldPrependBosToken ? model.tokens.bos : null,
    ids: CORPUS.map((text) => model.tokenize(text, true)),
  };
  await model.dispose();
}
rmSync(folder, { recursive: true });
process.stdout.write(
  `${JSON.stringify({ madeBy: "scripts/golden/gguf-tokenizers.ts with node-llama-cpp 3.22.1", cases })}\n`,
);
// the library keeps threads that would hold the process open
process.exit(0);
