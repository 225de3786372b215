import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { GgufMetadata } from "#model/gguf/metadata.ts";

/** Types of tokens, by llama.cpp's numbers. */
export const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** The tokenizer's keys of a GGUF file, read and held against each other. */
export interface GgufVocabulary {
  /** The kind: `gpt2` for byte-level BPE, `llama` for SentencePiece. */
  readonly model: string;
  readonly pre: string | undefined;
  /** The model's own, `general.name`. */
  readonly name: string | undefined;
  /** By id. */
  readonly tokens: readonly string[];
  readonly types: readonly number[] | undefined;
  readonly scores: readonly number[] | undefined;
  readonly merges: readonly (readonly [string, string])[];
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  readonly unknown: number | undefined;
  /** Undefined where the file does not say. */
  readonly addsBos: boolean | undefined;
  readonly addsEos: boolean | undefined;
  readonly addsSpace: boolean | undefined;
}

/** SentencePiece's ids where a file does not name them, as llama.cpp takes them. */
const USUAL_IDS = { bos: 1, eos: 2, unknown: 0 };

/** @throws Fault "bad-file" naming the key */
export function readVocabulary(metadata: GgufMetadata): GgufVocabulary {
  const at = (key: string) => metadata.get(`tokenizer.ggml.${key}`);
  const model = at("model");
  if (typeof model !== "string") throw bad("model", model, "the name of a kind of tokenizer");
  const pre = at("pre");
  if (pre !== undefined && typeof pre !== "string") throw bad("pre", pre, "a name");
  const name = metadata.get("general.name");
  const listed = at("tokens");
  if (!Array.isArray(listed)) throw bad("tokens", listed, "a list of all tokens");
  const tokens = listed.map((token: unknown, id) => {
    if (typeof token === "string") return token;
    throw new Fault("bad-file", `GGUF: token ${id} is no text in UTF-8; a tokenizer whose tokens are texts is needed`);
  });
  checkUnique(tokens);
  const numbers = (key: string) => {
    const list = at(key);
    if (list === undefined) return undefined;
    if (Array.isArray(list) && list.length === tokens.length && list.every((each) => typeof each === "number")) {
      return list as readonly number[];
    }
    throw bad(
      key,
      Array.isArray(list) ? `${list.length} values` : list,
      `one number for each of ${tokens.length} tokens`,
    );
  };
  const id = (key: string, usual?: number) => {
    const value = at(key);
    if (value === undefined) return usual !== undefined && usual < tokens.length ? usual : undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < tokens.length) return value;
    throw bad(key, value, `an id below ${tokens.length}`);
  };
  const flag = (key: string) => {
    const value = at(key);
    if (value === undefined || typeof value === "boolean") return value;
    throw bad(key, value, "true or false");
  };
  const usual = model === "llama" ? USUAL_IDS : undefined;
  return {
    model,
    pre,
    name: typeof name === "string" ? name : undefined,
    tokens,
    types: numbers("token_type"),
    scores: numbers("scores"),
    merges: mergesOf(at("merges")),
    bos: id("bos_token_id", usual?.bos),
    eos: id("eos_token_id", usual?.eos),
    unknown: id("unknown_token_id", usual?.unknown),
    addsBos: flag("add_bos_token"),
    addsEos: flag("add_eos_token"),
    addsSpace: flag("add_space_prefix"),
  };
}

/** llama.cpp asks for it as well. */
function checkUnique(tokens: readonly string[]): void {
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const before = ids.get(token);
    if (before !== undefined) {
      throw new Fault("bad-file", `GGUF: tokens ${before} and ${id} are both ${shown(token)}; each can be there once`);
    }
    ids.set(token, id);
  }
}

/** `first second`, of which the first may be a space itself. */
function mergesOf(value: unknown): (readonly [string, string])[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw bad("merges", value, "a list");
  return value.map((merge: unknown) => {
    const at = typeof merge === "string" ? merge.indexOf(" ", 1) : -1;
    if (at < 0) throw bad("merges", `a list with ${shown(merge)}`, "two texts with a space between them");
    return [(merge as string).slice(0, at), (merge as string).slice(at + 1)] as const;
  });
}

function bad(key: string, found: unknown, needed: string): Fault {
  const what = found === undefined ? "is missing" : `is ${typeof found === "string" ? shownName(found) : shown(found)}`;
  return new Fault("bad-file", `GGUF: tokenizer.ggml.${key} ${what}; ${needed} is needed`);
}
