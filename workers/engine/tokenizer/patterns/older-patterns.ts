import { isObject } from "../token-names.ts";

/**
 * Patterns of a section as the library's own Oniguruma is to be given them, so that it cuts what a current one cuts. Three names
 * mean something else to the older one: `[:punct:]` was P and is P and S, which `$ + < = > ^ | ~` and the grave accent are of;
 * `\p{PosixPunct}`, the same set, was not known; `\p{word}` was without the numbers that are no digits, as `²`, which `\w` has
 * in either.
 */
export function withOlderPatterns(section: unknown): unknown {
  if (Array.isArray(section)) return section.map(withOlderPatterns);
  if (!isObject(section)) return section;
  const { pattern } = section;
  const lists = ["normalizers", "pretokenizers", "decoders"].filter((name) => Array.isArray(section[name]));
  return {
    ...section,
    ...Object.fromEntries(lists.map((name) => [name, withOlderPatterns(section[name])])),
    ...(isObject(pattern) &&
      typeof pattern["Regex"] === "string" && { pattern: { ...pattern, Regex: inOlderOniguruma(pattern["Regex"]) } }),
  };
}

/** What a pattern is read as, piece by piece: a property, another escape, this class of brackets, where brackets begin, any character. */
const PIECE = /\\[pP]\{(?<hat>\^?)(?<property>[^}]*)\}|\\.|\[:(?<not>\^?)punct:\]|\[\^?\]?|[^]/gsu;

function inOlderOniguruma(pattern: string): string {
  let depth = 0;
  return pattern.replace(PIECE, (piece: string, ...found: unknown[]) => {
    const { hat, property: name, not } = found.at(-1) as Readonly<Record<string, string | undefined>>;
    if (name !== undefined) return property(name, (hat === "^") !== piece.startsWith("\\P")) ?? piece;
    // by itself it is brackets around its letters
    if (not !== undefined) return depth === 0 ? piece : not === "^" ? `[^${PUNCT}]` : PUNCT;
    // where they begin, a ] that follows at once is one of their characters
    if (piece.startsWith("[")) depth += 1;
    else if (piece === "]" && depth > 0) depth -= 1;
    return piece;
  });
}

const PUNCT = "\\p{P}\\p{S}";

/** Oniguruma looks at neither case nor spaces, hyphens and low lines. */
function property(name: string, isNegated: boolean): string | undefined {
  switch (name.toLowerCase().replaceAll(/[ _-]/g, "")) {
    case "posixpunct":
      return `[${isNegated ? "^" : ""}${PUNCT}]`;
    case "word":
      return isNegated ? "\\W" : "\\w";
    default:
      return undefined;
  }
}
