import type { Intervention } from "#model/interventions.ts";
import type { NeuronId } from "#model/ids.ts";
import { layerWeight, tensorOf } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import { addedLogits, atLast, logProbability } from "./lens.ts";
import { valueVector } from "./method.ts";
import { hadamard, inner, largest, plus, rowOf, scaled, times } from "./vectors.ts";

/** The neuron lab's analyses, straight from their definitions, for models that are built like Llama. */

/** U(γ ⊙ fc2_k), V logits: what a neuron does to every token per unit of activation. */
export const neuronLogits = (model: ReferenceModel, { layer, neuron }: NeuronId): Float64Array =>
  addedLogits({ model, scale: 1 }, valueVector(model, layer, neuron));

/** The neurons by the logit that they give one token, largest first. */
export function neuronsByLogit(model: ReferenceModel, token: number): (NeuronId & { logit: number; rank: number })[] {
  return allNeurons(model)
    .map((at) => {
      const logits = neuronLogits(model, at);
      const rank = logits.reduce((before, logit) => before + (logit > logits[token]! ? 1 : 0), 0);
      return { ...at, logit: logits[token]!, rank };
    })
    .sort((a, b) => b.logit - a.logit);
}

export const allNeurons = (model: ReferenceModel): NeuronId[] =>
  Array.from({ length: model.layers * model.neurons }, (_, index) => ({
    layer: Math.floor(index / model.neurons),
    neuron: index % model.neurons,
  }));

/** Σ over heads h of W_O^h W_V^g(h) (γ ⊙ v): an attention layer's value-output matrices, its norm's scale at 1, on one vector. */
export function valueOutput(model: ReferenceModel, layer: number, vector: Float64Array): Float64Array {
  const normed = hadamard(vector, layerWeight(model, layer, "input_layernorm").data);
  const values = times(layerWeight(model, layer, "self_attn.v_proj"), normed);
  const { heads, kvHeads, headDim } = model;
  const z = new Float64Array(heads * headDim);
  for (let head = 0; head < heads; head++) {
    const group = Math.floor(head / (heads / kvHeads));
    z.set(values.slice(group * headDim, (group + 1) * headDim), head * headDim);
  }
  return times(layerWeight(model, layer, "self_attn.o_proj"), z);
}

/** How many of a neuron's first `depth` tokens behind an attention layer are concepts. */
export function conceptsBehind(
  model: ReferenceModel,
  at: NeuronId,
  through: number,
  { concepts, depth }: { readonly concepts: ReadonlySet<number>; readonly depth: number },
): number {
  const behind = valueOutput(model, through, valueVector(model, at.layer, at.neuron));
  const logits = addedLogits({ model, scale: 1 }, behind);
  return largest(logits, depth).filter((id) => concepts.has(id)).length;
}

/** One forward pass a prompt: a neuron's activation at the last position. */
export const activation = (
  model: ReferenceModel,
  ids: readonly number[],
  { layer, neuron }: NeuronId,
  interventions: readonly Intervention[] = [],
): number => atLast(forward(model, ids, interventions).activation[layer]!)[neuron]!;

/** ln p(target) under interventions. */
export const answerLogProbability = (
  model: ReferenceModel,
  ids: readonly number[],
  target: number,
  interventions: readonly Intervention[] = [],
): number => logProbability(atLast(forward(model, ids, interventions).logits), target);

/** Σ m_k fc2_k at the last position of a run. */
export function groupOutput(model: ReferenceModel, ids: readonly number[], neurons: readonly NeuronId[]): Float64Array {
  const run = forward(model, ids);
  return neurons.reduce(
    (sum, { layer, neuron }) =>
      plus(sum, scaled(valueVector(model, layer, neuron), atLast(run.activation[layer]!)[neuron]!)),
    new Float64Array(model.modelDim),
  );
}

/** E_t · key for every token t. */
export const embeddingProducts = (model: ReferenceModel, key: Float64Array): Float64Array =>
  Float64Array.from({ length: model.vocabulary }, (_, token) =>
    inner(rowOf(tensorOf(model, "model.embed_tokens.weight"), token), key),
  );
