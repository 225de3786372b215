import type { Finding, NamedNumber } from "./finding.ts";

/** Decimals of the claimed numbers: 0.00005 nats of rounding, a twentieth of what a check allows. */
export const CLAIM_DECIMALS = 4;

/** Limit of a list: every head of the largest models fits; a longer one would only freeze the page that draws it. */
const MAX_LIST_ITEMS = 4_096;

/** Limit of the name of a number; a longer one is cut. */
export const MAX_NAME_CHARACTERS = 40;

/** Limit of what a notice quotes of a value, so that a damaged link does not fill the page. */
const MAX_QUOTED_CHARACTERS = 60;

export type Notice = (sentence: string) => void;

/**
 * What a value decides, and so what becomes of a verdict where it cannot be read or stands there a second time.
 * "question": what is computed, or what a claim is of; it is counted (`Claims.unreadAsked`), as numbers on something else reproduce nothing.
 * "look": the same of the numbers that the tab of heads claims (`le`, `he`), and nothing more than a look where none is claimed.
 * "claim", "claims": a number to check, or several with `;` between them; they are counted (`Claims.unread`).
 * "view": how what is computed is shown or told; a notice says so, and no number is another one.
 */
export type Decides = "question" | "look" | "claim" | "claims" | "view";

/** One key of the link. */
export interface Field {
  readonly key: string;
  /** Another key under which links of another version hold the same; of the two the first in a link is used. */
  readonly holdsSameAs?: string;
  readonly decides: Decides;
  /** What a value has to be, for the notice about one that is not. */
  readonly needs: string;
  /** @returns undefined for a default, which is left out */
  write(finding: Finding): string | undefined;
  /** @returns undefined for what it cannot use; of a list it uses what it can and reports the rest */
  read(text: string, notice: Notice): Partial<Finding> | undefined;
}

export const quote = (text: string) =>
  text.length <= MAX_QUOTED_CHARACTERS ? `“${text}”` : `“${text.slice(0, MAX_QUOTED_CHARACTERS)}…”`;

export const joined = <Item>(items: readonly Item[], format: (item: Item) => string) =>
  items.length === 0 ? undefined : items.map(format).join(";");

/** The items of a list as they are written. */
export const itemsOf = (text: string) => text.split(";").filter((item) => item.trim() !== "");

/** `read` gives an item, or a sentence about what it cannot use. */
export function readList<Item>(
  key: string,
  text: string,
  read: (item: string) => Item | string,
  notice: Notice,
): Item[] {
  const texts = itemsOf(text);
  if (texts.length > MAX_LIST_ITEMS) {
    notice(`link: ${key} lists ${texts.length} items; the first ${MAX_LIST_ITEMS} are used`);
  }
  const items: Item[] = [];
  for (const each of texts.slice(0, MAX_LIST_ITEMS)) {
    const item = read(each);
    if (typeof item === "string") notice(`link: ${key} lists ${quote(each)}; ${item}`);
    else items.push(item);
  }
  return items;
}

/** A decimal number and nothing else: `Number` alone would take "" for 0 and "0x10" for 16. */
export function readNumber(text: string): number | undefined {
  const plain = text.trim().replace("−", "-");
  const value = /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? value + 0 : undefined;
}

export function readCount(text: string): number | undefined {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}

// + 0 turns −0 into 0
export const formatNumber = (value: number) => String(Number(value.toFixed(CLAIM_DECIMALS)) + 0);

/** Claims as a link writes them; what is not a number, as of a case that was not asked, claims nothing. */
export const joinedNumbers = (numbers: readonly NamedNumber[]) =>
  joined(
    numbers.filter(({ value }) => Number.isFinite(value)),
    ({ name, value }) => `${name}:${formatNumber(value)}`,
  );

/** `name:number` */
export function readNamedNumber(text: string): NamedNumber | string {
  const colon = text.lastIndexOf(":");
  const value = readNumber(text.slice(colon + 1));
  return colon > 0 && value !== undefined
    ? { name: text.slice(0, colon).slice(0, MAX_NAME_CHARACTERS), value }
    : "it needs to be a name with its number, as L0H7:0.42";
}

/** Digits without end still match the notation, but no longer name one thing. */
export const isExact = (...indices: number[]) => indices.every((index) => Number.isSafeInteger(index));
