import { Fault } from "#core/fault.ts";
import { grouped } from "#core/grouped.ts";
import { shown, shownName } from "#core/shown.ts";
import { readJson, readOptionalJson } from "#formats/checkpoint.ts";
import type { FileSet } from "#formats/byte-source.ts";
import { GGUF_FIELD } from "#model/gguf/config.ts";
import type { Tokenization } from "#protocol/engine.ts";
import { withConfig, withSplitTokens } from "./tokenizer-config.ts";
import { postProcessor } from "./post-processor.ts";
import { newerCharacters } from "./patterns/newer-characters.ts";
import { isObject, TokenNames } from "./token-names.ts";
import type { Json } from "./token-names.ts";
import { slowPattern } from "./patterns/slow-pattern.ts";
import { spelled, spellingOf } from "./token-text.ts";
import type { Spelling } from "./token-text.ts";
import { checkAdded, checkDepth, runnable } from "./tokenizer-sections.ts";
import { Fallen, TimeUp, tokenizerHost } from "./tokenizer-host.ts";
import type { HostedTokenizer, TokenizerHost } from "./tokenizer-host.ts";

/** A checkpoint's tokenizer: text to ids and back, and how single tokens are written. */
export interface ModelTokenizer {
  /** What a person should know of how texts are cut. */
  readonly note?: string | undefined;
  /**
   * @param signal a text that is still waiting when it is aborted is not cut
   * @throws Fault "bad-request" for a text that is too long to be any prompt, or that the tokenizer cannot cut
   */
  tokenize(text: string, signal?: AbortSignal): Promise<Tokenization>;
  /** As a person should read it: a leading space is a space, not the vocabulary's marker for one. */
  tokenText(id: number): string;
  /** Whether a token is a piece of text, and none that marks something or fills a place. */
  isPlain(id: number): boolean;
  decode(ids: readonly number[]): Promise<string>;
}

/** More than nearly every context holds, and what is cut in a second or two. */
const MAX_TEXT = 2_000_000;

/**
 * @param repository on the Hub, where the files are of one
 * @throws Fault "missing-file" or "bad-file"
 */
export async function openTokenizer(
  files: FileSet,
  {
    host = tokenizerHost,
    repository,
  }: { readonly host?: TokenizerHost; readonly repository?: string | undefined } = {},
): Promise<ModelTokenizer> {
  const json = objectIn("tokenizer.json", await readJson(files, "tokenizer.json"));
  const said = await readOptionalJson(files, "tokenizer_config.json");
  const config = objectIn("tokenizer_config.json", said ?? {});
  const model = await modelConfig(files, said !== undefined);
  const { whole, note } = withConfig(json, config, model, repository);
  checkAdded(whole["added_tokens"]);
  const process = postProcessor(whole["post_processor"]);
  const rust = host.tokenizer(new TextEncoder().encode(JSON.stringify(runnable(withSplitTokens(whole, config)))));
  await opened(rust);
  const names = new TokenNames(whole);
  const spelling = spellingOf(whole);
  const unknownId = unknownToken(whole, names);
  const encode = askedOnce((text, signal) => cut(rust, { text, signal }, (slow) => slowPattern(host, whole, slow)));
  const check = newerCharacters(whole);
  const texts = new Map<number, string>();
  const tokenText = (id: number) => {
    if (!texts.has(id)) texts.set(id, readable(names, id, spelling));
    return texts.get(id)!;
  };
  return {
    note,
    tokenText,
    isPlain: (id) => names.isPlain(id),
    async decode(ids) {
      const written = ids.filter((id) => !names.isSpecial(id));
      try {
        return written.length === 0 ? "" : await rust.decode(written);
      } catch (reason) {
        throw unwritten(reason);
      }
    },
    async tokenize(text, signal) {
      if (text.length > MAX_TEXT) {
        throw new Fault(
          "bad-request",
          `the text has ${grouped(text.length)} characters; at most ${grouped(MAX_TEXT)} are read at once`,
        );
      }
      check(text);
      const bare = await encode(text, signal);
      const { ids, added } = process(bare);
      const unknown =
        unknownId === undefined
          ? []
          : await unknownCharacters(text, bare, (character) => encode(character, signal), unknownId);
      return { ids, texts: ids.map(tokenText), added, unknown };
    },
  };
}

function objectIn(file: string, json: unknown): Json {
  if (!isObject(json)) throw new Fault("bad-file", `${file}: it is ${shown(json)}; an object is needed`);
  checkDepth(file, json);
  return json;
}

/**
 * What config.json says of the tokenizer. One that was made of a GGUF file's metadata says nothing, as its tokenizer.json was made of
 * them too: unless what lies beside the file is read in its place.
 */
async function modelConfig(files: FileSet, isBeside: boolean): Promise<Json> {
  const config = await readOptionalJson(files, "config.json");
  if (!isObject(config) || (config[GGUF_FIELD] !== undefined && !isBeside)) return {};
  return config;
}

