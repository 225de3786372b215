import { added, capped } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import type { Capture, Edits } from "./forward.ts";
import type { Norm } from "./norms.ts";
import { plus, scaled, softmax, times } from "./vectors.ts";

/** Everything a pair of prompts gives, in float64: one whole forward for each patch. */
export interface ReferencePair {
  readonly model: ReferenceModel;
  /** The run that goes on. */
  readonly receiver: Capture;
  readonly donor: Capture;
}

/** The logits at the last position. */
const answer = ({ model, receiver }: ReferencePair, edits: Edits): Float64Array =>
  forward(model, receiver.ids, [], undefined, edits).logits.at(-1)!;

type AtPositions = "residPre" | "residMid" | "residPost" | "attnOut" | "mlpOut";

const donorValues: Record<AtPositions, (run: Capture, layer: number) => readonly Float64Array[]> = {
  residPre: (run, layer) => run.layerInput[layer]!,
  residMid: (run, layer) => run.residualOutput[layer]!,
  residPost: (run, layer) => run.layerOutput[layer]!,
  attnOut: (run, layer) => run.attnOutput[layer]!,
  mlpOut: (run, layer) => run.ffnOutput[layer]!,
};

/** Logits with one layer's value taken from the donor at some positions. */
export const patchedAt = (
  pair: ReferencePair,
  site: AtPositions,
  layer: number,
  positions: readonly number[],
): Float64Array =>
  answer(pair, {
    [site]: (at: number, own: Float64Array[]) =>
      at === layer ? own.map((x, p) => (positions.includes(p) ? donorValues[site](pair.donor, layer)[p]! : x)) : own,
  });

/** Logits with one head's z taken from the donor at some positions. */
export const patchedHead = (
  pair: ReferencePair,
  at: { readonly layer: number; readonly head: number },
  positions: readonly number[],
): Float64Array =>
  answer(pair, {
    z: (layer, z) =>
      z.map((ofHead, head) =>
        ofHead.map((own, p) =>
          layer === at.layer && head === at.head && positions.includes(p) ? pair.donor.z[layer]![head]![p]! : own,
        ),
      ),
  });

/** Logits with one neuron's activation taken from the donor at some positions. */
export const patchedNeuron = (
  pair: ReferencePair,
  at: { readonly layer: number; readonly neuron: number },
  positions: readonly number[],
): Float64Array =>
  answer(pair, {
    post: (layer, post) =>
      post.map((own, p) => {
        if (layer !== at.layer || !positions.includes(p)) return own;
        return own.map((m, k) => (k === at.neuron ? pair.donor.activation[layer]![p]![k]! : m));
      }),
  });

export type ReferenceSender = { readonly layer: number } & ({ readonly head: number } | { readonly neuron: number });

/** How much more the donor's sender writes than the receiver's at each position: its own columns of its projection. */
function difference({ model, receiver, donor }: ReferencePair, from: ReferenceSender): Float64Array[] {
  const { layer } = from;
  const parts = model.anatomy.layer(model, layer);
  return receiver.ids.map((_, p) => {
    if ("head" in from) {
      const width = receiver.z[layer]![0]![p]!.length;
      const change = new Float64Array(model.heads * width);
      receiver.z[layer]![from.head]![p]!.forEach((own, i) => {
        change[from.head * width + i] = donor.z[layer]![from.head]![p]![i]! - own;
      });
      return heard(
        model,
        parts.attentionPost,
        receiver.attnProjected[layer]![p]!,
        times(parts.attentionOut.weight, change),
      );
    }
    const change = new Float64Array(model.neurons);
    change[from.neuron] = donor.activation[layer]![p]![from.neuron]! - receiver.activation[layer]![p]![from.neuron]!;
    return heard(model, parts.ffnPost, receiver.ffnProjected[layer]![p]!, times(parts.ffnOut.weight, change));
  });
}

/** By how much what a part adds to the residual changes: a norm behind it sees the whole output with the change in it. */
export function heard(
  model: ReferenceModel,
  post: Norm | undefined,
  output: Float64Array,
  change: Float64Array,
): Float64Array {
  return plus(added(model, post, plus(output, change)), scaled(added(model, post, output), -1));
}

/** Logits with one sender heard by one head's queries, keys or values and by nothing else. */
export function pathToHead(
  pair: ReferencePair,
  from: ReferenceSender,
  to: { readonly layer: number; readonly head: number },
  by: "q" | "k" | "v",
): Float64Array {
  const { model, receiver } = pair;
  const change = difference(pair, from);
  const parts = model.anatomy.layer(model, to.layer);
  const own = receiver.ids.map((_, p) => parts.project(parts.attentionInput(receiver.layerInput[to.layer]![p]!), p));
  const heard = receiver.ids.map((_, p) =>
    parts.project(parts.attentionInput(plus(receiver.layerInput[to.layer]![p]!, change[p]!)), p),
  );
  const group = Math.floor(to.head / (model.heads / model.kvHeads));
  const [q, k, v] = (["q", "k", "v"] as const).map((part) => (part === by ? heard : own)) as [
    typeof own,
    typeof own,
    typeof own,
  ];
  const z = receiver.ids.map((_, query) => {
    const asks = q[query]!.queries[to.head]!;
    const scores = Float64Array.from({ length: query + 1 }, (_each, key) => {
      const product = asks.reduce((sum, value, i) => sum + value * k[key]!.keys[group]![i]!, 0);
      const isSeen = query - key < (model.window?.(to.layer) ?? Infinity);
      return isSeen ? capped(product * (model.scoreScale ?? asks.length ** -0.5), model.scoreCap) : -Infinity;
    });
    const weights = softmax(scores);
    return asks.map((_each, i) => weights.reduce((sum, w, key) => sum + w * v[key]!.values[group]![i]!, 0));
  });
  return answer(pair, {
    z: (layer, all) => (layer === to.layer ? all.map((each, head) => (head === to.head ? z : each)) : all),
  });
}

/** Logits with one sender heard by one neuron and by nothing else. */
export function pathToNeuron(
  pair: ReferencePair,
  from: ReferenceSender,
  to: { readonly layer: number; readonly neuron: number },
): Float64Array {
  const { model, receiver } = pair;
  const change = difference(pair, from);
  const parts = model.anatomy.layer(model, to.layer);
  const heard = receiver.ids.map((_, p) => {
    const input = plus(receiver.layerInput[to.layer]![p]!, change[p]!);
    const middle = plus(receiver.residualOutput[to.layer]![p]!, change[p]!);
    return parts.activation(parts.ffnInput(input, middle))[to.neuron]!;
  });
  return answer(pair, {
    post: (layer, post) =>
      layer === to.layer ? post.map((own, p) => own.map((m, k) => (k === to.neuron ? heard[p]! : m))) : post,
  });
}
