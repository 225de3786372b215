import type { Intervention } from "#model/interventions.ts";
import { added, apply, capped, unembedding, unembeddingBias } from "./families/family.ts";
import type { Layer, Projected, ReferenceModel } from "./families/family.ts";
import { normalised } from "./norms.ts";
import { inner, plus, softmax } from "./vectors.ts";

/**
 * Everything one forward pass computes, under the method's names. A vector at each position is `Float64Array[]`,
 * indexed by position; where there is a layer it comes first: `layerInput[layer][position]`.
 */
export interface Capture {
  readonly ids: readonly number[];
  /** The residual before the layer's first norm, [layer][T] of d. */
  readonly layerInput: Float64Array[][];
  /** Attention weights, [layer][head][query] of T keys; each row sums to 1 and is 0 after the query. */
  readonly pattern: Float64Array[][][];
  /** What each head reads, [layer][kv head][T] of dh. */
  readonly value: Float64Array[][][];
  /** `Σ_key pattern · value`, interventions applied, [layer][head][T] of dh: the input of the output projection. */
  readonly z: Float64Array[][][];
  /** The output projection of all heads' z, its bias included, [layer][T] of d. */
  readonly attnProjected: Float64Array[][];
  /** What attention adds to the residual: the same, through the norm behind it and scaled where the model does that. */
  readonly attnOutput: Float64Array[][];
  /** `layerInput + attnOutput`, [layer][T] of d, whether or not the FFN reads it. */
  readonly residualOutput: Float64Array[][];
  /** The paper's coefficient scores, interventions applied: what the down projection reads, [layer][T] of N. */
  readonly activation: Float64Array[][];
  /** The down projection of the activations, its bias included, [layer][T] of d. */
  readonly ffnProjected: Float64Array[][];
  /** What the FFN adds to the residual, as of attention. */
  readonly ffnOutput: Float64Array[][];
  /** `residualOutput + ffnOutput`, [layer][T] of d; the last layer's is before the final norm. */
  readonly layerOutput: Float64Array[][];
  /** [T] of V. */
  readonly logits: Float64Array[];
}

/** What takes the place of a part as far as it is ablated: x' = scale · x + (1 − scale) · stand-in. */
export interface AblationSource {
  /** [layer][head][T] of dh */
  readonly z: readonly (readonly (readonly ArrayLike<number>[])[])[];
  /** [layer][T] of N */
  readonly activation: readonly (readonly ArrayLike<number>[])[];
}

/** What is put in the place of a layer's values at all positions, as TransformerLens's hooks do; each is given what was computed. */
export interface Edits {
  readonly residPre?: (layer: number, x: Float64Array[]) => Float64Array[];
  readonly projected?: (layer: number, positions: Projected[]) => Projected[];
  /** [head][T] of dh */
  readonly z?: (layer: number, z: Float64Array[][]) => Float64Array[][];
  readonly attnOut?: (layer: number, x: Float64Array[]) => Float64Array[];
  readonly residMid?: (layer: number, x: Float64Array[]) => Float64Array[];
  readonly post?: (layer: number, m: Float64Array[]) => Float64Array[];
  readonly mlpOut?: (layer: number, x: Float64Array[]) => Float64Array[];
  readonly residPost?: (layer: number, x: Float64Array[]) => Float64Array[];
}

/**
 * One forward pass (method 2.0). Interventions multiply a head's z or a neuron's activation at every position; a
 * head's scale 0 is the same as its columns of the output projection set to 0; a bias of that projection is no head's.
 * What is taken away is replaced by the ablation-source where there are any.
 */
