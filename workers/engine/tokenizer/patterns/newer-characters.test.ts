import { RustTokenizers } from "#workers/tokenizer/rust-tokenizers.ts";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { newerCharacters } from "./newer-characters.ts";
import { runnable } from "../tokenizer-sections.ts";

type Runs = readonly number[];
interface Golden {
  readonly madeBy: string;
  /** First point, the one behind the last, and every how many. */
  readonly spans: readonly (readonly [first: number, end: number, step: number])[];
  /** By pattern, which of the points it takes: the first and last index of each run. */
  readonly patterns: Readonly<Record<string, Runs>>;
  /** The same of sections that are no pattern: which points they change, cut off, or keep with what stands before. */
  readonly sections: Readonly<Record<string, Runs>>;
}

const { madeBy, spans, patterns, sections } = JSON.parse(
  readFileSync(new URL("../../../../test/golden/newer-characters.json", import.meta.url), "utf8"),
) as Golden;

const POINTS = spans.flatMap(([first, end, step]) => {
  const count = Math.ceil((end - first) / step);
  return Array.from({ length: count }, (_, index) => first + index * step);
});

const takenOf = (runs: Runs): ReadonlySet<number> => {
  const taken = new Set<number>();
  for (let at = 0; at < runs.length; at += 2) {
    for (let index = runs[at]!; index <= runs[at + 1]!; index++) taken.add(POINTS[index]!);
  }
  return taken;
};

/** A vocabulary of bytes alone, each under its own id, and "a" once more where it is an added token. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const isSeen = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
const unseen = BYTES.filter((byte) => !isSeen(byte));
const letterOf = (byte: number) => String.fromCodePoint(isSeen(byte) ? byte : 256 + unseen.indexOf(byte));
const model = { type: "BPE", vocab: Object.fromEntries(BYTES.map((byte) => [letterOf(byte), byte])), merges: [] };
const asBytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
/** A space before every piece, so that a cut shows. */
const asPieces = { ...asBytes, add_prefix_space: true };
const sequence = (...pretokenizers: object[]) => ({ type: "Sequence", pretokenizers });
const split = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Removed", invert: false });

let rust: RustTokenizers;
beforeAll(async () => {
  rust = await RustTokenizers.start();
});

/** Of the points, those that the library here takes. @param takes whether the ids of a text with it say so */
function takenHere(
  json: object,
  textOf: (character: string) => string,
  takes: (ids: number[], own: number[]) => boolean,
) {
  const whole = { added_tokens: [], normalizer: null, decoder: null, ...json, model };
  const handle = rust.open(new TextEncoder().encode(JSON.stringify(runnable(whole))));
  const taken = new Set(
    POINTS.filter((point) => {
      const text = textOf(String.fromCodePoint(point));
      return takes(rust.encode(handle, text), [...new TextEncoder().encode(text)]);
    }),
  );
  handle.delete();
  return taken;
}

/** The same at once: those of which nothing is left. */
function removedHere(json: object): ReadonlySet<number> {
  const taken = new Set(POINTS);
  const whole = { added_tokens: [], normalizer: null, decoder: null, ...json, model };
  const handle = rust.open(new TextEncoder().encode(JSON.stringify(runnable(whole))));
  const left = rust.encode(handle, POINTS.map((point) => String.fromCodePoint(point)).join(""));
  handle.delete();
  for (const character of new TextDecoder().decode(Uint8Array.from(left))) taken.delete(character.codePointAt(0)!);
  return taken;
}

const refused = (json: object) => {
  const check = newerCharacters({ ...json, model });
  return new Set(
    POINTS.filter((point) => {
      try {
        check(`a${String.fromCodePoint(point)}1`);
        return false;
      } catch {
        return true;
      }
    }),
  );
};

const hex = (points: readonly number[]) => points.map((point) => point.toString(16));
const differing = (here: ReadonlySet<number>, there: ReadonlySet<number>) =>
  POINTS.filter((point) => here.has(point) !== there.has(point));

