import { readFileSync } from "node:fs";
import { join } from "node:path";
import { randomCheckpoint } from "../checkpoints.ts";
import type { CheckpointFiles } from "../checkpoints.ts";

const golden = join(import.meta.dirname, "..", "golden");

/** A model as llama.cpp's quantiser makes it of `originalModel`: Q4_K, Q6_K, F32, and Q5_0 where rows are no multiple of 256. */
export const QUANTISED_FILE = join(golden, "llama-q4_k_m.gguf");
export const QUANTISED_GOLDEN = join(golden, "llama-q4_k_m.json");

/** The model that was quantised: as small as K-quants' blocks of 256 along a row let it be, with two layers and grouped heads. */
export const originalModel = (): CheckpointFiles =>
  randomCheckpoint({
    seed: 91,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    modelDim: 256,
    neurons: 256,
    vocabulary: 40,
  });

export interface QuantisedGolden {
  /** By llama.cpp's names: the type, and the SHA-256 of ggml's values in float32. */
  readonly tensors: Readonly<Record<string, { readonly type: string; readonly sha256: string }>>;
  /**
   * Prompts with llama.cpp's logits after them. llama.cpp rounds activations to 8 bits, which moves logits of a random model by up to 0.25:
   * kept are the first six drawn prompts after which its two most probable tokens are more than 1 apart.
   */
  readonly prompts: readonly { readonly ids: readonly number[]; readonly logits: readonly number[] }[];
}

export const quantisedModel = (): Uint8Array => new Uint8Array(readFileSync(QUANTISED_FILE));
export const quantisedGolden = (): QuantisedGolden =>
  JSON.parse(readFileSync(QUANTISED_GOLDEN, "utf8")) as QuantisedGolden;
