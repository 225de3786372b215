import { FAMILY_VARIANTS } from "../checkpoints.ts";
import type { FamilyName } from "../checkpoints.ts";

/** The families that `converted.ts` writes. */
const WRITTEN: ReadonlySet<FamilyName> = new Set(["llama", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox"]);

/** Every way in which a checkpoint of an architecture that llama.cpp has can differ: no window is kept in the file, nor masks; YaRN is refused. */
export const GGUF_VARIANTS = [
  ...FAMILY_VARIANTS.filter(
    ({ changes }) =>
      WRITTEN.has(changes.family ?? "llama") &&
      changes.ropeScaling?.["rope_type"] !== "yarn" &&
      changes.slidingWindow === undefined &&
      changes.buffers !== true,
  ),
  { name: "gpt_neox, sequential", changes: { family: "gpt_neox", parallel: false, seed: 28 } },
  { name: "gpt2, untied", changes: { family: "gpt2", tied: false, neurons: 58, seed: 27 } },
] as const satisfies typeof FAMILY_VARIANTS;

/** More than three tokens, so that every rotation counts. */
export const GGUF_IDS: readonly number[] = [1, 20, 9, 33, 2, 31];

/** llama.cpp takes GELU, its tanh approximation, from a table of half floats, which moves logits by some thousandths. */
export const isGeluTable = ({ changes }: (typeof GGUF_VARIANTS)[number]) =>
  "family" in changes && (changes.family === "gpt2" || changes.family === "gpt_neox");
