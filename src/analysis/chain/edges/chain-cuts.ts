import type { Chain, ChainEdge, ChainNode, PathEffect } from "../chain.ts";
import type { Cut, CutReceiver, CutSender } from "./cuts.ts";

/** An edge with what it is worth alone. */
export interface MeasuredEdge extends Pick<ChainEdge, "from" | "to" | "kind" | "position" | "claimed">, PathEffect {}

/** Every edge of a chain as what is cut to measure it, in their order. */
export function chainCuts({ nodes, edges, model }: Chain): Cut[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return edges.map((edge) => ({
    sender: senderOf(byId.get(edge.from)!, edge),
    receiver: receiverOf(byId.get(edge.to)!, model.heads),
  }));
}

function senderOf({ kind, layer, index, position }: ChainNode, edge: ChainEdge): CutSender {
  switch (kind) {
    case "embedding":
      return { kind, position };
    case "shallow-neuron":
    case "deep-neuron":
      return { kind: "neuron", at: { layer: layer!, neuron: index! }, position };
    case "attention-layer":
      return { kind: "move", layer: layer!, source: edge.position!, position };
    case "head":
      return { kind, at: { layer: layer!, head: index! }, position };
    case "prediction":
      throw new Error("chain: the prediction sends nothing");
    default:
      throw new Error(`chain: unknown part ${String(kind satisfies never)}`);
  }
}

function receiverOf({ kind, layer, index, position }: ChainNode, heads: number): CutReceiver {
  switch (kind) {
    case "attention-layer":
      return {
        kind: "values",
        layer: layer!,
        heads: Array.from({ length: heads }, (_, head) => head),
        query: position,
      };
    case "head":
      return { kind: "values", layer: layer!, heads: [index!], query: position };
    case "deep-neuron":
      return { kind: "neuron", at: { layer: layer!, neuron: index! } };
    case "prediction":
      return { kind: "unembedding" };
    case "embedding":
    case "shallow-neuron":
      throw new Error(`chain: nothing is traced into a part that is ${kind}`);
    default:
      throw new Error(`chain: unknown part ${String(kind satisfies never)}`);
  }
}

/** Which edge of a chain: of several between the same two parts, each brings from a position of its own. */
export const edgeKey = ({ from, to, kind, position }: Pick<ChainEdge, "from" | "to" | "kind" | "position">) =>
  `${from} ${to} ${kind} ${position ?? ""}`;

/** The chain with what was measured of its edges. */
export function withPaths(chain: Chain, measured: readonly MeasuredEdge[]): Chain {
  const known = new Map(measured.map((edge) => [edgeKey(edge), edge]));
  return {
    ...chain,
    edges: chain.edges.map((edge) => {
      const found = known.get(edgeKey(edge));
      return found ? { ...edge, path: { effect: found.effect, activation: found.activation } } : edge;
    }),
  };
}
