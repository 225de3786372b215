import { join } from "node:path";

interface Library {
  getLlama(options: object): Promise<Llama>;
}
interface Llama {
  loadModel(options: object): Promise<Model>;
}
interface Model {
  createContext(options: object): Promise<{
    getSequence(): {
      controlledEvaluate(input: readonly unknown[]): Promise<readonly unknown[]>;
      clearHistory(): Promise<void>;
    };
    dispose(): Promise<void>;
  }>;
  tokenize(text: string, special: boolean): number[];
  readonly tokens: { readonly shouldPrependBosToken: boolean; readonly bos: number | null };
  dispose(): Promise<void>;
}

/** @param folder where node-llama-cpp is installed */
export async function llamaCpp(folder: string): Promise<Llama> {
  const { getLlama } = (await import(join(folder, "node_modules/node-llama-cpp/dist/index.js"))) as Library;
  // the models are so small that threads would only wait for each other
  return getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: "error", maxThreads: 1 });
}

/** llama.cpp's logits after the last token of each prompt, with keys and values in F32. */
export async function llamaCppLogits(folder: string): Promise<LogitsOf> {
  const llama = await llamaCpp(folder);
  return async (modelPath, prompts) => {
    const model = await llama.loadModel({ modelPath, gpuLayers: 0, useMmap: false });
    const context = await model.createContext({
      contextSize: 32,
      flashAttention: false,
      experimentalKvCacheKeyType: "F32",
      experimentalKvCacheValueType: "F32",
    });
    const sequence = context.getSequence();
    const found: number[][] = [];
    for (const ids of prompts) {
      await sequence.clearHistory();
      const last = [ids.at(-1), { generateNext: { logits: true } }];
      const states = await sequence.controlledEvaluate([...ids.slice(0, -1), last]);
      // the most probable first
      const { logits } = (states.at(-1) as { readonly next: { readonly logits: ReadonlyMap<number, number> } }).next;
      found.push(Array.from({ length: logits.size }, (_, id) => logits.get(id)!));
    }
    await context.dispose();
    await model.dispose();
    return found;
  };
}

export interface ClearPrompt {
  readonly ids: readonly number[];
  readonly logits: readonly number[];
}

/** The first so many drawn prompts after which the logits of llama.cpp's two most probable tokens are more than so far apart. */
export async function clearPrompts(
  logitsOf: LogitsOf,
  path: string,
  { vocabulary, count, apart }: { readonly vocabulary: number; readonly count: number; readonly apart: number },
): Promise<ClearPrompt[]> {
  const isClear = ({ logits }: ClearPrompt) => {
    const [first, second] = logits.toSorted((a, b) => b - a);
    return first! - second! > apart;
  };
  const clear: ClearPrompt[] = [];
  for (let seed = 0; clear.length < count; seed += BATCH) {
    const drawn = Array.from({ length: BATCH }, (_, index) => drawnPrompt(seed + index, vocabulary));
    const logits = await logitsOf(path, drawn);
    clear.push(...drawn.map((ids, index) => ({ ids, logits: logits[index]! })).filter(isClear));
  }
  return clear.slice(0, count);
}

const BATCH = 8;

/** `<s>` and 2 to 11 tokens, by a linear congruence that is seeded with the prompt's number. */
function drawnPrompt(seed: number, vocabulary: number): number[] {
  let state = seed + 1;
  const below = (bound: number) => (state = (state * 48_271) % 2_147_483_647) % bound;
  for (let warm = 0; warm < 8; warm++) below(1);
  return [1, ...Array.from({ length: 2 + below(10) }, () => 3 + below(vocabulary - 3))];
}

type LogitsOf = (modelPath: string, prompts: readonly (readonly number[])[]) => Promise<number[][]>;