/** Sets that characters are refused for by what they are nearly: letters, marks and numbers, or anything. */
const COARSE =
  /Letter|Mark|Han|Common|Alphabetic|Lowercase|Diacritic|XID|alnum|alpha|lower|upper|Lu\}\)|\[\^\\s|LC|x\{0\}|Punctuation|Symbol|Separator|Number/;

test("the reference is the Rust library of this version", () => {
  expect(madeBy).toBe("scripts/golden/newer_characters.py with tokenizers 0.23.2");
  expect(POINTS.length).toBeGreaterThan(30_000);
});

describe("what a pattern takes otherwise than the reference is refused, and nothing else", () => {
  test.each(Object.keys(patterns))("%s", (pattern) => {
    const json = { pre_tokenizer: sequence(split(pattern), asBytes) };
    const here = removedHere(json);
    const wrong = differing(here, takenOf(patterns[pattern]!));
    const named = refused(json);
    expect(hex(wrong.filter((point) => !named.has(point)))).toEqual([]);
    const idle = COARSE.test(pattern) ? [] : [...named].filter((point) => !wrong.includes(point));
    expect(hex(idle)).toEqual([]);
  });
});

describe("what a section takes otherwise than the reference is refused, and nothing else", () => {
  const isWhole = (ids: number[], own: number[]) => ids.length === own.length + 1;
  const isKept = (ids: number[], own: number[]) => ids.length === own.length;
  const after = (before: string) => (character: string) => `${before}${character}`;
  const bert = {
    type: "BertNormalizer",
    clean_text: false,
    handle_chinese_chars: false,
    strip_accents: false,
    lowercase: true,
  };
  const changes = (ids: number[], own: number[]) => ids.join() !== own.join();
  const word = {
    id: 300,
    content: "a",
    single_word: true,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: false,
  };
  const KINDS: Readonly<Record<string, readonly [object, (character: string) => string, typeof changes]>> = {
    Lowercase: [{ normalizer: { type: "Lowercase" }, pre_tokenizer: asBytes }, String, changes],
    BertNormalizer: [{ normalizer: bert, pre_tokenizer: asBytes }, String, changes],
    Digits: [
      { pre_tokenizer: sequence({ type: "Digits", individual_digits: true }, asPieces) },
      after("a"),
      (ids, own) => !isWhole(ids, own),
    ],
    Whitespace: [{ pre_tokenizer: sequence({ type: "Whitespace" }, asPieces) }, after("a"), isWhole],
    "ByteLevel, letters": [
      { pre_tokenizer: sequence({ ...asBytes, use_regex: true }, split("^a$")) },
      after("a"),
      isKept,
    ],
    "ByteLevel, numbers": [
      { pre_tokenizer: sequence({ ...asBytes, use_regex: true }, split("^1$")) },
      after("1"),
      isKept,
    ],
    single_word: [{ added_tokens: [word], pre_tokenizer: sequence(split("^[^a]+"), asBytes) }, after("a"), isKept],
  };

  test("each of them is tried", () => {
    expect(Object.keys(KINDS)).toEqual(Object.keys(sections));
  });

  test.each(Object.keys(KINDS))("%s", (name) => {
    const [json, textOf, takes] = KINDS[name]!;
    const wrong = differing(takenHere(json, textOf, takes), takenOf(sections[name]!));
    const named = refused(json);
    expect(hex(wrong.filter((point) => !named.has(point)))).toEqual([]);
  });
});

test("says which character, which section, and what is needed", () => {
  const check = newerCharacters({ pre_tokenizer: sequence({ type: "Digits" }, split("\\p{L}+")), model });
  expect(() => check("a\u{10D50}1")).toThrow(
    expect.objectContaining({
      code: "bad-request",
      message:
        'the text has “\u{10D50}” (U+10D50), which a newer Unicode than the tokenizer library’s here tells apart: the pattern "\\\\p{L}+" of pre_tokenizer may cut it otherwise than tokenizers 0.23.2; a text without it is needed',
    }),
  );
  expect(() => check("a\u{11DE0}1")).toThrow("Digits of pre_tokenizer");
});

test("lets through what no section tells apart", () => {
  const none = newerCharacters({
    pre_tokenizer: sequence({ type: "WhitespaceSplit" }, asBytes),
    normalizer: { type: "NFKC" },
  });
  const gpt2 = newerCharacters({ pre_tokenizer: { ...asBytes, use_regex: true } });
  none("\u{10D50}");
  // newer emoji are neither letters nor numbers, before or since
  gpt2("\u{1FA77}\u{1FAE8}");
  expect(() => gpt2("\u{10D50}")).toThrow("U+10D50");
});

test("a million characters are looked at in no time", () => {
  const check = newerCharacters({ pre_tokenizer: { ...asBytes, use_regex: true } });
  const started = performance.now();
  check("\u4E09".repeat(1_000_000));
  expect(performance.now() - started).toBeLessThan(1_000);
});
