/** Longest piece of someone else's file that a message repeats. */
const MAX_SHOWN = 120;

/**
 * A value out of a file, for a sentence: its JSON, cut to a length that a person reads. What is nested is only named, so
 * that neither depth nor size of a hostile file costs anything here.
 */
export function shown(value: unknown): string {
  if (typeof value === "string") return cut(JSON.stringify(value.slice(0, MAX_SHOWN + 1)));
  if (Array.isArray(value)) {
    const head = value.slice(0, MAX_SHOWN).map((part: unknown) => flat(part));
    return cut(`[${head.join(", ")}${value.length > MAX_SHOWN ? ", …" : ""}]`);
  }
  if (typeof value === "object" && value !== null) {
    const head = Object.entries(value).slice(0, 8);
    return cut(`{${head.map(([name, part]) => `${shown(name)}: ${flat(part)}`).join(", ")}}`);
  }
  return String(value);
}

/** What a field of a file has and what it needs, as the rest of a sentence that begins with the field's name. */
export const foundAndNeeded = (found: unknown, needed: string): string =>
  `${found === undefined ? "is missing" : `is ${shown(found)}`}; ${needed} is needed`;

/** A name out of a file, without quotes. */
export const shownName = (name: string): string => cut(name);

const flat = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return shown(value);
  return Array.isArray(value) ? "[…]" : "{…}";
};

const cut = (text: string) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
