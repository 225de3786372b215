import type { ModelSpec, WeightPlan } from "../spec.ts";

/** A norm's gain and bias: `name` and `name.bias`. */
export const layerNorm = (name: string, module: string, size: number): WeightPlan[] => [
  { name, kind: "plain", tensors: [`${module}.weight`], shape: [size] },
  { name: `${name}.bias`, kind: "plain", tensors: [`${module}.bias`], shape: [size] },
];

/** How a linear layer's rows are stored, where they are not stored as the graph wants them. */
type Storage = Pick<WeightPlan, "transposed" | "sourceRow">;

/** One linear layer with its bias: `name` and `name.bias`. */
export const biased = (name: string, module: string, shape: [number, number], storage: Storage = {}): WeightPlan[] => [
  { name, kind: "linear", tensors: [`${module}.weight`], shape, ...storage },
  {
    name: `${name}.bias`,
    kind: "plain",
    tensors: [`${module}.bias`],
    shape: [shape[0]],
    ...(storage.sourceRow && { sourceRow: storage.sourceRow }),
  },
];

/** The matrix that gives the logits, [vocabulary, modelDim]: the embedding's own `table` where the two are tied. */
export const unembedding = (
  { tied, vocabulary, modelDim }: Pick<ModelSpec, "tied" | "vocabulary" | "modelDim">,
  table: string,
  own = "lm_head.weight",
): WeightPlan => ({
  name: "unembedding",
  kind: "linear",
  tensors: [tied ? table : own],
  shape: [vocabulary, modelDim],
});
