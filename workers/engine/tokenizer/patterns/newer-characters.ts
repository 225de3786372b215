import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { isObject } from "../token-names.ts";
import type { Json } from "../token-names.ts";

/**
 * The characters that Unicode 15, 15.1 and 16 assigned, in hexadecimal with their general categories. To the library's Oniguruma,
 * of Unicode 14, they are nothing yet; to that of tokenizers 0.23.2 they are letters, marks, digits and signs.
 */
const ASSIGNED = readRuns(
  "897:Mn cf3:Mc ece:Mn 1b4e-1b4f:Po 1b7f:Po 1c89:Lu 1c8a:Ll 2427-2429:So 2ffc-2fff:So 31e4-31e5:So 31ef:So a7cb-a7cc:Lu " +
    "a7cd:Ll a7da:Lu a7db:Ll a7dc:Lu 105c0-105f3:Lo 10d40-10d49:Nd 10d4a-10d4d:Lo 10d4e:Lm 10d4f:Lo 10d50-10d65:Lu " +
    "10d69-10d6d:Mn 10d6e:Pd 10d6f:Lm 10d70-10d85:Ll 10d8e-10d8f:Sm 10ec2-10ec4:Lo 10efc-10eff:Mn 1123f-11240:Lo 11241:Mn " +
    "11380-11389:Lo 1138b:Lo 1138e:Lo 11390-113b5:Lo 113b7:Lo 113b8-113ba:Mc 113bb-113c0:Mn 113c2:Mc 113c5:Mc 113c7-113ca:Mc " +
    "113cc-113cd:Mc 113ce:Mn 113cf:Mc 113d0:Mn 113d1:Lo 113d2:Mn 113d3:Lo 113d4-113d5:Po 113d7-113d8:Po 113e1-113e2:Mn " +
    "116d0-116e3:Nd 11b00-11b09:Po 11bc0-11be0:Lo 11be1:Po 11bf0-11bf9:Nd 11f00-11f01:Mn 11f02:Lo 11f03:Mc 11f04-11f10:Lo " +
    "11f12-11f33:Lo 11f34-11f35:Mc 11f36-11f3a:Mn 11f3e-11f3f:Mc 11f40:Mn 11f41:Mc 11f42:Mn 11f43-11f4f:Po 11f50-11f59:Nd " +
    "11f5a:Mn 1342f:Lo 13439-1343f:Cf 13440:Mn 13441-13446:Lo 13447-13455:Mn 13460-143fa:Lo 16100-1611d:Lo 1611e-16129:Mn " +
    "1612a-1612c:Mc 1612d-1612f:Mn 16130-16139:Nd 16d40-16d42:Lm 16d43-16d6a:Lo 16d6b-16d6c:Lm 16d6d-16d6f:Po 16d70-16d79:Nd " +
    "18cff:Lo 1b132:Lo 1b155:Lo 1cc00-1ccef:So 1ccf0-1ccf9:Nd 1cd00-1ceb3:So 1d2c0-1d2d3:No 1df25-1df2a:Ll 1e030-1e06d:Lm " +
    "1e08f:Mn 1e4d0-1e4ea:Lo 1e4eb:Lm 1e4ec-1e4ef:Mn 1e4f0-1e4f9:Nd 1e5d0-1e5ed:Lo 1e5ee-1e5ef:Mn 1e5f0:Lo 1e5f1-1e5fa:Nd " +
    "1e5ff:Po 1f6dc:So 1f774-1f776:So 1f77b-1f77f:So 1f7d9:So 1f8b2-1f8bb:So 1f8c0-1f8c1:So 1fa75-1fa77:So 1fa87-1fa89:So " +
    "1fa8f:So 1faad-1faaf:So 1fabb-1fabf:So 1fac6:So 1face-1facf:So 1fada-1fadc:So 1fadf:So 1fae8-1fae9:So 1faf7-1faf8:So " +
    "1fbcb-1fbef:So 2b739:Lo 2ebf0-2ee5d:Lo 31350-323af:Lo",
);

