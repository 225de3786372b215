import type { KeptLayer } from "./tables/pruning-curve.ts";

/** The neurons that are kept of a model, and how they were found. */
export interface PrunedSet {
  readonly model: string;
  /** In words. */
  readonly foundBy: string;
  readonly neuronsPerLayer: number;
  readonly kept: readonly KeptLayer[];
}

/** A pruned set as a file: every layer that is pruned, with the neurons that stay in it. */
export const prunedJson = (set: PrunedSet): string => `${JSON.stringify(set, null, 1)}\n`;

/**
 * A function that prunes a PyTorch model: the columns of `down_proj` that belong to the other neurons become 0, which is the same as
 * their activations at 0 at every position. For modules laid out as transformers' Llama: `model.model.layers[i].mlp.down_proj`.
 */
export function prunedSnippet({ model, foundBy, neuronsPerLayer, kept }: PrunedSet): string {
  const stay = kept.reduce((sum, { neurons }) => sum + neurons.length, 0);
  const first = kept[0]?.layer ?? 0;
  return `# ${oneLine(model)}: keeps ${stay} of the ${kept.length * neuronsPerLayer} neurons of the layers from ${first} on.
# Found by ${oneLine(foundBy)}.
# For modules laid out as transformers' LlamaForCausalLM (Mistral, Qwen2 and Qwen3 too): it zeroes columns of down_proj.
import torch

# layer: the neurons that stay
KEPT = {
${kept.map(({ layer, neurons }) => `    ${layer}: [${neurons.join(", ")}],`).join("\n")}
}


@torch.no_grad()
def prune(model):
    for layer, kept in KEPT.items():
        weight = model.model.layers[layer].mlp.down_proj.weight  # [model dim, neurons]
        assert weight.shape[1] == ${neuronsPerLayer}, f"layer {layer} has {weight.shape[1]} neurons, not ${neuronsPerLayer}"
        off = torch.ones(weight.shape[1], dtype=torch.bool, device=weight.device)
        off[torch.tensor(kept, dtype=torch.long, device=weight.device)] = False
        weight[:, off] = 0
    return model
`;
}

/** A comment ends with its line. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");
