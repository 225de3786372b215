import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";

/**
 * What a tokenizer.json has to keep to before it is used: the library that runs it trusts the file, and a regular
 * expression that takes for ever cannot be stopped once it runs.
 */

/** The largest vocabularies have some 260,000 tokens. */
const MAX_ID = 4_194_304;
/** Normalisers, pre-tokenisers and decoders of real models have at most ten steps, two deep. */
const MAX_STEPS = 64;
const MAX_DEPTH = 8;
/** The longest pattern of a real model, that of GPT-4o, has some 400 characters. */
const MAX_PATTERN = 4_096;
/** In one alternative of a pattern; GPT-4o's longest has four. Each costs a factor of the text's length at worst. */
const MAX_QUANTIFIERS = 6;
/** The product of the alternatives of all groups in a row; GPT-4o's longest row has one group of seven. */
const MAX_WAYS = 256;
/** How many characters all replacements together may make of one. SentencePiece's make one of one. */
const MAX_GROWTH = 256;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const bad = (found: string) => new Fault("bad-file", `tokenizer.json: ${found}`);

/** @throws Fault "bad-file" naming what is beyond a limit */
export function checkTokenizer(json: Json): void {
  const steps: Json[] = [];
  for (const section of ["normalizer", "pre_tokenizer", "post_processor", "decoder"]) {
    collectSteps(json[section], section, 0, steps);
  }
  checkGrowth(steps);
  const { model, added_tokens: added } = json;
  // what is missing altogether, the library says better
  if (!isObject(model)) return;
  const names = checkVocabulary(model);
  checkAdded(added);
  if (model["type"] === "BPE" || model["merges"] !== undefined) checkMerges(model, names);
}

/** All steps of one section, sequences taken apart, each with patterns that end. */
function collectSteps(step: unknown, section: string, depth: number, steps: Json[]): void {
  if (step === null || step === undefined) return;
  if (!isObject(step)) throw bad(`a step of ${section} is ${shown(step)}; an object with a type is needed`);
  if (depth > MAX_DEPTH) throw bad(`${section} is nested more than ${MAX_DEPTH} deep`);
  if (steps.push(step) > MAX_STEPS) throw bad(`it has more than ${MAX_STEPS} steps`);
  const { type, length, pattern } = step;
  if (type === "Split" || type === "Replace" || pattern !== undefined) checkPattern(pattern, section);
  if (type === "FixedLength" && !isCount(length)) {
    throw bad(`${section} cuts pieces of ${shown(length)} characters; a whole number from 1 is needed`);
  }
  for (const list of ["normalizers", "pretokenizers", "processors", "decoders"]) {
    const inner = step[list];
    if (Array.isArray(inner)) for (const each of inner) collectSteps(each, section, depth + 1, steps);
  }
}

function checkPattern(pattern: unknown, section: string): void {
  if (!isObject(pattern)) throw bad(`a pattern of ${section} is ${shown(pattern)}; a Regex or a String is needed`);
  const { Regex: regex, String: literal } = pattern;
  const text = regex ?? literal;
  if (typeof text !== "string")
    throw bad(`a pattern of ${section} is ${shown(pattern)}; a Regex or a String is needed`);
  if (text.length > MAX_PATTERN) {
    throw bad(`a pattern of ${section} has ${text.length} characters; at most ${MAX_PATTERN} are read`);
  }
  if (typeof regex === "string") checkEnds(regex, section);
  else if (text === "") throw bad(`a pattern of ${section} is an empty text, which is found everywhere`);
}

/**
 * Refuses patterns whose time can double with every character of a text: a group that is repeated, and many repetitions or
 * groups of alternatives in a row. Every pattern of the families that are read repeats single characters and classes only.
 */
function checkEnds(pattern: string, section: string): void {
  const refuse = (why: string) => bad(`the pattern ${shown(pattern)} of ${section} ${why}, which can take for ever`);
  if (/\\[1-9k]/.test(pattern)) throw refuse("refers back to what it has matched");
  // the alternatives of every group that is open
  const open: number[] = [];
  let quantifiers = 0;
  let ways = 1;
  let afterGroup = false;
  for (const part of outsideClasses(pattern)) {
    const repeats = part === "*" || part === "+" || part === "{";
    if (repeats && afterGroup) throw refuse("repeats a group; repeated characters are needed");
    if (part === "(") open.push(1);
    else if (part === ")") ways *= open.pop() ?? 1;
    else if (part === "|" && open.length > 0) open.push(open.pop()! + 1);
    else if (part === "|") [quantifiers, ways] = [0, 1];
    else if (repeats || part === "?") quantifiers++;
    if (quantifiers > MAX_QUANTIFIERS) throw refuse(`has more than ${MAX_QUANTIFIERS} repetitions in a row`);
    if (ways > MAX_WAYS) throw refuse(`has more than ${MAX_WAYS} ways through its groups`);
    // a repetition of a repetition is one of the same group
    afterGroup = part === ")" || (afterGroup && (repeats || part === "?"));
  }
}

