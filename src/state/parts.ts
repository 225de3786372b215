import { checkHead, checkNeuron, parseHead, parseNeuron } from "#model/ids.ts";
import { exampleParts, model } from "./model/model.ts";
import { asFault } from "./notices.ts";
import { partKey, ablate } from "./question.ts";
import type { Part } from "./question.ts";
import { select, showTab } from "./view.ts";

/** Heads and neurons that were read, or what is wrong with what was typed, as a sentence for its field. */
export type ReadParts = { readonly parts: readonly Part[] } | { readonly complaint: string };

/** Between two parts of a list; a head may have a blank in it (`L17 H22`). */
const SEPARATOR = /\s*[,;\n]\s*|\s+and\s+|\s+(?=L\s*\d|\d+[._^]\d)/i;

/** Heads and neurons as a person types them, one or a list; two bare numbers (`4.2`) are a head. */
export function readParts(text: string): ReadParts {
  const parts = new Map<string, Part>();
  const typed = text.split(SEPARATOR).filter((each) => each.trim() !== "");
  try {
    for (const each of typed) {
      const part = partOf(each);
      if (!part) return { complaint: neither(each) };
      parts.set(partKey(part), part);
    }
  } catch (reason) {
    return { complaint: asFault(reason).message };
  }
  return typed.length === 0 ? { complaint: neither(text) } : { parts: [...parts.values()] };
}

/** @throws Fault "bad-request" for a part that the model does not have */
function partOf(text: string): Part | undefined {
  const { info } = model.getState();
  const head = parseHead(text);
  if (head) return { kind: "head", at: info ? checkHead(head, info) : head };
  const neuron = parseNeuron(text);
  return neuron && { kind: "neuron", at: info ? checkNeuron(neuron, info) : neuron };
}

function neither(text: string): string {
  const { head, neuron } = exampleParts();
  const [, layer, index] = /L(\d+)H(\d+)/.exec(head)!;
  return `“${text}” is neither a head nor a neuron. Write ${head} or ${layer}.${index} for a head, ${neuron} for a neuron.`;
}

/** Reads one part where one is wanted. */
export function readPart(text: string): { readonly part: Part } | { readonly complaint: string } {
  const read = readParts(text);
  if ("complaint" in read) return read;
  const [part] = read.parts;
  return read.parts.length === 1
    ? { part: part! }
    : { complaint: `“${text}” are ${read.parts.length} parts; one is needed.` };
}

/** Off together, in one step of undo. @returns what is wrong with what was typed, undefined if nothing is */
export function ablateTyped(text: string): string | undefined {
  const read = readParts(text);
  if ("complaint" in read) return read.complaint;
  ablate(read.parts);
  return undefined;
}

/** Selects what was typed and shows it. @returns as `ablateTyped` */
export function jumpTo(text: string): string | undefined {
  const read = readPart(text);
  if ("complaint" in read) return read.complaint;
  if (read.part.kind === "head") showTab("heads");
  select(read.part);
  return undefined;
}
