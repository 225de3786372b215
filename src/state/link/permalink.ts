import { NO_FINDING } from "./finding.ts";
import type { ClaimedNeuron, Claims, Finding } from "./finding.ts";
import { itemsOf, quote } from "./link-values.ts";
import type { Field, Notice } from "./link-values.ts";
import { FIELDS, MAX_UNREAD, formatClaimedNeuron } from "./permalink-fields.ts";

/** What mail programs, chats and printed papers carry without breaking it. */
export const MAX_LINK_CHARACTERS = 2_000;

/** A full context of the longest prompts, every character escaped, stays below this; a longer link is damaged or hostile. */
export const MAX_READ_CHARACTERS = 200_000;

/** More than a person reads; the rest is counted. */
const MAX_NOTICES = 20;

const FIELD_BY_KEY = new Map(FIELDS.map((field) => [field.key, field]));

/**
 * The fragment of a link, without `#`. Claimed numbers are rounded to `CLAIM_DECIMALS`; when the link would pass
 * `MAX_LINK_CHARACTERS` the last claimed neurons are left out. Nothing else ever is, so a long prompt gives a long link:
 * ask `fitsLink` before promising that everything is in it.
 */
export function encodeFinding(finding: Finding): string {
  const whole = write(finding);
  if (whole.length <= MAX_LINK_CHARACTERS) return whole;
  const kept: ClaimedNeuron[] = [];
  let length = write(withNeurons(finding, [])).length + "&n".length;
  for (const neuron of finding.expected.neurons ?? []) {
    length += "=".length + formatClaimedNeuron(neuron).length; // the first one follows "=", the others ";"
    if (length > MAX_LINK_CHARACTERS) break;
    kept.push(neuron);
  }
  return write(withNeurons(finding, kept));
}

/** What the prompts bring to a link before anything of them is escaped, in characters. */
export const linkedCharacters = ({
  prompt,
  ablationSource = [],
  patch,
}: Pick<Finding, "prompt" | "ablationSource" | "patch">) =>
  [...ablationSource, patch?.corrupted ?? ""].reduce((sum, { length }) => sum + length + 1, prompt.length - 1);

/** A finding's fragment as `encodeFinding` writes it; undefined for a link that would be too long to be read again. */
export function readableFragment(finding: Finding): string | undefined {
  // a text that is too long by itself need not be escaped to be told so
  if (linkedCharacters(finding) > MAX_READ_CHARACTERS) return undefined;
  const fragment = encodeFinding(finding);
  return fragment.length <= MAX_READ_CHARACTERS ? fragment : undefined;
}

/** Whether a link of at most `MAX_LINK_CHARACTERS` holds the whole finding, with every claimed neuron. */
export const fitsLink = (finding: Finding) => write(finding).length <= MAX_LINK_CHARACTERS;

/** What a fragment says. */
interface Decoded {
  readonly finding: Finding;
  readonly notices: string[];
  /** There is something in it, and none of it is a part of a finding that can be read. */
  readonly isNothing?: true;
}

/**
 * Reads a fragment, with or without its `#`. It never throws: what cannot be used becomes a notice that says what was
 * found and what is needed, and the rest still opens. Claims, and parts of the question, that cannot be read are counted, so that no check
 * passes over them.
 */
export function decodeFinding(fragment: string): Decoded {
  const text = fragment.replace(/^#/, "");
  if (text.length > MAX_READ_CHARACTERS) {
    const found = `link: ${text.length} characters, at most ${MAX_READ_CHARACTERS} are read; nothing of it was opened`;
    return { finding: NO_FINDING, notices: [found], isNothing: true };
  }
  const notices: string[] = [];
  const notice: Notice = (sentence) => void notices.push(sentence);
  let unreadLook = 0;
  const unknown: (readonly [string, string])[] = [];
  const seen = new Set<string>();
  let isRead = text === "";
  let finding = NO_FINDING;
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const key = unescapeText(equals === -1 ? part : part.slice(0, equals), "a key", notice);
    const before = notices.length;
    const value = equals === -1 ? "" : unescapeText(part.slice(equals + 1), key, notice);
    const field = FIELD_BY_KEY.get(key);
    if (!field) {
      unknown.push([key, value]);
      continue;
    }
    const held = field.holdsSameAs ?? key;
    let isUsed = false;
    if (seen.has(held)) {
      notice(
        `link: ${held === key ? key : `${held}, here as ${key},`} is given twice; the first one is used, ${quote(value)} is not`,
      );
      finding = merge(finding, unreadOf(field, value));
    } else {
      seen.add(held);
      const read = field.read(value, notice);
      isUsed = read !== undefined;
      isRead ||= isUsed;
      if (read === undefined) notice(`link: ${field.key} is ${quote(value)}; it needs ${field.needs}`);
      finding = merge(finding, read ?? unreadOf(field, value));
    }
    // whatever of it a notice is about is asked no more: a value, an item of a list, an escape
    const unreadParts = isUsed ? notices.length - before : 1;
    if (field.decides === "question") finding = merge(finding, { expected: { unreadAsked: unreadParts } });
    if (field.decides === "look") unreadLook += unreadParts;
  }
  const { reading, maps } = finding.expected;
  if (reading || maps) finding = merge(finding, { expected: { unreadAsked: unreadLook } });
  return { finding: { ...finding, unknown }, notices: shortened(notices), ...(!isRead && { isNothing: true }) };
}