async function opened(rust: HostedTokenizer): Promise<void> {
  try {
    await rust.open();
  } catch (reason) {
    if (!(reason instanceof Fallen)) throw ended("reading it", reason);
    throw new Fault("bad-file", `tokenizer.json cannot be used: ${shownName(reason.message)}`, { cause: reason });
  }
}

/** A text that is being cut, or that could not be. */
interface AskedText {
  readonly ids: Promise<readonly number[]>;
  readonly stop: AbortController;
  waiting: number;
  isSettled: boolean;
}

/**
 * A prompt is asked about by several questions at once: one that cannot be cut costs its time once, until another text was cut. One that
 * all who asked have given up, as a person types on, is not cut at all.
 */
function askedOnce(encode: (text: string, signal: AbortSignal) => Promise<readonly number[]>) {
  const asked = new Map<string, AskedText>();
  const start = (text: string): AskedText => {
    const stop = new AbortController();
    const begun: AskedText = { ids: encode(text, stop.signal), stop, waiting: 0, isSettled: false };
    asked.set(text, begun);
    begun.ids.then(
      () => asked.clear(),
      () => (begun.isSettled = true), // whoever asked hears of it
    );
    return begun;
  };
  return async (text: string, signal?: AbortSignal): Promise<readonly number[]> => {
    signal?.throwIfAborted();
    const own = asked.get(text) ?? start(text);
    own.waiting += 1;
    signal?.addEventListener("abort", () => {
      own.waiting -= 1;
      if (own.waiting > 0 || own.isSettled) return;
      if (asked.get(text) === own) asked.delete(text);
      own.stop.abort(signal.reason);
    });
    return own.ids;
  };
}

/** @param reasonFor which pattern does not come to an end with a text */
async function cut(
  rust: HostedTokenizer,
  { text, signal }: { readonly text: string; readonly signal: AbortSignal },
  reasonFor: (text: string) => Promise<string>,
): Promise<readonly number[]> {
  try {
    return await rust.encode(text, signal);
  } catch (reason) {
    const isFallen = reason instanceof Fallen;
    if (reason instanceof TimeUp || (isFallen && TOO_MANY_WAYS.test(reason.message))) {
      const pattern = await reasonFor(text);
      const limit = isFallen ? "after ten million steps" : `after ${(reason.limitMs / 1000).toFixed(1)} s`;
      throw new Fault(
        "bad-request",
        `tokenizer.json: ${pattern || "it"} had not finished cutting ${shown(text)} ${limit} and was ended; another text or another tokenizer is needed`,
        { cause: reason },
      );
    }
    if (!isFallen) throw reason;
    const why = NO_UNKNOWN.test(reason.message)
      ? "part of it is no token, and it has no token for the unknown"
      : shownName(reason.message);
    throw new Fault("bad-request", `tokenizer.json cannot cut ${shown(text)}: ${why}`, { cause: reason });
  }
}

/** The library's words for a character that has no token. */
const NO_UNKNOWN = /^(?:MissingUnk|UnkTokenOutOfVocabulary)/;
/** Oniguruma gives up by itself after ten million steps at one place. */
const TOO_MANY_WAYS = /retry-limit|stack/i;

const unwritten = (reason: unknown) =>
  reason instanceof Fallen
    ? new Fault("bad-file", `tokenizer.json cannot write tokens back: ${shownName(reason.message)}`, { cause: reason })
    : ended("writing tokens back", reason);

const ended = (doing: string, reason: unknown) =>
  reason instanceof TimeUp
    ? new Fault(
        "bad-request",
        `tokenizer.json: ${doing} had not finished after ${reason.limitMs / 1000} s and was ended`,
        { cause: reason },
      )
    : reason;

/** @returns −1 where what is not known leaves no token at all; undefined where everything can be written in bytes */
function unknownToken(json: Json, names: TokenNames): number | undefined {
  const { model } = json;
  const { unk_token: name, unk_id: id, byte_fallback: fallback } = isObject(model) ? model : {};
  const found = typeof id === "number" ? id : typeof name === "string" ? names.idOf(name) : undefined;
  return found ?? (fallback === true || spellingOf(json) === "bytes" ? undefined : -1);
}

/** Characters that the model cannot see: they became the unknown token, or nothing. */
async function unknownCharacters(
  text: string,
  bare: readonly number[],
  encode: (text: string) => Promise<readonly number[]>,
  unknownId: number,
): Promise<string[]> {
  if (unknownId >= 0 && !bare.includes(unknownId)) return [];
  const characters = [...new Set(text)].filter((character) => character.trim() !== "");
  const isUnknown = await Promise.all(
    characters.map(async (character) => {
      const ids = await encode(character);
      return ids.length === 0 || ids.includes(unknownId);
    }),
  );
  return characters.filter((_, index) => isUnknown[index]);
}

/** Models have rows that no token names: padding to a round number. */
function readable(names: TokenNames, id: number, spelling: Spelling): string {
  const name = names.nameOf(id);
  return name === undefined ? `<no token ${id}>` : spelled(name, names.isAdded(id) ? "plain" : spelling);
}
