import type { Chain, ChainEdge, ChainNode } from "#analysis/chain/chain.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import type { Capture, Edits } from "./forward.ts";
import { logProbability } from "./lens.ts";
import { heard } from "./patching.ts";
import { plus, scaled, sumOf, times } from "./vectors.ts";

interface Question {
  readonly model: ReferenceModel;
  readonly clean: Capture;
  /** Runs that a sender is as in where it is taken away, on average; none: it is 0. */
  readonly sources: readonly Capture[];
  readonly chain: Chain;
  readonly target: number;
}

/** What each edge of a chain is worth, and what its neuron is without it: one whole forward for each edge, in float64. */
export function cutEdges(asked: Question): { effect: number; after: number | undefined }[] {
  const { model, clean, chain, target } = asked;
  const baseline = logProbability(clean.logits.at(-1)!, target);
  return chain.edges.map((edge) => {
    const { edits, after } = without(asked, edge);
    const { logits } = forward(model, clean.ids, [], undefined, edits);
    return { effect: baseline - logProbability(logits.at(-1)!, target), after };
  });
}

/** The clean run but for the receiver, which hears its sender no more. */
function without(asked: Question, edge: ChainEdge): { edits: Edits; after?: number } {
  const { model, clean, chain } = asked;
  const node = (id: string) => chain.nodes.find((each) => each.id === id)!;
  const [from, to] = [node(edge.from), node(edge.to)];
  const at = from.position;
  const change = changeBy(asked, from, edge);
  if (to.kind === "prediction") {
    const last = clean.ids.length - 1;
    const residPost: Edits["residPost"] = (layer, x) =>
      layer === model.layers - 1 ? x.map((own, p) => (p === last ? plus(own, change) : own)) : x;
    return { edits: { residPost } };
  }
  const layer = to.layer!;
  const parts = model.anatomy.layer(model, layer);
  const input = clean.layerInput[layer]![at]!;
  if (to.kind === "deep-neuron") {
    const middle = plus(clean.residualOutput[layer]![at]!, change);
    const after = parts.activation(parts.ffnInput(plus(input, change), middle))[to.index!]!;
    const post: Edits["post"] = (each, all) =>
      all.map((own, p) => (each === layer && p === at ? own.map((m, k) => (k === to.index ? after : m)) : own));
    return { edits: { post }, after };
  }
  const values = (x: Float64Array) => parts.project(parts.attentionInput(x), at).values;
  const [own, changed] = [values(input), values(plus(input, change))];
  const z: Edits["z"] = (each, heads) =>
    heads.map((ofHead, head) => {
      if (each !== layer || (to.kind === "head" && head !== to.index)) return ofHead;
      const group = Math.floor(head / (model.heads / model.kvHeads));
      const less = plus(changed[group]!, scaled(own[group]!, -1));
      const weight = clean.pattern[layer]![head]![to.position]![at]!;
      return ofHead.map((x, query) => (query === to.position ? plus(x, scaled(less, weight)) : x));
    });
  return { edits: { z } };
}

/** What the sender writes where it is ablated less what it writes, at its position. */
function changeBy({ model, clean, sources }: Question, from: ChainNode, { position: source }: ChainEdge): Float64Array {
  const at = from.position;
  const layer = from.layer!;
  const instead = (of: (run: Capture) => Float64Array) => {
    const own = of(clean);
    const mean = sumOf([own.map(() => 0), ...sources.map((run) => scaled(of(run), 1 / sources.length))]);
    return plus(mean, scaled(own, -1));
  };
  if (from.kind === "embedding") return instead((run) => run.layerInput[0]![at]!);
  const parts = model.anatomy.layer(model, layer);
  if (from.kind === "head" || from.kind === "attention-layer") {
    const z = instead(({ z: all, pattern, value }) =>
      Float64Array.from(
        all[layer]!.flatMap((ofHead, head) => {
          if (from.kind === "head") return [...ofHead[at]!].map((each) => (head === from.index ? each : 0));
          const group = Math.floor(head / (model.heads / model.kvHeads));
          return [...scaled(value[layer]![group]![source!]!, pattern[layer]![head]![at]![source!]!)];
        }),
      ),
    );
    return heard(model, parts.attentionPost, clean.attnProjected[layer]![at]!, times(parts.attentionOut.weight, z));
  }
  const post = instead(({ activation }) =>
    Float64Array.from(activation[layer]![at]!, (own, k) => (k === from.index ? own : 0)),
  );
  return heard(model, parts.ffnPost, clean.ffnProjected[layer]![at]!, times(parts.ffnOut.weight, post));
}
