import { Tokenizer } from "@huggingface/tokenizers";
import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { readJson, readOptionalJson } from "#formats/checkpoint.ts";
import type { FileSet } from "#formats/byte-source.ts";
import type { Tokenization } from "#protocol/engine.ts";
import { withBeginning } from "./beginning.ts";
import { spelled } from "./token-text.ts";
import type { Spelling } from "./token-text.ts";
import { checkTokenizer, unusable } from "./tokenizer-limits.ts";

/** A checkpoint's tokenizer: text to ids and back, and how single tokens are written. */
export interface ModelTokenizer {
  /** @throws Fault "bad-request" for a text that is too long to be any prompt */
  tokenize(text: string): Tokenization;
  /** As a person should read it: a leading space is a space, not the vocabulary's marker for one. */
  tokenText(id: number): string;
  decode(ids: readonly number[]): string;
}

/** More than any context holds; a pattern's time grows with the text. */
const MAX_TEXT = 1_000_000;

/** @throws Fault "missing-file" or "bad-file" */
export async function openTokenizer(files: FileSet): Promise<ModelTokenizer> {
  const json = await readJson(files, "tokenizer.json");
  const config = (await readOptionalJson(files, "tokenizer_config.json")) ?? {};
  const tokenizer = build(json, config);
  const leading = leadingTokens(tokenizer);
  const unknownId = unknownToken(json, tokenizer);
  const spelling = spellingOf(json);
  const asTheyAre = new Set(tokenizer.get_added_tokens_decoder().keys());
  const texts = new Map<number, string>();
  const tokenText = (id: number) => {
    if (!texts.has(id)) texts.set(id, readable(tokenizer, id, asTheyAre.has(id) ? "plain" : spelling));
    return texts.get(id)!;
  };
  return {
    tokenText,
    decode: (ids) => decode(tokenizer, ids),
    tokenize(text) {
      if (text.length > MAX_TEXT) {
        throw new Fault("bad-request", `the text has ${text.length} characters; at most ${MAX_TEXT} are read at once`);
      }
      const ids = text === "" ? [] : encode(tokenizer, text);
      const bare = text === "" ? [] : encode(tokenizer, text, { add_special_tokens: false });
      const added = ids.map((_, index) => index).filter((index) => index < leading || index >= leading + bare.length);
      return {
        ids,
        texts: ids.map(tokenText),
        added,
        unknown: unknownId === undefined ? [] : unknownCharacters(text, bare, tokenizer, unknownId),
      };
    },
  };
}

function build(json: unknown, config: unknown): Tokenizer {
  try {
    if (isObject(json) && isObject(config)) {
      checkTokenizer(json);
      const tokenizer = new Tokenizer(withBeginning(json, config), config);
      // what only shows when it runs has to show before the weights are read
      decode(tokenizer, encode(tokenizer, "3 + 5 = a\n"));
      return tokenizer;
    }
    // the library says what it needs
    return new Tokenizer(json as object, config as object);
  } catch (cause) {
    throw cause instanceof Fault ? cause : unusable(cause);
  }
}

/** @throws Fault "bad-file" where the file's own parts do not fit each other */
function encode(tokenizer: Tokenizer, text: string, options: { readonly add_special_tokens?: boolean } = {}): number[] {
  let ids: number[];
  try {
    ({ ids } = tokenizer.encode(text, options));
  } catch (cause) {
    throw unusable(cause);
  }
  const wrong = ids.findIndex((id: unknown) => typeof id !== "number");
  if (wrong < 0) return ids;
  throw new Fault(
    "bad-file",
    `tokenizer.json: it cuts ${shown(text)} into pieces of which number ${wrong + 1} is no token and has no token for the unknown`,
  );
}

/** Never cleaned up: a space before a full stop is a space. */
function decode(tokenizer: Tokenizer, ids: readonly number[]): string {
  if (ids.length === 0) return "";
  try {
    return tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw unusable(cause);
  }
}

/** How many tokens stand before every text. */
function leadingTokens(tokenizer: Tokenizer): number {
  const text = "3";
  const ids = encode(tokenizer, text);
  const bare = encode(tokenizer, text, { add_special_tokens: false });
  // a vocabulary without digits: what is there was added
  if (bare.length === 0) return ids.length;
  return Math.max(
    0,
    ids.findIndex((_, start) => bare.every((id, offset) => ids[start + offset] === id)),
  );
}

/** @returns −1 where what is not known leaves no token at all; undefined where everything can be written in bytes */
function unknownToken(json: unknown, tokenizer: Tokenizer): number | undefined {
  const { model } = json as { readonly model?: { readonly unk_token?: unknown; readonly byte_fallback?: unknown } };
  const name = model?.unk_token;
  const id = typeof name === "string" ? tokenizer.token_to_id(name) : undefined;
  return id ?? (model?.byte_fallback === true || spellingOf(json) === "bytes" ? undefined : -1);
}

/** Characters that the model cannot see: they became the unknown token, or nothing. */
function unknownCharacters(text: string, bare: readonly number[], tokenizer: Tokenizer, unknownId: number): string[] {
  if (unknownId >= 0 && !bare.includes(unknownId)) return [];
  const isUnknown = (character: string) => {
    const ids = encode(tokenizer, character, { add_special_tokens: false });
    return ids.length === 0 || ids.includes(unknownId);
  };
  return [...new Set(text)].filter((character) => character.trim() !== "" && isUnknown(character));
}

/** Told by the decoder: byte-level vocabularies have one of their own, SentencePiece's writes ▁ back as a space. */
function spellingOf(json: unknown): Spelling {
  const { decoder } = json as { readonly decoder?: Step | null };
  const steps = [decoder, ...(Array.isArray(decoder?.decoders) ? decoder.decoders : [])];
  if (steps.some((step) => step?.type === "ByteLevel")) return "bytes";
  return steps.some((step) => step?.type === "Metaspace" || step?.pattern?.String === "▁") ? "sentencepiece" : "plain";
}

interface Step {
  readonly type?: string;
  readonly decoders?: readonly (Step | null)[];
  readonly pattern?: { readonly String?: unknown } | null;
}

/** Models have rows that no token names: padding to a round number. */
function readable(tokenizer: Tokenizer, id: number, spelling: Spelling): string {
  const token: string | undefined = tokenizer.id_to_token(id);
  return token === undefined ? `<no token ${id}>` : spelled(token, spelling);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