/** What a value claims that is not used. */
function unreadOf({ decides }: Field, value: string): Partial<Finding> {
  if (decides === "claim") return { expected: { unread: 1 } };
  return decides === "claims" ? { expected: { unread: itemsOf(value).length } } : {};
}

const shortened = (notices: readonly string[]) =>
  notices.length <= MAX_NOTICES
    ? [...notices]
    : [...notices.slice(0, MAX_NOTICES), `link: ${notices.length - MAX_NOTICES} more of its values could not be used`];

/** The claims and how something is looked at come from several keys, the rest from one each. */
const merge = (finding: Finding, read: Partial<Finding>): Finding => ({
  ...finding,
  ...read,
  ...(read.chain && { chain: { ...finding.chain, ...read.chain } }),
  ...(read.reading && { reading: { ...finding.reading, ...read.reading } }),
  ...(read.patch && { patch: { ...finding.patch, ...read.patch } }),
  ...(read.plot && { plot: { ...finding.plot, ...read.plot } }),
  expected: mergeClaims(finding.expected, read.expected),
});

function mergeClaims(claims: Claims, { unread = 0, unreadAsked = 0, ...more }: Claims = {}): Claims {
  const all = Math.min(MAX_UNREAD, (claims.unread ?? 0) + unread);
  const allAsked = Math.min(MAX_UNREAD, (claims.unreadAsked ?? 0) + unreadAsked);
  return { ...claims, ...more, ...(all > 0 && { unread: all }), ...(allAsked > 0 && { unreadAsked: allAsked }) };
}

const withNeurons = (finding: Finding, neurons: readonly ClaimedNeuron[]): Finding =>
  merge(finding, { expected: { neurons } });

function write(finding: Finding): string {
  const known = FIELDS.flatMap((field): [string, string][] => {
    const value = field.write(finding);
    return value === undefined ? [] : [[field.key, value]];
  });
  const parts = [...known, ...finding.unknown].map(([key, value]) => {
    const name = escapeText(key).replaceAll("=", "%3D");
    return value === "" && name !== "" ? name : `${name}=${escapeText(value)}`;
  });
  // programs that find links in text leave a closing full stop or the like outside
  return parts.join("&").replace(/[.,:;!?*~_]$/, percent);
}

/**
 * Escapes what a fragment cannot hold, and no more, so that a link can be read: `+` because other programs take it for
 * a space, quotes and brackets because Markdown and HTML end a link there. Half a surrogate pair is no character, and
 * becomes U+FFFD.
 */
function escapeText(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\uFFFD"))
    .replace(/%(?:3A|2F|3F|40|2C|3B|3D|24)/g, decodeURIComponent)
    .replace(/['()]/g, percent);
}

const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/** The escapes of one UTF-8 character: a first byte and as many more as it announces; else what is left of a broken one. */
const ONE_CHARACTER =
  /%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}|(?:%[89a-f][0-9a-f])(?:%[89ab][0-9a-f])*|%/gi;

/** Undoes percent-escapes; a broken one stays as it stands, with a notice. A `+` is a plus, never a space. */
function unescapeText(text: string, key: string, notice: Notice): string {
  let broken: string | undefined;
  const readable = text.replace(ONE_CHARACTER, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      broken ??= escapes; // half of a UTF-8 sequence, or a bare %
      return escapes;
    }
  });
  if (broken !== undefined) {
    notice(`link: ${key} holds ${quote(broken)}, which is no percent-escape of UTF-8; it was left as it stands`);
  }
  return readable;
}
