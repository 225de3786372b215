import type { Chain, ChainEdge } from "#analysis/chain/chain.ts";
import { tensorOf } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import type { Capture } from "./forward.ts";
import { atLast, lensLogits, logProbability } from "./lens.ts";
import type { Lens } from "./lens.ts";
import {
  coefficient,
  headIncreases,
  headOutput,
  headOutputBySource,
  increase,
  neuronIncrease,
  throughHeads,
  valueVector,
} from "./method.ts";
import { normScale } from "./norms.ts";
import { transposed } from "./tensors.ts";
import { hadamard, inner, plus, rowOf, scaled, sumOf } from "./vectors.ts";

/**
 * The analyses behind the logic chain, forwards and one vector at a time, as their definitions have them: the engine reads backwards
 * from a key instead, so the two share no step.
 */

export interface Keys {
  readonly up: Float64Array;
  readonly gate?: Float64Array;
}

export interface Score {
  readonly up: number;
  readonly gate?: number;
}

/** γ ⊙ a neuron's rows of the FFN's first products; with LayerNorm a key meets centred residuals, so its own mean goes. */
export function keysOf(model: ReferenceModel, layer: number, neuron: number): Keys {
  const { names, isConv1d } = firstProducts(model, layer);
  const row = (name: string) => {
    const weight = tensorOf(model, `${name}.weight`);
    return rowOf(isConv1d ? transposed(weight) : weight, neuron);
  };
  const gain = ffnGain(model, layer);
  const key = (name: string) => centred(model, hadamard(row(name), gain));
  const [up, gate] = names.map(key);
  return gate ? { up: up!, gate } : { up: up! };
}

/** The names of the up projection and, where there is one, the gate. */
function firstProducts(model: ReferenceModel, layer: number) {
  const { prefix, isConv1d } = model.anatomy;
  const names: Record<string, string[]> = {
    "model.": [`model.layers.${layer}.mlp.up_proj`, `model.layers.${layer}.mlp.gate_proj`],
    "gpt_neox.": [`gpt_neox.layers.${layer}.mlp.dense_h_to_4h`],
    "transformer.": [isConv1d ? `transformer.h.${layer}.mlp.c_fc` : `transformer.h.${layer}.mlp.fc_in`],
  };
  return { names: names[prefix]!, isConv1d };
}

function ffnGain(model: ReferenceModel, layer: number): Float64Array {
  const { prefix, isConv1d } = model.anatomy;
  if (prefix === "model.") {
    const { ffnNorm } = model.anatomy.layer(model, layer);
    return ffnNorm ? ffnNorm.gain : new Float64Array(model.modelDim).fill(1);
  }
  const name = {
    "gpt_neox.": `gpt_neox.layers.${layer}.post_attention_layernorm`,
    // GPT-J's FFN shares attention's norm
    "transformer.": `transformer.h.${layer}.${isConv1d ? "ln_2" : "ln_1"}`,
  }[prefix];
  return tensorOf(model, `${name}.weight`).data;
}

function centred(model: ReferenceModel, x: Float64Array): Float64Array {
  if (!model.anatomy.finalNorm(model).centred) return x;
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return x.map((value) => value - mean);
}

/** The scale that a layer's norm takes from a vector: all norms of a model have the final one's form. */
const scaleOf = (model: ReferenceModel, x: Float64Array): number => normScale(model.anatomy.finalNorm(model), x);

export const score = (vector: Float64Array, { up, gate }: Keys): Score =>
  gate ? { up: inner(vector, up), gate: inner(vector, gate) } : { up: inner(vector, up) };

/** ⟨what head h takes from position p, key⟩: [head][position]. */
export const transferTable = (model: ReferenceModel, run: Capture, layer: number, keys: Keys): Score[][] =>
  Array.from({ length: model.heads }, (_, head) =>
    headOutputBySource(model, run, layer, head).map((vector) => score(vector, keys)),
  );

export interface ReferenceHop {
  readonly layer: number;
  readonly head?: number;
  readonly position: number;
  /** Where the attention writes; left out: at the last position. */
  readonly query?: number;
  readonly weights: "none" | "attention";
}

