import { join } from "node:path";

interface Library {
  getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
}
interface Model {
  createContext(options: object): Promise<{
    getSequence(): { controlledEvaluate(input: readonly unknown[]): Promise<readonly unknown[]> };
    dispose(): Promise<void>;
  }>;
  dispose(): Promise<void>;
}

/**
 * llama.cpp's logits after the last token of each prompt, with keys and values in F32.
 *
 * @param folder where node-llama-cpp is installed
 */
export async function llamaCppLogits(folder: string): Promise<LogitsOf> {
  const { getLlama } = (await import(join(folder, "node_modules/node-llama-cpp/dist/index.js"))) as Library;
  const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: "error" });
  return async (modelPath, prompts) => {
    const model = await llama.loadModel({ modelPath, gpuLayers: 0, useMmap: false });
    const found: number[][] = [];
    for (const ids of prompts) {
      const context = await model.createContext({
        contextSize: 32,
        flashAttention: false,
        experimentalKvCacheKeyType: "F32",
        experimentalKvCacheValueType: "F32",
      });
      const last = [ids.at(-1), { generateNext: { logits: true } }];
      const states = await context.getSequence().controlledEvaluate([...ids.slice(0, -1), last]);
      // the most probable first
      const { logits } = (states.at(-1) as { readonly next: { readonly logits: ReadonlyMap<number, number> } }).next;
      found.push(Array.from({ length: logits.size }, (_, id) => logits.get(id)!));
      await context.dispose();
    }
    await model.dispose();
    return found;
  };
}

type LogitsOf = (modelPath: string, prompts: readonly (readonly number[])[]) => Promise<number[][]>;
