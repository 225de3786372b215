import { Fault } from "#core/fault.ts";
import { checkHead, checkNeuron, formatHead, formatNeuron, parseHead, parseNeuron } from "./ids.ts";
import type { HeadId, ModelExtent, NeuronId } from "./ids.ts";

/**
 * One part turned up or down, at every position: a head's z (before o_proj) or a neuron's activation is multiplied by
 * `scale`. Zero-ablation is scale 0; scale 1 changes nothing.
 */
export type Intervention =
  | { readonly kind: "head"; readonly at: HeadId; readonly scale: number }
  | { readonly kind: "neuron"; readonly at: NeuronId; readonly scale: number };

/** An intervention as `window.arithmoscope` and links write it: `{ head: "L17H22", scale: 0 }`. A missing scale is 0. */
export type InterventionText =
  | { readonly head: string; readonly scale?: number }
  | { readonly neuron: string; readonly scale?: number };

/** Beyond this a scaled activation says nothing about the model, and float32 overflows soon after. */
export const MAX_SCALE = 100;

/** `L17H22` or `L28N3696`: the part that is changed. Two interventions with one key are the same switch. */
export const interventionKey = (change: Intervention) =>
  change.kind === "head" ? formatHead(change.at) : formatNeuron(change.at);

/** @throws Fault "bad-request" with what was found and what is needed */
export function readIntervention(text: InterventionText): Intervention {
  const scale = text.scale ?? 0;
  if (!Number.isFinite(scale) || Math.abs(scale) > MAX_SCALE) {
    throw new Fault("bad-request", `intervention: scale ${scale} must be a number from −${MAX_SCALE} to ${MAX_SCALE}`);
  }
  if ("head" in text) {
    const at = parseHead(text.head);
    if (!at) throw new Fault("bad-request", `intervention: “${text.head}” is not a head; write it as L17H22 or 17.22`);
    return { kind: "head", at, scale };
  }
  const at = parseNeuron(text.neuron);
  if (!at) {
    throw new Fault("bad-request", `intervention: “${text.neuron}” is not a neuron; write it as L28N3696 or 28.3696`);
  }
  return { kind: "neuron", at, scale };
}

/**
 * The interventions in a fixed order, the last one of each part, those of scale 1 left out: two lists that do the same to the model are
 * then equal.
 *
 * @throws Fault "bad-request" for a part that the model does not have
 */
export function normaliseInterventions(list: readonly Intervention[], extent: ModelExtent): Intervention[] {
  const byKey = new Map<string, Intervention>();
  for (const change of list) {
    if (change.kind === "head") checkHead(change.at, extent);
    else checkNeuron(change.at, extent);
    byKey.set(interventionKey(change), change);
  }
  return [...byKey.values()].filter((change) => change.scale !== 1).sort(inModelOrder);
}

function inModelOrder(a: Intervention, b: Intervention): number {
  const index = (change: Intervention) => (change.kind === "head" ? change.at.head : change.at.neuron);
  return a.at.layer - b.at.layer || a.kind.localeCompare(b.kind) || index(a) - index(b);
}
