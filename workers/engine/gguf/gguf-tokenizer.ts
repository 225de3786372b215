import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { parseJson } from "#formats/json.ts";
import type { GgufMetadata } from "#model/gguf/metadata.ts";
import { TokenNames, isObject } from "../tokenizer/token-names.ts";
import { builtTokenizer } from "./built-tokenizer.ts";
import { TOKEN_TYPES, readVocabulary } from "./vocabulary.ts";
import type { GgufVocabulary } from "./vocabulary.ts";

/** What cuts texts for a model in GGUF. */
export interface GgufTokenizer {
  readonly from: "file" | "beside" | "metadata";
  /** The tokenizer.json; left out: the one that lies beside the file. */
  readonly json?: unknown;
  /** What a person should know of it. */
  readonly note?: string;
}

/**
 * Finds a tokenizer that is the model's own for certain: the tokenizer.json that the file itself holds, else one that lies beside
 * it and has the same tokens, id by id, else one that is built of the metadata where its kind is known to cut as llama.cpp does.
 *
 * @param beside the tokenizer.json that lies beside the file; undefined if there is none
 * @throws Fault naming the kind that is not known, and what to do
 */
export function tokenizerOfGguf(metadata: GgufMetadata, beside: unknown): GgufTokenizer {
  const vocabulary = readVocabulary(metadata);
  const embedded = metadata.get("tokenizer.huggingface.json");
  if (typeof embedded === "string") {
    const json = parsed(embedded);
    const wrong = difference(json, vocabulary);
    if (wrong === undefined) return { from: "file", json };
    throw new Fault("bad-file", `GGUF: tokenizer.huggingface.json is not of this model: ${wrong}`);
  }
  const wrong = beside === undefined ? undefined : difference(beside, vocabulary);
  if (beside !== undefined && wrong === undefined) return { from: "beside" };
  const unused = wrong && `The tokenizer.json beside the file is not of this model and is not used: ${wrong}.`;
  try {
    return { from: "metadata", json: builtTokenizer(vocabulary), ...(unused && { note: unused }) };
  } catch (reason) {
    if (unused === undefined || !(reason instanceof Fault)) throw reason;
    throw new Fault(reason.code, `${reason.message} (the one that lies there is not: ${wrong})`, { cause: reason });
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault("damaged-file", `GGUF: tokenizer.huggingface.json is not JSON (${why})`, { cause });
  }
}

/** llama.cpp's converter calls an id without a token so. */
const isPadding = (token: string, id: number, type: number | undefined) =>
  type === TOKEN_TYPES.unused || token === `[PAD${id}]`;

/** The first token in which a tokenizer.json differs from the file's list; undefined if none does. */
function difference(json: unknown, { tokens, types }: GgufVocabulary): string | undefined {
  if (!isObject(json)) return `it is ${shown(json)}, an object is needed`;
  const names = new TokenNames(json);
  for (const [id, token] of tokens.entries()) {
    const named = names.nameOf(id);
    if (named === token || (named === undefined && isPadding(token, id, types?.[id]))) continue;
    // the converter writes spaces of tokens that a person added as they are
    if (types?.[id] === TOKEN_TYPES.userDefined && named?.replaceAll("▁", " ") === token) continue;
    return `token ${id} is ${shown(named ?? "missing")} there and ${shown(token)} in the file`;
  }
  return names.nameOf(tokens.length) === undefined
    ? undefined
    : `it has a token ${tokens.length}, and the file has ${tokens.length} tokens`;
}