/** A vector through one attention layer as if it stood in the residual of `position`: W_O(w ⊙ W_V (s · γ ⊙ x)), no bias. */
export function throughAttention(
  model: ReferenceModel,
  run: Capture,
  hop: ReferenceHop,
  x: Float64Array,
): Float64Array {
  const parts = model.anatomy.layer(model, hop.layer);
  const { isPreNorm = true } = parts;
  const frozen = isPreNorm ? scaleOf(model, run.layerInput[hop.layer]![hop.position]!) : 1;
  const zero = new Float64Array(model.modelDim);
  // the norm is affine at a fixed scale: its bias is what it makes of nothing, and its own scale is divided out
  const own = isPreNorm ? scaleOf(model, x) : 1;
  const normed = plus(parts.attentionInput(x), scaled(parts.attentionInput(zero), -1)).map(
    (value) => (value * frozen) / own,
  );
  const withBias = parts.project(normed, 0).values;
  const bias = parts.project(zero, 0).values;
  const z = Array.from({ length: model.heads }, (_, head) => {
    const group = Math.floor(head / (model.heads / model.kvHeads));
    const weight = hop.head !== undefined && hop.head !== head ? 0 : attentionWeight(run, hop, head);
    return scaled(plus(withBias[group]!, scaled(bias[group]!, -1)), weight);
  });
  return throughHeads(model, run, hop, Float64Array.from(z.flatMap((each) => [...each])));
}

const attentionWeight = (run: Capture, { layer, position, query, weights }: ReferenceHop, head: number) =>
  weights === "none" ? 1 : run.pattern[layer]![head]!.at(query ?? -1)![position]!;

/** Through several layers, the last of the path first. */
export const throughPath = (
  model: ReferenceModel,
  run: Capture,
  path: readonly ReferenceHop[],
  x: Float64Array,
): Float64Array => path.reduceRight((vector, hop) => throughAttention(model, run, hop, vector), x);

/** Embedding, then attention and FFN of each layer below: what was added to a position's residual. */
export function sourceVectors(run: Capture, position: number, belowLayer: number) {
  return [
    { kind: "embedding", layer: -1, vector: run.layerInput[0]![position]! },
    ...Array.from({ length: belowLayer }, (_, layer) => [
      { kind: "attention", layer, vector: run.attnOutput[layer]![position]! },
      { kind: "ffn", layer, vector: run.ffnOutput[layer]![position]! },
    ]).flat(),
  ];
}

/** What a neuron adds to the residual of a position. */
export const subvalue = (
  model: ReferenceModel,
  run: Capture,
  at: { readonly layer: number; readonly neuron: number },
  position: number,
): Float64Array => scaled(valueVector(model, at.layer, at.neuron), coefficient(model, run, at, position));

/** What all heads of a layer take from each position: [T] of d. */
export function layerOutputBySource(model: ReferenceModel, run: Capture, layer: number): Float64Array[] {
  const heads = Array.from({ length: model.heads }, (_, head) => headOutputBySource(model, run, layer, head));
  return run.ids.map((_, position) => sumOf(heads.map((bySource) => bySource[position]!)));
}

export interface ReferenceAttentionNeuron {
  readonly layer: number;
  readonly head: number;
  readonly dim: number;
  readonly position: number;
  readonly increase: number;
}

/** Every attention neuron's increase, brute force, largest first; with the lens affine each is one vector of logits. */
export function attentionNeurons(lens: Lens, run: Capture, target: number): ReferenceAttentionNeuron[] {
  const { model } = lens;
  const found: ReferenceAttentionNeuron[] = [];
  for (let layer = 0; layer < model.layers; layer++) {
    const base = atLast(run.layerInput[layer]!);
    const before = logProbability(lensLogits(lens, base), target);
    for (let head = 0; head < model.heads; head++) {
      const group = Math.floor(head / (model.heads / model.kvHeads));
      for (let dim = 0; dim < model.headDim; dim++) {
        const unit = new Float64Array(model.heads * model.headDim);
        unit[head * model.headDim + dim] = 1;
        const column = throughHeads(model, run, { layer }, unit);
        run.ids.forEach((_, position) => {
          const coefficient =
            atLast(run.pattern[layer]![head]!)[position]! * run.value[layer]![group]![position]![dim]!;
          const after = logProbability(lensLogits(lens, plus(base, scaled(column, coefficient))), target);
          found.push({ layer, head, dim, position, increase: after - before });
        });
      }
    }
  }
  return found.sort((a, b) => b.increase - a.increase);
}