export function forward(
  model: ReferenceModel,
  ids: readonly number[],
  interventions: readonly Intervention[] = [],
  ablationSource?: AblationSource,
  edits: Edits = {},
): Capture {
  const { anatomy } = model;
  const capture: Capture = {
    ids,
    layerInput: [],
    pattern: [],
    value: [],
    z: [],
    attnProjected: [],
    attnOutput: [],
    residualOutput: [],
    activation: [],
    ffnProjected: [],
    ffnOutput: [],
    layerOutput: [],
    logits: [],
  };
  let residual = ids.map((id, position) => anatomy.embed(model, id, position));
  for (let layer = 0; layer < model.layers; layer++) {
    residual = edits.residPre?.(layer, residual) ?? residual;
    const parts = anatomy.layer(model, layer);
    const made = residual.map((x, position) => parts.project(parts.attentionInput(x), position, ids.length));
    const projected = edits.projected?.(layer, made) ?? made;
    const attended = attend(model, layer, projected, (head, z) =>
      switched(z, scaleOf(interventions, "head", layer, head), ablationSource?.z[layer]?.[head]),
    );
    const attention = { ...attended, z: edits.z?.(layer, attended.z) ?? attended.z };
    const attnProjected = residual.map((_, position) =>
      apply(parts.attentionOut, concatenated(attention.z.map((ofHead) => ofHead[position]!))),
    );
    const written = attnProjected.map((output) => added(model, parts.attentionPost, output));
    const attnOutput = edits.attnOut?.(layer, written) ?? written;
    const sum = residual.map((x, position) => plus(x, attnOutput[position]!));
    const middle = edits.residMid?.(layer, sum) ?? sum;
    const activated = residual.map((x, position) =>
      activations(parts, x, middle[position]!).map((m, k) => {
        const scale = scaleOf(interventions, "neuron", layer, k);
        return m * scale + (1 - scale) * (ablationSource?.activation[layer]![position]![k] ?? 0);
      }),
    );
    const activation = edits.post?.(layer, activated) ?? activated;
    const ffnProjected = activation.map((m) => apply(parts.ffnOut, m));
    const ffnWritten = ffnProjected.map((output) => added(model, parts.ffnPost, output));
    const ffnOutput = edits.mlpOut?.(layer, ffnWritten) ?? ffnWritten;
    const whole = middle.map((x, position) => plus(x, ffnOutput[position]!));
    const output = edits.residPost?.(layer, whole) ?? whole;
    capture.layerInput.push(residual);
    capture.pattern.push(attention.pattern);
    capture.value.push(attention.value);
    capture.z.push(attention.z);
    capture.attnProjected.push(attnProjected);
    capture.attnOutput.push(attnOutput);
    capture.residualOutput.push(middle);
    capture.activation.push(activation);
    capture.ffnProjected.push(ffnProjected);
    capture.ffnOutput.push(ffnOutput);
    capture.layerOutput.push(output);
    residual = output;
  }
  const norm = anatomy.finalNorm(model);
  const head = { weight: unembedding(model), bias: unembeddingBias(model) };
  for (const x of residual) {
    const logits = apply(head, normalised(norm, x));
    capture.logits.push(logits.map((logit) => capped(logit * (model.logitScale ?? 1), model.logitCap)));
  }
  return capture;
}

/**
 * Causal attention: `z_h[q] = Σ_{k ≤ q} softmax_k(q_h[q] · k_g[k] / √dh) v_g[k]`, g the key head that head h reads; scaled and capped in
 * another way, and over no more than the last tokens, where the model says so.
 */
function attend(
  model: ReferenceModel,
  layer: number,
  projected: readonly Projected[],
  intervene: (head: number, z: readonly Float64Array[]) => Float64Array[],
) {
  const { heads, kvHeads } = model;
  const value = Array.from({ length: kvHeads }, (_, group) => projected.map(({ values }) => values[group]!));
  const pattern: Float64Array[][] = [];
  const z: Float64Array[][] = [];
  for (let head = 0; head < heads; head++) {
    const group = Math.floor(head / (heads / kvHeads));
    const keys = projected.map((at) => at.keys[group]!);
    pattern.push(
      projected.map(({ queries }, position) => attentionRow({ model, layer }, queries[head]!, keys, position)),
    );
    const clean = pattern[head]!.map((weights) => weightedSum(weights, value[group]!));
    z.push(intervene(head, clean));
  }
  return { pattern, value, z };
}

const activations = (parts: Layer, layerInput: Float64Array, middle: Float64Array) =>
  parts.activation(parts.ffnInput(layerInput, middle));

const concatenated = (vectors: readonly Float64Array[]) => Float64Array.from(vectors.flatMap((each) => [...each]));

function attentionRow(
  { model, layer }: { readonly model: ReferenceModel; readonly layer: number },
  query: Float64Array,
  keys: readonly Float64Array[],
  position: number,
): Float64Array {
  const { scoreScale = 1 / Math.sqrt(query.length), scoreCap, window = () => Infinity } = model;
  const first = Math.max(0, position + 1 - window(layer));
  const scores = Float64Array.from(keys.slice(first, position + 1), (key) =>
    capped(inner(query, key) * scoreScale, scoreCap),
  );
  const row = new Float64Array(keys.length);
  row.set(softmax(scores), first);
  return row;
}

const switched = (z: readonly Float64Array[], scale: number, donor?: readonly ArrayLike<number>[]) =>
  z.map((at, position) => at.map((value, i) => scale * value + (1 - scale) * (donor?.[position]![i] ?? 0)));

function weightedSum(weights: Float64Array, values: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(values[0]!.length);
  values.forEach((value, position) => {
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + weights[position]! * value[i]!;
  });
  return sum;
}

/** The product of what is asked of one part; 1 where nothing is. */
function scaleOf(
  interventions: readonly Intervention[],
  kind: Intervention["kind"],
  layer: number,
  index: number,
): number {
  let scale = 1;
  for (const change of interventions) {
    const at = change.kind === "head" ? change.at.head : change.at.neuron;
    if (change.kind === kind && change.at.layer === layer && at === index) scale *= change.scale;
  }
  return scale;
}
