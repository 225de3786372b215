import type { HeadId, NeuronId } from "#model/ids.ts";
import type { Chain } from "./chain.ts";
import type { Reading } from "./readings.ts";
import { DEFAULT_THRESHOLDS } from "./thresholds.ts";

/** A shallow neuron at a position, as one reading sees it; without a neuron it is the word's embedding. */
export interface Feature {
  readonly reading: Reading;
  readonly neuron: NeuronId | undefined;
}

/** Which parts a chain shows. Everything else about it is measured in a run. */
export interface Outline {
  readonly head: HeadId;
  /** By how much they lose without the head, most first. */
  readonly deep: readonly NeuronId[];
  readonly reference: NeuronId;
  readonly readings: readonly Reading[];
  /** From which part of what the head reads on a position is split by what brought it there, 0 to 1. */
  readonly splitShare: number;
  readonly features: readonly Feature[];
  /** Whether deep neurons are shown to enhance each other. */
  readonly isEnhancing: boolean;
}

export const PREDICTION = "prediction";
export const headNode = ({ layer, head }: HeadId) => `L${layer}H${head}`;
export const deepNode = ({ layer, neuron }: NeuronId) => `L${layer}N${neuron}`;
/** An attention layer where it writes: `L15A` at the last position, `L1A@3` at another. */
export const layerNode = (layer: number, at?: number) => (at === undefined ? `L${layer}A` : `L${layer}A@${at}`);
export const featureNode = ({ neuron, reading: { position } }: Feature) =>
  neuron ? `L${neuron.layer}N${neuron.neuron}@${position}` : `E@${position}`;
/** Where a reading arrives: at the attention layer that brings it on, or at the head. */
export const readerNode = ({ via, at }: Reading, head: HeadId, last: number) =>
  via === undefined ? headNode(head) : layerNode(via, at === last ? undefined : at);
/** The attention layers that bring something, each where it writes, once. */
export const carriers = (readings: readonly Reading[], last: number) =>
  new Map(
    readings.flatMap(({ via, at }) =>
      via === undefined ? [] : [[layerNode(via, at === last ? undefined : at), { layer: via, at }]],
    ),
  );

/** What an assembled chain shows; undefined if it has no head. */
export function outlineOf(chain: Chain): Outline | undefined {
  const head = chain.nodes.find(({ kind }) => kind === "head");
  if (!head || !chain.reference) return undefined;
  const byId = new Map(chain.nodes.map((node) => [node.id, node]));
  const isFrom = (id: string, kind: string) => byId.get(id)?.kind === kind;
  const reads = chain.edges.filter(({ kind }) => kind === "enhances");
  const readingOf = ({ to, position }: { readonly to: string; readonly position: number | undefined }): Reading => ({
    via: isFrom(to, "attention-layer") ? byId.get(to)!.layer : undefined,
    position: position!,
    at: isFrom(to, "attention-layer") ? byId.get(to)!.position : position!,
  });
  const readings = new Map(reads.map((edge) => [`${edge.to} ${edge.position}`, readingOf(edge)]));
  return {
    head: { layer: head.layer!, head: head.index! },
    deep: chain.nodes
      .filter(({ kind }) => kind === "deep-neuron")
      .map(({ layer, index }) => ({ layer: layer!, neuron: index! })),
    reference: chain.reference,
    readings: [...readings.values()],
    splitShare: chain.thresholds?.transferShare ?? DEFAULT_THRESHOLDS.transferShare,
    features: reads.map((edge) => {
      const node = byId.get(edge.from)!;
      return {
        reading: readings.get(`${edge.to} ${edge.position}`)!,
        neuron: node.kind === "embedding" ? undefined : { layer: node.layer!, neuron: node.index! },
      };
    }),
    isEnhancing: chain.edges.some(({ kind }) => kind === "amplifies"),
  };
}
