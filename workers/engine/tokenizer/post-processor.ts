import { faultsOf } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { isObject } from "./token-names.ts";

/** A piece of a text's tokens: those of the text itself, or those that stand beside it. */
interface Piece {
  readonly ids: readonly number[];
  readonly isAdded: boolean;
}

/** Several pieces that a later step takes for one sequence. */
type Sequence = readonly Piece[];

type Step = (sequences: readonly Sequence[]) => Sequence[];

export interface ProcessedIds {
  readonly ids: number[];
  /** Indices of those that are not the text's own. */
  readonly added: number[];
}

/** Real ones have four parts, or a step or two; they are run over every text. */
const MAX_PARTS = 256;
/** Four times what the longest text makes. */
const MAX_IDS = 4_194_304;

const bad = faultsOf("bad-file", "tokenizer.json: post_processor ");

/**
 * What a `post_processor` puts around the tokens of one text, as tokenizers 0.23.2 does: what a step makes of its sequences
 * is what the next one finds, so that a template behind another sees its parts as sequences.
 *
 * @throws Fault "bad-file" for one that the library would not read, or that has too many parts
 */
export function postProcessor(json: unknown): (ids: readonly number[]) => ProcessedIds {
  const budget = { parts: MAX_PARTS };
  const step = readStep(json ?? { type: "ByteLevel" }, budget);
  return (ids) => {
    const pieces = step([[{ ids, isAdded: false }]]).flat();
    const total = pieces.reduce((sum, piece) => sum + piece.ids.length, 0);
    if (total > MAX_IDS) throw bad(`makes ${total} tokens of a text; at most ${MAX_IDS} are read`);
    const processed: ProcessedIds = { ids: [], added: [] };
    for (const piece of pieces) {
      for (const id of piece.ids) {
        if (piece.isAdded) processed.added.push(processed.ids.length);
        processed.ids.push(id);
      }
    }
    return processed;
  };
}

interface Budget {
  parts: number;
}

function readStep(json: unknown, budget: Budget): Step {
  if (--budget.parts < 0) throw bad(`has more than ${MAX_PARTS} parts`);
  if (!isObject(json)) throw bad(`has the step ${shown(json)}; an object with a type is needed`);
  switch (json["type"]) {
    case "ByteLevel": // it moves offsets, and no tokens
      return (sequences) => [...sequences];
    case "BertProcessing":
      return around(tokenOf(json, "cls"), tokenOf(json, "sep"), []);
    case "RobertaProcessing":
      return around(tokenOf(json, "cls"), tokenOf(json, "sep"), tokenOf(json, "sep"));
    case "TemplateProcessing":
      return readTemplate(json, budget);
    case "Sequence": {
      const { processors } = json;
      if (!Array.isArray(processors)) throw bad(`has the processors ${shown(processors)}; a list is needed`);
      const steps = processors.map((each: unknown) => readStep(each, budget));
      return (sequences) => steps.reduce<Sequence[]>((found, step) => step(found), [...sequences]);
    }
    default:
      throw bad(`has the type ${shown(json["type"])}, which is none that is known`);
  }
}

/** CLS before the first sequence, SEP behind every one, and before later ones what the kind wants there. */
const around =
  (cls: readonly number[], sep: readonly number[], between: readonly number[]): Step =>
  (sequences) =>
    sequences.map((sequence, index) => [added(index === 0 ? cls : between), ...sequence, added(sep)]);

const added = (ids: readonly number[]): Piece => ({ ids, isAdded: true });

function tokenOf(json: Readonly<Record<string, unknown>>, field: "cls" | "sep"): number[] {
  const { [field]: pair } = json;
  if (Array.isArray(pair) && typeof pair[0] === "string" && isId(pair[1])) return [pair[1]];
  throw bad(`has the ${field} ${shown(pair)}; a token and its id are needed`);
}

/** A part of a template: what stands there, or which of the sequences. */
type Part = { readonly ids: readonly number[] } | { readonly sequence: 0 | 1 };

function readTemplate(json: Readonly<Record<string, unknown>>, budget: Budget): Step {
  const { special_tokens: special } = json;
  const single = readParts(json["single"], special, budget);
  const pair = readParts(json["pair"] ?? [], special, budget);
  return (sequences) => {
    if (sequences.length !== 1 && sequences.length !== 2) {
      throw bad(`has a template behind steps that make ${sequences.length} sequences; it takes one or two`);
    }
    return (sequences.length === 1 ? single : pair).map((part) => {
      if ("ids" in part) return [added(part.ids)];
      const sequence = sequences[part.sequence];
      if (!sequence) throw bad("puts a second sequence into what is made of one");
      return sequence;
    });
  };
}

function readParts(template: unknown, special: unknown, budget: Budget): Part[] {
  if (!Array.isArray(template)) throw bad(`has the template ${shown(template)}; a list is needed`);
  if ((budget.parts -= template.length) < 0) throw bad(`has more than ${MAX_PARTS} parts`);
  return template.map((part: unknown): Part => {
    const { SpecialToken: token, Sequence: sequence } = isObject(part) ? part : {};
    if (isObject(sequence) && (sequence["id"] === "A" || sequence["id"] === "B")) {
      return { sequence: sequence["id"] === "A" ? 0 : 1 };
    }
    if (!isObject(token) || typeof token["id"] !== "string") {
      throw bad(`has the part ${shown(part)} in its template; a SpecialToken or a Sequence is needed`);
    }
    const known = isObject(special) && Object.hasOwn(special, token["id"]) ? special[token["id"]] : undefined;
    const ids = isObject(known) ? known["ids"] : undefined;
    if (Array.isArray(ids) && ids.length <= MAX_PARTS && ids.every(isId)) return { ids };
    throw bad(`names the token ${shown(token["id"])}, for which its special_tokens have no ids`);
  });
}

const isId = (id: unknown): id is number => typeof id === "number" && Number.isInteger(id) && id >= 0 && id < 2 ** 32;