/** ⟨x, γ ⊙ v row⟩ of an attention neuron, by handing the vector to the projection and reading one dimension. */
export function attentionKeyProduct(
  model: ReferenceModel,
  { layer, head, dim }: Pick<ReferenceAttentionNeuron, "layer" | "head" | "dim">,
  x: Float64Array,
): number {
  const parts = model.anatomy.layer(model, layer);
  const zero = new Float64Array(model.modelDim);
  const own = parts.isPreNorm === false ? 1 : scaleOf(model, x);
  const normed = plus(parts.attentionInput(x), scaled(parts.attentionInput(zero), -1)).map((value) => value / own);
  const group = Math.floor(head / (model.heads / model.kvHeads));
  return parts.project(normed, 0).values[group]![dim]! - parts.project(zero, 0).values[group]![dim]!;
}

/** Each head's part from one position added to its layer's input: [position]. */
export function positionIncreases(lens: Lens, run: Capture, layer: number, head: number, target: number): number[] {
  const base = atLast(run.layerInput[layer]!);
  return headOutputBySource(lens.model, run, layer, head).map((vector) => increase(lens, base, vector, target));
}

export interface ReferenceClaim {
  readonly claimed: number;
  /** Undefined for what is part of no sum. */
  readonly share: number | undefined;
  /** Of the head's whole input, what comes from the place that it reads itself. */
  readonly placeShare?: number;
}

/** What each edge of a chain claims, from what its ends are: nothing of how the chain was found goes in. */
export function chainClaims(lens: Lens, run: Capture, chain: Chain, target: number): ReferenceClaim[] {
  return chain.edges.map((edge) => claimOf({ lens, run, chain, target }, edge));
}

interface Question {
  readonly lens: Lens;
  readonly run: Capture;
  readonly chain: Chain;
  readonly target: number;
}

function claimOf({ lens, run, chain, target }: Question, { from, to, kind, position }: ChainEdge): ReferenceClaim {
  const { model } = lens;
  const last = run.ids.length - 1;
  const node = (id: string) => chain.nodes.find((each) => each.id === id)!;
  const neuronOf = (id: string) => ({ layer: node(id).layer!, neuron: node(id).index! });
  const headOf = chain.nodes.find((each) => each.kind === "head")!;
  const head = { layer: headOf.layer!, head: headOf.index! };
  const part = (claimed: number, all: readonly number[]) => ({
    claimed,
    share: Math.abs(claimed) / all.reduce((sum, value) => sum + Math.abs(value), 0),
  });
  const reads = (at: { readonly layer: number; readonly neuron: number }) => signedReader(model, run, at);
  switch (kind) {
    case "promotes": {
      const claimed =
        node(from).kind === "head"
          ? headIncreases(lens, run, target)[head.layer]![head.head]!
          : neuronIncrease(lens, run, neuronOf(from), target);
      return { claimed, share: undefined };
    }
    case "predicts": {
      const read = reads(neuronOf(to));
      const all = Array.from({ length: model.heads }, (_, each) => read(headOutput(model, run, head.layer, each)));
      return part(all[head.head]!, all);
    }
    case "amplifies": {
      const read = reads(neuronOf(to));
      const sent = (id: string) => read(subvalue(model, run, neuronOf(id), last));
      const senders = chain.edges.filter((each) => each.kind === "amplifies" && each.to === to);
      return part(
        sent(from),
        senders.map((each) => sent(each.from)),
      );
    }
    case "transfers": {
      const { moved, all } = headInput({ lens, run, chain, target });
      return part(moved.get(node(from).position)![node(from).layer!]![position!]!, all);
    }
    case "enhances": {
      const read = reads(chain.reference!);
      const reader = node(to);
      const path =
        reader.kind === "head"
          ? [{ ...head, position: position!, weights: "attention" as const }]
          : [
              { ...head, position: reader.position, weights: "attention" as const },
              { layer: reader.layer!, position: position!, query: reader.position, weights: "attention" as const },
            ];
      const through = (vector: Float64Array) => read(throughPath(model, run, path, vector));
      const sources = sourceVectors(run, position!, reader.layer!).map(({ vector }) => vector);
      const written = node(from).kind === "embedding" ? sources[0]! : subvalue(model, run, neuronOf(from), position!);
      const claim = part(through(written), sources.map(through));
      if (reader.kind !== "head") return claim;
      const { own, all } = headInput({ lens, run, chain, target });
      return { ...claim, placeShare: part(own[position!]!, all).share };
    }
    default:
      throw new Error(`reference: unknown edge ${String(kind satisfies never)}`);
  }
}

