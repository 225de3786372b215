import type { ModelSpec } from "./spec.ts";

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a checkpoint may hold beside weights and follows from its config, by name, with the number of axes where a weight might be called so too. */
const BUFFERS: readonly { readonly fits: RegExp; readonly axes?: number }[] = [
  { fits: /(?:^|\.)rotary_emb\.(?:(?:original_)?inv_freq|cos_cached|sin_cached)$/ },
  { fits: /^rope\.freqs$/ },
  // masks of GPT-2, GPT-J and GPT-NeoX
  { fits: /(?:^|\.)(?:attn|attention)\.bias$/, axes: 4 },
  { fits: /(?:^|\.)(?:attn|attention)\.masked_bias$/ },
  // GPT-J's sines and cosines
  { fits: /(?:^|\.)attn\.embed_positions$/ },
  { fits: /(?:^|\.)position_ids$/ },
  // of fairseq, in OPT
  { fits: /(?:^|\.)decoder\.version$/ },
];

/** A head that is the embedding again, where the config ties them. */
const HEADS = ["lm_head.weight", "embed_out.weight"];

/**
 * Tensors that nothing is computed with and that might be more than a copy or a table which follows from the config: with them the
 * checkpoint may be another model than the one that its config describes.
 *
 * @param read the names of those that something is computed with
 */
export const unreadTensors = (
  { tied }: Pick<ModelSpec, "tied">,
  tensors: readonly Tensor[],
  read: ReadonlySet<string>,
): string[] =>
  tensors
    .filter(({ name, shape }) => !read.has(name) && !isBuffer(name, shape) && !(tied && HEADS.includes(name)))
    .map(({ name }) => name);

const isBuffer = (name: string, { length }: readonly number[]) =>
  BUFFERS.some(({ fits, axes = length }) => axes === length && fits.test(name));
