import { FAMILY_VARIANTS, LONGROPE } from "../checkpoints.ts";
import type { FamilyName } from "../checkpoints.ts";

/** The families that `converted.ts` writes, but for those whose small checkpoints have other numbers than llama.cpp takes them to have. */
const WRITTEN: ReadonlySet<FamilyName> = new Set([
  "llama",
  "mistral",
  "qwen2",
  "qwen3",
  "gpt2",
  "gpt_neox",
  "olmo2",
  "olmo3",
  "granite",
]);

/** What llama.cpp does not have of a family: windows of Mistral, masks. */
const NOT_IN_GGUF = new Set([
  "mistral, a window as long as the prompt",
  "mistral, a window shorter than the prompt",
  "qwen2, a window in some layers",
  "gpt2, names without a prefix, with masks",
  "gpt_neox, sequential, with masks",
]);

/** Gemma as llama.cpp takes it to be: scores over √head_dim, its own pattern of windows, 10,000 as the base of the local rotation. */
const AS_PUBLISHED = { query_pre_attn_scalar: 8, rope_local_base_freq: 1e4, sliding_window_pattern: 6 };

/** Every way in which a checkpoint of an architecture that llama.cpp has can differ. */
export const GGUF_VARIANTS = [
  ...FAMILY_VARIANTS.filter(({ name, changes }) => {
    const { family = "llama" } = changes;
    return WRITTEN.has(family) && !NOT_IN_GGUF.has(name) && changes.fields === undefined;
  }),
  { name: "gpt_neox, sequential", changes: { family: "gpt_neox", parallel: false, seed: 28 } },
  {
    name: "gpt_neox, a linear rotation",
    changes: { family: "gpt_neox", seed: 55, fields: { rope_scaling: { rope_type: "linear", factor: 4 } } },
  },
  { name: "gpt2, untied", changes: { family: "gpt2", tied: false, neurons: 58, seed: 27 } },
  { name: "gemma2", changes: { family: "gemma2", fields: AS_PUBLISHED } },
  {
    name: "gemma2, a linear rotation",
    changes: {
      family: "gemma2",
      seed: 56,
      fields: { ...AS_PUBLISHED, rope_scaling: { rope_type: "linear", factor: 4 } },
    },
  },
  {
    name: "gemma3, seven layers, the global ones stretched",
    changes: {
      family: "gemma3_text",
      layers: 7,
      fields: { ...AS_PUBLISHED, rope_scaling: { rope_type: "linear", factor: 8 } },
    },
  },
  {
    name: "gemma3, a pattern and a base for windows that the file says",
    changes: { family: "gemma3_text", layers: 4, seed: 54, fields: { query_pre_attn_scalar: 8 } },
  },
  { name: "olmo3, one rotation", changes: { family: "olmo3", layers: 5, seed: 57 } },
  {
    name: "olmo3, a linear rotation where layers see everything",
    changes: { family: "olmo3", layers: 4, seed: 58, ropeScaling: { rope_type: "linear", factor: 4 } },
  },
  { name: "phi3", changes: { family: "phi3", headDim: 10 } },
  {
    name: "phi3, tied, a part of each head turned, within longrope's original context",
    changes: {
      family: "phi3",
      tied: true,
      seed: 52,
      context: 4096,
      fields: { ...LONGROPE, original_max_position_embeddings: 1024, sliding_window: 64 },
    },
  },
  {
    name: "phi3, a part of each head turned, beyond longrope's original context",
    changes: { family: "phi3", seed: 53, context: 32, fields: { ...LONGROPE, original_max_position_embeddings: 4 } },
  },
  {
    name: "smollm3, every fourth layer without positions",
    changes: { family: "smollm3", layers: 5, fields: { no_rope_layer_interval: 4 } },
  },
] as const satisfies typeof FAMILY_VARIANTS;

/** More than three tokens, so that every rotation counts. */
export const GGUF_IDS: readonly number[] = [1, 20, 9, 33, 2, 31];

/** llama.cpp takes GELU, its tanh approximation, from a table of half floats, which moves logits by some thousandths. */
export const isGeluTable = ({ changes }: (typeof GGUF_VARIANTS)[number]) =>
  "family" in changes && ["gpt2", "gpt_neox", "gemma2", "gemma3_text"].includes(changes.family);