/** A chain splits what its head reads at so many positions besides the last one. */
const SPLIT = 6;

/**
 * What the head reads along the reference's keys, by the position that it reads it at: what stands there by itself, and, where the
 * position is split, what every lower attention layer moved there, [layer][source], the position itself left out.
 */
function headInput({ lens: { model }, run, chain }: Question) {
  const last = run.ids.length - 1;
  const { layer, index } = chain.nodes.find(({ kind }) => kind === "head")!;
  const head = { layer: layer!, head: index! };
  const read = signedReader(model, run, chain.reference!);
  const whole = headOutputBySource(model, run, head.layer, head.head).map(read);
  const size = whole.reduce((sum, value) => sum + Math.abs(value), 0);
  const split = [...whole.keys()]
    .filter((position) => position < last && Math.abs(whole[position]!) >= chain.thresholds!.transferShare * size)
    .sort((a, b) => Math.abs(whole[b]!) - Math.abs(whole[a]!))
    .slice(0, SPLIT);
  const own = [...whole];
  const moved = new Map<number, number[][]>();
  for (const at of [...split, last]) {
    const hop = { ...head, position: at, weights: "attention" as const };
    const through = (vector: Float64Array) => read(throughPath(model, run, [hop], vector));
    const layers = Array.from({ length: head.layer }, (_, each) =>
      run.ids
        .slice(0, at + 1)
        .map((_unused, source) => through(takenFrom(model, run, { layer: each, query: at, source }))),
    );
    const written = sourceVectors(run, at, head.layer).filter(({ kind }) => kind !== "attention");
    own[at] =
      written.reduce((sum, { vector }) => sum + through(vector), 0) + layers.reduce((sum, row) => sum + row[at]!, 0);
    moved.set(
      at,
      layers.map((row) => row.slice(0, at)),
    );
  }
  return { own, moved, all: [...own, ...[...moved.values()].flat(2)] };
}

/** What all heads of a layer write at one position for another: Σ_h W_O^h α_h[query, source] v_h[source]. */
function takenFrom(
  model: ReferenceModel,
  run: Capture,
  { layer, query, source }: { readonly layer: number; readonly query: number; readonly source: number },
): Float64Array {
  const z = Array.from({ length: model.heads }, (_, head) => {
    const group = Math.floor(head / (model.heads / model.kvHeads));
    return scaled(run.value[layer]![group]![source]!, run.pattern[layer]![head]![query]![source]!);
  });
  return throughHeads(model, run, { layer, query }, Float64Array.from(z.flatMap((each) => [...each])));
}

/** ± up ± gate, each key counted towards the side of 0 on which the neuron's own residual stands. */
function signedReader(model: ReferenceModel, run: Capture, at: { readonly layer: number; readonly neuron: number }) {
  const keys = keysOf(model, at.layer, at.neuron);
  const isBeside =
    model.anatomy.prefix === "gpt_neox." || (model.anatomy.prefix === "transformer." && !model.anatomy.isConv1d);
  const stands = score(atLast((isBeside ? run.layerInput : run.residualOutput)[at.layer]!), keys);
  return (vector: Float64Array): number => {
    const { up, gate = 0 } = score(vector, keys);
    return up * (stands.up < 0 ? -1 : 1) + gate * ((stands.gate ?? 0) < 0 ? -1 : 1);
  };
}
