import { checkHead, checkNeuron, parseHead, parseNeuron } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { model } from "./model.ts";
import { dismiss, notify, notifyFault } from "./notices.ts";
import { setScale } from "./question.ts";
import type { Part } from "./question.ts";
import { select, showTab } from "./view.ts";

/**
 * A head or neuron as a person types it; two bare numbers (`4.2`) are a head.
 *
 * @returns undefined, with a notice, for what is neither or not in the model
 */
export function readPart(text: string): Part | undefined {
  const head = parseHead(text);
  const neuron = head ? undefined : parseNeuron(text);
  const { info } = model.getState();
  try {
    dismiss("part");
    if (head) return { kind: "head", at: info ? checkHead(head, info) : head };
    if (neuron) return { kind: "neuron", at: info ? checkNeuron(neuron, info) : neuron };
    notify("part", `“${text}” is neither a head nor a neuron. Write L0H7 or 0.7 for a head, L4N425 for a neuron.`);
  } catch (reason) {
    notifyFault("part", reason);
  }
  return undefined;
}

/** @returns whether there was something to switch off */
export function switchOffTyped(text: string): boolean {
  const part = readPart(text);
  if (part) setScale(part, 0);
  return part !== undefined;
}

/** Selects what was typed and shows it. @returns whether it is there */
export function jumpTo(text: string): boolean {
  const part = readPart(text);
  if (!part) return false;
  if (part.kind === "head") showTab("heads");
  select(part);
  return true;
}

/** The neighbour in the grid of heads, staying inside it. */
export function neighbour(at: HeadId, step: { readonly layers: number; readonly heads: number }): HeadId {
  const { info } = model.getState();
  const clamp = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));
  return {
    layer: clamp(at.layer + step.layers, info?.layers ?? Number.MAX_SAFE_INTEGER),
    head: clamp(at.head + step.heads, info?.heads ?? Number.MAX_SAFE_INTEGER),
  };
}