/** What other parts of the two libraries take otherwise: Rust's own tables of Unicode, and properties that older characters got since. */
const OLDER = {
  lowered: "a7ce a7d2 a7d4 16ea0-16eb8",
  numeric: "11de0-11de9 16ff4-16ff6",
  words:
    "897 1c89-1c8a a7cb-a7cd a7da-a7dc 105c0-105f3 10d40-10d65 10d69-10d6d 10d6f-10d85 10ec2-10ec4 10efc 11380-11389 1138b 1138e " +
    "11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca 113cc-113d3 113e1-113e2 116d0-116e3 11bc0-11be0 11bf0-11bf9 11f5a 13460-143fa " +
    "16100-16139 16d40-16d6c 16d70-16d79 18cff 1ccf0-1ccf9 1e5d0-1e5fa 2ebf0-2ee5d",
  alphabetic: "363-36f c04 f82-f83 1dd3-1de6 11080-11081",
  lowercase: "10fc a7f2-a7f4 ab69",
  graphemes: "113d1 11f02",
  others:
    "363-36f a71 afb c04 cc0 cc7-cc8 cca-ccb e3a f82-f83 10fc 1715 1734 1a60 1b3b 1b3d 1b43-1b44 1baa 1be6 1bf2-1bf3 1dd3-1de6 " +
    "200c-200d 30fb a7f2-a7f4 a806 a82c a953 a9c0 ab69 ff65 10a38-10a3a 10a3f 11080-11081 111c0 11235 11237 1133b 1134d 116b6 1193d " +
    "16ff0-16ff1 1d166 1d16d",
} as const;

/** Below this nothing differs. */
const FIRST = 0x363;

/** What a section looks at: general categories, and characters by themselves. */
interface Look {
  readonly categories?: RegExp;
  readonly others?: string;
}

const LETTERS_AND_NUMBERS: Look = { categories: /^[LN]/ };
const WORD: Look = { categories: /^(?:[LM]|Nd|Pc)/ };
const LOWERED: Look = { others: OLDER.lowered };
const NUMERIC: Look = { others: OLDER.numeric };
const RUST_WORD: Look = { others: OLDER.words };
const ANYTHING: Look = { categories: /^/, others: OLDER.others };

/**
 * Refuses a text with a character that a section of the tokenizer takes otherwise here than tokenizers 0.23.2: its tokens would be
 * others than the model's, and nobody would see it. What no section looks at, as an emoji where letters and numbers are told from all
 * else, is let through.
 */
export function newerCharacters(json: Json): (text: string) => void {
  const looks = new Map<Look, string>();
  for (const section of ["normalizer", "pre_tokenizer"]) collect(json[section], section, looks);
  const { added_tokens: added } = json;
  if (Array.isArray(added) && added.some((token) => isObject(token) && token["single_word"] === true)) {
    looks.set(RUST_WORD, "an added token that is a word by itself");
  }
  let known: ReadonlyMap<number, string> | undefined;
  return (text) => {
    if (looks.size === 0 || !LATE.test(text)) return;
    known ??= pointsOf(looks);
    for (const character of text) {
      const where = known.get(character.codePointAt(0)!);
      if (where === undefined) continue;
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
      throw new Fault(
        "bad-request",
        `the text has “${character}” (U+${code}), which a newer Unicode than the tokenizer library’s here tells apart: ${where} may cut it otherwise than tokenizers 0.23.2; a text without it is needed`,
      );
    }
  };
}

const LATE = new RegExp(`[\\u{${FIRST.toString(16)}}-\\u{10ffff}]`, "u");

function pointsOf(looks: ReadonlyMap<Look, string>): Map<number, string> {
  const points = new Map<number, string>();
  for (const [{ categories, others = "" }, where] of looks) {
    const runs = [...ASSIGNED.filter(({ category }) => categories?.test(category)), ...readRuns(others)];
    for (const { from, to } of runs) for (let point = from; point <= to; point++) points.set(point, where);
  }
  return points;
}

function collect(step: unknown, section: string, looks: Map<Look, string>): void {
  if (!isObject(step)) return;
  const { type, pattern, normalizers, pretokenizers } = step;
  for (const inner of [normalizers, pretokenizers].filter(Array.isArray).flat()) collect(inner, section, looks);
  if (isObject(pattern) && typeof pattern["Regex"] === "string") {
    const regex = pattern["Regex"];
    const where = `the pattern ${shown(regex)} of ${section}`;
    for (const look of looksOf(regex)) looks.set(look, where);
  }
  const look = typeof type === "string" ? SECTIONS.get(type)?.(step, section) : undefined;
  if (look) looks.set(look, `${String(type)} of ${section}`);
}

