import { Tokenizer } from "@huggingface/tokenizers";
import { Fault } from "#core/fault.ts";
import { readJson, readOptionalJson } from "#formats/checkpoint.ts";
import type { FileSet } from "#formats/byte-source.ts";
import type { Tokenization } from "#protocol/engine.ts";

/** A checkpoint's tokenizer: text to ids and back, and how single tokens are written. */
export interface ModelTokenizer {
  tokenize(text: string): Tokenization;
  /** As a person should read it: a leading space is a space, not the vocabulary's marker for one. */
  tokenText(id: number): string;
  decode(ids: readonly number[]): string;
}

/** @throws Fault "missing-file" or "bad-file" */
export async function openTokenizer(files: FileSet): Promise<ModelTokenizer> {
  const json = (await readJson(files, "tokenizer.json")) as object;
  const config = (await readOptionalJson(files, "tokenizer_config.json")) ?? {};
  const tokenizer = build(json, config);
  const unknownId = unknownToken(json, tokenizer);
  const texts = new Map<number, string>();
  const tokenText = (id: number) => {
    if (!texts.has(id)) texts.set(id, readable(tokenizer, id));
    return texts.get(id)!;
  };
  return {
    tokenText,
    decode: (ids) => tokenizer.decode([...ids], { skip_special_tokens: true }),
    tokenize(text) {
      const ids = text === "" ? [] : tokenizer.encode(text).ids;
      const bare = text === "" ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids;
      const leading = Math.max(0, indexOfRun(ids, bare));
      const added = ids.map((_, index) => index).filter((index) => index < leading || index >= leading + bare.length);
      return {
        ids,
        texts: ids.map(tokenText),
        added,
        unknown: bare.includes(unknownId) ? unknownCharacters(text, tokenizer, unknownId) : [],
      };
    },
  };
}

function build(json: object, config: object): Tokenizer {
  try {
    return new Tokenizer(json, config);
  } catch (cause) {
    throw new Fault(
      "bad-file",
      `tokenizer.json cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** @returns −1 where the vocabulary has no token for what it does not know */
function unknownToken(json: object, tokenizer: Tokenizer): number {
  const name = (json as { model?: { unk_token?: unknown } }).model?.unk_token;
  return typeof name === "string" ? (tokenizer.token_to_id(name) ?? -1) : -1;
}

function unknownCharacters(text: string, tokenizer: Tokenizer, unknownId: number): string[] {
  const isUnknown = (character: string) =>
    tokenizer.encode(character, { add_special_tokens: false }).ids.includes(unknownId);
  return [...new Set(text)].filter((character) => character.trim() !== "" && isUnknown(character));
}

/** Where `run` stands in `ids`; −1 if nowhere. */
function indexOfRun(ids: readonly number[], run: readonly number[]): number {
  return ids.findIndex((_, start) => run.every((id, offset) => ids[start + offset] === id));
}

const SPACE_MARKERS = /[Ġ▁]/g;
const NEWLINE_MARKERS = /Ċ/g;

function readable(tokenizer: Tokenizer, id: number): string {
  const decoded = tokenizer.decode([id], { skip_special_tokens: false });
  const raw = tokenizer.id_to_token(id) ?? decoded;
  // decoding alone drops a leading space; the vocabulary's own form has it as a marker
  return SPACE_MARKERS.test(raw) || NEWLINE_MARKERS.test(raw)
    ? raw.replace(SPACE_MARKERS, " ").replace(NEWLINE_MARKERS, "\n")
    : raw;
}