/** A count behind what it repeats, at one place. */
const COUNTED = /\{\d*,?\d*\}/y;

/** A pattern's marks: escapes and classes as one "a" each, the mark that opens a special group with its parenthesis. */
function* outsideClasses(pattern: string): Generator<string> {
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "\\") {
      at++;
      if (depth === 0) yield "a";
    } else if (character === "[") depth++;
    else if (character === "]" && depth > 0) {
      depth--;
      if (depth === 0) yield "a";
    } else if (depth === 0) {
      if (character === "(" && pattern[at + 1] === "?") at++;
      COUNTED.lastIndex = at;
      yield character === "{" && !COUNTED.test(pattern) ? "a" : character;
    }
  }
}

function checkGrowth(steps: readonly Json[]): void {
  const lengthOf = (text: unknown) => (typeof text === "string" ? Math.max(1, text.length) : 1);
  const growth = steps.reduce((product, { content, prepend }) => product * lengthOf(content) * lengthOf(prepend), 1);
  if (growth > MAX_GROWTH) {
    throw bad(`its replacements make up to ${growth} characters of one; at most ${MAX_GROWTH} are read`);
  }
}

/** @returns the tokens by name, without those that are added */
function checkVocabulary({ vocab }: Json): ReadonlyMap<string, unknown> {
  if (Array.isArray(vocab)) {
    const odd = vocab.findIndex(
      (entry) => !Array.isArray(entry) || typeof entry[0] !== "string" || !Number.isFinite(entry[1]),
    );
    if (odd >= 0) throw bad(`entry ${odd} of the vocabulary is ${shown(vocab[odd])}; a token and a number are needed`);
    return new Map();
  }
  if (!isObject(vocab)) throw bad(`the vocabulary is ${shown(vocab)}; token ids by name are needed`);
  const names = new Map(Object.entries(vocab));
  const byId = new Map<unknown, string>();
  for (const [name, id] of names) {
    if (!isId(id)) throw bad(`${shown(name)} has the id ${shown(id)}; a whole number below ${MAX_ID} is needed`);
    const other = byId.get(id);
    if (other !== undefined) throw bad(`${shown(other)} and ${shown(name)} have one id, ${id}; each needs its own`);
    byId.set(id, name);
  }
  return names;
}

function checkAdded(added: unknown): void {
  if (!Array.isArray(added)) {
    if (added === undefined) return;
    throw bad(`added_tokens is ${shown(added)}; a list is needed`);
  }
  for (const token of added as readonly unknown[]) {
    if (!isObject(token) || typeof token["content"] !== "string" || !isId(token["id"])) {
      throw bad(`the added token ${shown(token)} needs a text and an id below ${MAX_ID}`);
    }
  }
}

/** As the library of transformers does: a merge makes a token of two, and all three are in the vocabulary. */
function checkMerges({ merges, continuing_subword_prefix: prefix }: Json, names: ReadonlyMap<string, unknown>): void {
  if (!Array.isArray(merges)) throw bad(`the merges are ${shown(merges)}; a list is needed`);
  const isPair = Array.isArray(merges[0]);
  for (const [rank, merge] of merges.entries()) {
    const parts: unknown = isPair ? merge : typeof merge === "string" ? merge.split(" ") : merge;
    if (!Array.isArray(parts) || parts.length !== 2 || parts.some((part) => typeof part !== "string")) {
      throw bad(`merge ${rank} is ${shown(merge)}; two tokens are needed`);
    }
    const [left, right] = parts as [string, string];
    const tail = typeof prefix === "string" && right.startsWith(prefix) ? right.slice(prefix.length) : right;
    const missing = [left, right, left + tail].find((name) => !names.has(name));
    if (missing !== undefined) {
      throw bad(`merge ${rank}, of ${shown(left)} and ${shown(right)}, needs ${shown(missing)}, which is no token`);
    }
  }
}

const isId = (id: unknown): id is number => typeof id === "number" && Number.isInteger(id) && id >= 0 && id < MAX_ID;
const isCount = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value > 0;

/** The library's own words about a file, in a sentence of ours. */
export const unusable = (cause: unknown) =>
  new Fault(
    "bad-file",
    `tokenizer.json and tokenizer_config.json cannot be used: ${shownName(cause instanceof Error ? cause.message : String(cause))}`,
    { cause },
  );
