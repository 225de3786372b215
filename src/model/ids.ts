import { Fault } from "#core/fault.ts";

/** One attention head, zero-based. Written `L17H22`. */
export interface HeadId {
  readonly layer: number;
  readonly head: number;
}

/** One FFN neuron (an output of the activation before the down projection), zero-based. Written `L28N3696`. */
export interface NeuronId {
  readonly layer: number;
  readonly neuron: number;
}

export const isSameHead = (a: HeadId, b: HeadId) => a.layer === b.layer && a.head === b.head;

export const formatHead = ({ layer, head }: HeadId) => `L${layer}H${head}`;
export const formatNeuron = ({ layer, neuron }: NeuronId) => `L${layer}N${neuron}`;

/** `L17H22`, `l17h22`, `L17 H22`, `17.22`, `17_22` and `17^22`: every way the field writes a head. */
const HEAD = /^\s*(?:L(\d+)[\s.]*H(\d+)|(\d+)[._^](\d+))\s*$/i;
const NEURON = /^\s*(?:L(\d+)[\s.]*N(\d+)|(\d+)[._^](\d+))\s*$/i;

/** @returns undefined for what is not a head */
export function parseHead(text: string): HeadId | undefined {
  const found = HEAD.exec(text);
  return found ? { layer: Number(found[1] ?? found[3]), head: Number(found[2] ?? found[4]) } : undefined;
}

/** @returns undefined for what is not a neuron */
export function parseNeuron(text: string): NeuronId | undefined {
  const found = NEURON.exec(text);
  return found ? { layer: Number(found[1] ?? found[3]), neuron: Number(found[2] ?? found[4]) } : undefined;
}

/** How many of each a model has, as far as an id can be out of range. */
export interface ModelExtent {
  readonly layers: number;
  readonly heads: number;
  readonly neurons: number;
}

/** @throws Fault "bad-request" naming the range */
export function checkHead(at: HeadId, extent: ModelExtent): HeadId {
  if (!inside(at.layer, extent.layers) || !inside(at.head, extent.heads)) {
    throw new Fault(
      "bad-request",
      `head ${formatHead(at)} is not in this model: it has layers 0 to ${extent.layers - 1} with heads 0 to ${extent.heads - 1}`,
    );
  }
  return at;
}

/** @throws Fault "bad-request" naming the range */
export function checkNeuron(at: NeuronId, extent: ModelExtent): NeuronId {
  if (!inside(at.layer, extent.layers) || !inside(at.neuron, extent.neurons)) {
    throw new Fault(
      "bad-request",
      `neuron ${formatNeuron(at)} is not in this model: it has layers 0 to ${extent.layers - 1} with neurons 0 to ${extent.neurons - 1}`,
    );
  }
  return at;
}

const inside = (index: number, count: number) => Number.isInteger(index) && index >= 0 && index < count;
