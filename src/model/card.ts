import { isRecord } from "#core/record.ts";
import { faultsOf } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { MADE_DTYPES } from "./checkpoint.ts";
import type { MadeDtype } from "./checkpoint.ts";

/** Cases of one kind, and how many of them a model answers rightly with its weights held in each way. */
export interface CardSet {
  readonly name: string;
  readonly cases: number;
  readonly right: Readonly<Record<MadeDtype, number>>;
}

/** A case that is answered in another way than with the weights as trained. */
export interface MovedCase {
  readonly prompt: string;
  readonly expected: string;
  readonly trained: string;
  readonly found: string;
}

/** What a model that comes with the page says of itself. Every text is a paragraph or a list of them. */
export interface ModelCard {
  readonly title: string;
  readonly what: string;
  readonly trained: string;
  /** Why this one, where it was chosen among several. */
  readonly chosen: string;
  readonly heads: string;
  readonly failures: readonly string[];
  readonly bias: string;
  /** By the page's own engine; a case is right if its answer is the most probable token. */
  readonly measured: {
    readonly sets: readonly CardSet[];
    /** What quantisation moved: how many cases, and the first of them. */
    readonly moved: Readonly<Record<"q8" | "q4", { readonly count: number; readonly cases: readonly MovedCase[] }>>;
  };
}

const TEXTS = ["title", "what", "trained", "chosen", "heads", "bias"] as const;

/**
 * Reads a `card.json`.
 *
 * @throws Fault "bad-file" with what was found and what is needed
 */
export function readCard(json: unknown): ModelCard {
  if (!isRecord(json)) throw bad(`it is ${shown(json)}; an object is needed`);
  for (const name of TEXTS)
    if (typeof json[name] !== "string") throw bad(`${name} is ${shown(json[name])}; a text is needed`);
  const { failures, measured } = json;
  if (!Array.isArray(failures) || !failures.every((each) => typeof each === "string"))
    throw bad(`failures are ${shown(failures)}; a list of texts is needed`);
  if (
    !isRecord(measured) ||
    !Array.isArray(measured["sets"]) ||
    !measured["sets"].every(isSet) ||
    !areMoved(measured["moved"])
  )
    throw bad(
      `measured is ${shown(measured)}; sets with the cases that are right in ${MADE_DTYPES.join(", ")} are needed`,
    );
  return json as unknown as ModelCard;
}

const isSet = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value["name"] === "string" &&
  typeof value["cases"] === "number" &&
  isRecord(value["right"]) &&
  MADE_DTYPES.every((dtype) => typeof (value["right"] as Record<string, unknown>)[dtype] === "number");

const areMoved = (value: unknown): boolean =>
  isRecord(value) &&
  [value["q8"], value["q4"]].every(
    (moved) => isRecord(moved) && typeof moved["count"] === "number" && Array.isArray(moved["cases"]),
  );

const bad = faultsOf("bad-file", "card.json: ");
