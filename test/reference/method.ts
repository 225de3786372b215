import type { Intervention } from "#model/interventions.ts";
import { addedShare } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import type { Capture } from "./forward.ts";
import { addedLogits, atLast, cappedLogits, lensLogProbability, logProbability, rawLogits } from "./lens.ts";
import type { Lens } from "./lens.ts";
import type { Tensor } from "./tensors.ts";
import { normScale } from "./norms.ts";
import { columnOf, hadamard, largest, plus, scaled, times } from "./vectors.ts";

/**
 * The analyses of Yu & Ananiadou (2024), "Interpreting Arithmetic Mechanism in Large Language Models through
 * Comparative Neuron Analysis", at the last position. Log-probabilities and increases are in nats.
 */

/** The most probable token of a run, the target of everything compared with it. */
export const targetOf = (run: Capture): number => largest(atLast(run.logits), 1)[0]!;

/** The `count` most probable tokens, most probable first. */
export function topPredictions(run: Capture, count: number): { id: number; logProbability: number }[] {
  const logits = atLast(run.logits);
  return largest(logits, count).map((id) => ({ id, logProbability: logProbability(logits, id) }));
}

/** ln p(target) with each single head at 0, one full forward pass a head: [layer][head]. */
export function headSweep(model: ReferenceModel, ids: readonly number[], target: number): number[][] {
  return table(model.layers, model.heads, (layer, head) => {
    const run = forward(model, ids, [{ kind: "head", at: { layer, head }, scale: 0 }]);
    return logProbability(atLast(run.logits), target);
  });
}

/**
 * An answer token by token, each given the true ones before it: for every token its ln p and how many tokens are more
 * probable, from one forward pass over each prefix by itself.
 */
export function scoreAnswer(
  model: ReferenceModel,
  promptIds: readonly number[],
  answerIds: readonly number[],
  interventions: readonly Intervention[] = [],
): { id: number; logProbability: number; rank: number }[] {
  return answerIds.map((id, index) => {
    const prefix = [...promptIds, ...answerIds.slice(0, index)];
    const logits = atLast(forward(model, prefix, interventions).logits);
    return { id, logProbability: logProbability(logits, id), rank: largest(logits, logits.length).indexOf(id) };
  });
}

/** The head of a sweep whose loss costs the target most. */
export function mostImportantHead(sweep: readonly (readonly number[])[]): { layer: number; head: number } {
  const losses = sweep.flatMap((row, layer) => row.map((value, head) => ({ layer, head, value })));
  const { layer, head } = losses.reduce((worst, each) => (each.value < worst.value ? each : worst));
  return { layer, head };
}

/** ln p(w | base + vector) − ln p(w | base) through the lens: what adding the vector does to the target. */
export function increase(lens: Lens, base: Float64Array, vector: Float64Array, target: number): number {
  return lensLogProbability(lens, plus(base, vector), target) - lensLogProbability(lens, base, target);
}

/** Each attention's increase over the layer's input, each FFN's over the residual after attention. */
export function layerIncreases(lens: Lens, run: Capture, target: number): { attention: number[]; ffn: number[] } {
  const each = (base: Float64Array[][], vector: Float64Array[][]) =>
    base.map((positions, layer) => increase(lens, atLast(positions), atLast(vector[layer]!), target));
  return { attention: each(run.layerInput, run.attnOutput), ffn: each(run.residualOutput, run.ffnOutput) };
}

/**
 * What one head adds to the residual: its columns of the output projection times its z, without any bias; its share of what a norm behind
 * attention gives.
 */
export function headOutput(model: ReferenceModel, run: Capture, layer: number, head: number): Float64Array {
  return throughHead(model, run, { layer, head }, atLast(run.z[layer]![head]!));
}

/**
 * The same split by source position: [T] of d, summing to `headOutput` where the head is not intervened on. With
 * `α[h, last, p]` the attention and `v[h, p]` the value, position p gives `W_O^h (α v)`.
 */
export function headOutputBySource(model: ReferenceModel, run: Capture, layer: number, head: number): Float64Array[] {
  const group = Math.floor(head / (model.heads / model.kvHeads));
  const weights = atLast(run.pattern[layer]![head]!);
  return run.value[layer]![group]!.map((v, position) =>
    throughHead(model, run, { layer, head }, scaled(v, weights[position]!)),
  );
}

function throughHead(
  model: ReferenceModel,
  run: Capture,
  { layer, head }: { readonly layer: number; readonly head: number },
  z: Float64Array,
): Float64Array {
  const allHeads = new Float64Array(model.heads * model.headDim);
  allHeads.set(z, head * model.headDim);
  return throughHeads(model, run, { layer }, allHeads);
}

/** What z of all heads adds to the residual of a position, of the last if none is named, [H · dh] to [d]: its share of what a norm gives. */
export function throughHeads(
  model: ReferenceModel,
  run: Capture,
  { layer, query = run.ids.length - 1 }: { readonly layer: number; readonly query?: number },
  z: Float64Array,
): Float64Array {
  const { attentionOut, attentionPost } = model.anatomy.layer(model, layer);
  return addedShare(model, attentionPost, {
    share: times(attentionOut.weight, z),
    whole: run.attnProjected[layer]![query]!,
  });
}

/** Each head's output at the last position added to its layer's input: [layer][head]. */
export function headIncreases(lens: Lens, run: Capture, target: number): number[][] {
  const { model } = lens;
  return table(model.layers, model.heads, (layer, head) =>
    increase(lens, atLast(run.layerInput[layer]!), headOutput(model, run, layer, head), target),
  );
}