const SECTIONS = new Map<string, (step: Json, section: string) => Look | undefined>([
  ["Lowercase", () => LOWERED],
  ["BertNormalizer", ({ lowercase }) => (lowercase === false ? undefined : LOWERED)],
  ["Digits", () => NUMERIC],
  ["Whitespace", () => RUST_WORD],
  // the normalizer of that name has no pattern
  [
    "ByteLevel",
    ({ use_regex: hasPattern }, section) =>
      section === "normalizer" || hasPattern === false ? undefined : LETTERS_AND_NUMBERS,
  ],
]);

/** Properties, classes of brackets and escapes of a pattern; other escapes so that a backslash before a backslash is none of these. */
const NAMES = /\\[pP]\{\^?(?<property>[^}]*)\}|\[:\^?(?<posix>\w+):\]|\\(?<escape>[^])/gu;

function looksOf(regex: string): Look[] {
  const isCaseless = /\(\?[a-z-]*i/.test(regex);
  return [...regex.matchAll(NAMES)].flatMap(({ groups }) => {
    const { property, posix, escape } = groups as Readonly<Record<string, string | undefined>>;
    const name = (escape ?? posix ?? property!).replaceAll(/[ _-]/g, "");
    const look = escape === undefined ? named(name.toLowerCase(), posix !== undefined, isCaseless) : ESCAPES.get(name);
    return look ?? [];
  });
}

const CATEGORIES = "l lu ll lt lm lo m mn mc me n nd nl no p pc pd ps pe pi pf po s sm sc sk so".split(" ");
const CATEGORY_LOOKS: ReadonlyMap<string, Look> = new Map(
  CATEGORIES.map((name) => [name, { categories: new RegExp(`^${name}`, "i") }]),
);
const MARKS: Look = { categories: /^M/, others: OLDER.graphemes };
const by = (categories: RegExp): Look => ({ categories });
const CASED = by(/^L/);
const DIGIT = by(/^Nd/);
const PUNCT = by(/^[PS]/);
const FORMAT = by(/^Cf/);
const NOT_OTHER = by(/^[^C]/);
const ASSIGNMENT = by(/^/);
const ALPHABETIC: Look = { categories: /^[LMN]/, others: OLDER.alphabetic };
const LOWERCASE: Look = { categories: /^L/, others: OLDER.lowercase };
/** Characters that changed from one of the two kinds of marks to the other. */
const KINDS_OF_MARKS: Look = { others: "1171e" };

const ESCAPES: ReadonlyMap<string, Look> = new Map([
  ...["w", "W", "b", "B"].map((name) => [name, WORD] as const),
  ...["d", "D"].map((name) => [name, DIGIT] as const),
  ...["X", "y", "Y"].map((name) => [name, MARKS] as const),
]);

/** Sets that no version of Unicode adds to. */
const SETTLED = new Set(
  "ascii any cntrl xdigit hexdigit asciihexdigit space blank whitespace cc cs co z zs zl zp lt me nl pc control".split(
    " ",
  ),
);

function named(name: string, isPosix: boolean, isCaseless: boolean): Look | readonly Look[] | undefined {
  if (SETTLED.has(name)) return undefined;
  if (isPosix && name === "punct") return PUNCT;
  if (isCaseless && /^l[ult]$/.test(name)) return CASED;
  const category = CATEGORY_LOOKS.get(name === "punct" || name === "punctuation" ? "p" : name);
  if (category) return name === "mn" || name === "mc" ? [category, KINDS_OF_MARKS] : category;
  switch (name) {
    case "digit":
      return DIGIT;
    case "word":
      return WORD;
    case "posixpunct":
      return PUNCT;
    case "c":
    case "other":
      return NOT_OTHER;
    case "cf":
      return FORMAT;
    case "cn":
    case "graph":
    case "print":
    case "assigned":
      return ASSIGNMENT;
    case "lc":
    case "upper":
    case "uppercase":
    case "letter":
      return CASED;
    case "mark":
      return MARKS;
    case "alnum":
    case "alpha":
    case "alphabetic":
      return ALPHABETIC;
    case "lower":
    case "lowercase":
    case "cased":
      return LOWERCASE;
    default:
      return ANYTHING;
  }
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly category: string;
}

function readRuns(text: string): Run[] {
  return [...text.matchAll(/([\da-f]+)(?:-([\da-f]+))?(?::(\w\w))?/g)].map(([, from, to = from, category = ""]) => ({
    from: Number.parseInt(from!, 16),
    to: Number.parseInt(to!, 16),
    category,
  }));
}
