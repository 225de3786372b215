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
  const byBytes = isByteLevel(json);
  const texts = new Map<number, string>();
  const tokenText = (id: number) => {
    if (!texts.has(id)) texts.set(id, readable(tokenizer, id, byBytes));
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
      `tokenizer.json and tokenizer_config.json cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
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

/** Byte-level vocabularies write each byte as a character of its own, so that only decoding gives the text back. */
function isByteLevel(json: object): boolean {
  const { decoder } = json as {
    readonly decoder?: { readonly type?: string; readonly decoders?: readonly Kind[] } | null;
  };
  return [decoder, ...(decoder?.decoders ?? [])].some((each) => each?.type === "ByteLevel");
}

interface Kind {
  readonly type?: string;
}

function readable(tokenizer: Tokenizer, id: number, byBytes: boolean): string {
  const decoded = tokenizer.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  const raw = tokenizer.id_to_token(id) ?? decoded;
  // a token that ends within a character decodes to a replacement character; its own form says more
  if (byBytes && !decoded.includes("\uFFFD")) return decoded;
  // decoding alone drops a leading space; the vocabulary's own form has it as a marker
  return raw.replaceAll(/[Ġ▁]/g, " ").replaceAll("Ċ", "\n");
}