/**
 * The FFN value `fc2_k`: column k of the down projection, d values; through the gain of a norm behind the FFN and the residual's scale
 * where the model has them.
 */
export function valueVector(model: ReferenceModel, layer: number, neuron: number): Float64Array {
  const { ffnOut, ffnPost } = model.anatomy.layer(model, layer);
  const column = columnOf(ffnOut.weight, neuron);
  return scaled(ffnPost ? hadamard(column, ffnPost.gain) : column, model.residualScale ?? 1);
}

/** What a neuron's value vector is multiplied by: its activation, times the scale of a norm behind the FFN in that run. */
export function coefficient(
  model: ReferenceModel,
  run: Capture,
  { layer, neuron }: { readonly layer: number; readonly neuron: number },
  position = run.ids.length - 1,
): number {
  const { ffnPost } = model.anatomy.layer(model, layer);
  const frozen = ffnPost ? normScale(ffnPost, run.ffnProjected[layer]![position]!) : 1;
  return run.activation[layer]![position]![neuron]! * frozen;
}

/** One neuron's increase, straight from its definition: `m_k fc2_k` added to the residual after attention. */
export function neuronIncrease(
  lens: Lens,
  run: Capture,
  at: { layer: number; neuron: number },
  target: number,
): number {
  const m = coefficient(lens.model, run, at);
  const subvalue = scaled(valueVector(lens.model, at.layer, at.neuron), m);
  return increase(lens, atLast(run.residualOutput[at.layer]!), subvalue, target);
}

/**
 * Every neuron's increase: [layer] of N. The same as `neuronIncrease`, using that the lens is affine: with the scale s,
 * `bs(r + m_k fc2_k) = bs(r) + s m_k U(γ ⊙ fc2_k)`, where the last factor belongs to the model alone; with LayerNorm
 * fc2_k is centred in it.
 */
export function neuronIncreases(lens: Lens, run: Capture, target: number): Float64Array[] {
  const { model, scale } = lens;
  return Array.from({ length: model.layers }, (_, layer) => {
    const base = rawLogits(lens, atLast(run.residualOutput[layer]!));
    const before = logProbability(cappedLogits(model, base), target);
    const directions = valueLogits(model, layer);
    return atLast(run.activation[layer]!).map((_, neuron) => {
      const m = coefficient(model, run, { layer, neuron });
      const direction = directions[neuron]!;
      const together = base.map((logit, token) => logit + scale * m * direction[token]!);
      return logProbability(cappedLogits(model, together), target) - before;
    });
  });
}

const known = new WeakMap<Tensor, Float64Array[]>();

/** `U(γ ⊙ fc2_k)` of a layer's neurons: [N] of V. Kept, because every prompt needs it. */
function valueLogits(model: ReferenceModel, layer: number): Float64Array[] {
  const { weight: down } = model.anatomy.layer(model, layer).ffnOut;
  let logits = known.get(down);
  if (!logits) {
    logits = Array.from({ length: model.neurons }, (_, neuron) =>
      addedLogits({ model, scale: 1 }, valueVector(model, layer, neuron)),
    );
    known.set(down, logits);
  }
  return logits;
}

/** A neuron in two runs. */
export interface ComparedNeuron {
  readonly layer: number;
  readonly neuron: number;
  /** `before − after`, in nats. */
  readonly change: number;
  readonly before: number;
  readonly after: number;
  readonly activationBefore: number;
  readonly activationAfter: number;
}

/**
 * Comparative neuron analysis of every neuron, largest change first (equal ones in model order). The target and the
 * lens come from the clean run for both runs.
 */
export function compareNeurons(lens: Lens, clean: Capture, changed: Capture, target: number): ComparedNeuron[] {
  const before = neuronIncreases(lens, clean, target);
  const after = neuronIncreases(lens, changed, target);
  const rows = before.flatMap((increases, layer) =>
    Array.from(increases, (value, neuron) => ({
      layer,
      neuron,
      change: value - after[layer]![neuron]!,
      before: value,
      after: after[layer]![neuron]!,
      activationBefore: atLast(clean.activation[layer]!)[neuron]!,
      activationAfter: atLast(changed.activation[layer]!)[neuron]!,
    })),
  );
  return rows.sort((a, b) => b.change - a.change);
}

/** Neurons by their increase, largest first. */
export function rankNeurons(increases: readonly Float64Array[]): { layer: number; neuron: number; increase: number }[] {
  return increases
    .flatMap((values, layer) => Array.from(values, (value, neuron) => ({ layer, neuron, increase: value })))
    .sort((a, b) => b.increase - a.increase);
}

/**
 * Tokens that a vector promotes most, with their logits through the linear part of the lens of scale 1. The order does not
 * depend on the scale, and a bias has no part in it. Of a neuron: its value vector, or times its activation where the sign shall count.
 */
export function topTokens(model: ReferenceModel, vector: Float64Array, count: number): { id: number; logit: number }[] {
  const logits = addedLogits({ model, scale: 1 }, vector);
  return largest(logits, count).map((id) => ({ id, logit: logits[id]! }));
}

/** Tokens that a vector suppresses most, most suppressed first. */
export function bottomTokens(
  model: ReferenceModel,
  vector: Float64Array,
  count: number,
): { id: number; logit: number }[] {
  return topTokens(model, scaled(vector, -1), count).map(({ id, logit }) => ({ id, logit: -logit }));
}

const table = (rows: number, cols: number, cell: (row: number, col: number) => number): number[][] =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: cols }, (_unused, col) => cell(row, col)));
