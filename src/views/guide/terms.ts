import { GLOSSARY } from "../page/glossary.ts";
import type { Entry } from "../page/glossary-entry.ts";
import type { GlossaryWord } from "../page/glossary.ts";

/** A spelling of a word, and what finds it in a text. */
interface Spelling {
  readonly word: GlossaryWord;
  readonly text: string;
  /** It is looked for in running text too. */
  readonly isOfProse: boolean;
  /** Where it first stands in a text as a word of its own. */
  readonly find: (text: string) => RegExpExecArray | undefined;
}

/** A piece of a text; one that is a word of the glossary bears it. */
export interface TextPart {
  readonly text: string;
  readonly word?: GlossaryWord;
}

const SPELLINGS: readonly Spelling[] = (GLOSSARY as readonly (Entry & { readonly word: GlossaryWord })[])
  .flatMap(({ word, also = [], isCommon = false }) => [
    ...word.split(", ").map((text) => ({ word, text, isOfProse: !isCommon, find: findsWhole(text) })),
    ...also.map((text) => ({ word, text, isOfProse: false, find: findsWhole(text) })),
  ])
  // the longest says most: “log-probability increase” before “log-probability”
  .sort((a, b) => b.text.length - a.text.length);

/** Classes of letters whatever their case take a millisecond to compile: a pattern is made where its text stands at all. */
function findsWhole(text: string): Spelling["find"] {
  let pattern: RegExp | undefined;
  const lower = text.toLowerCase();
  return (within) => {
    if (!within.toLowerCase().includes(lower)) return undefined;
    pattern ??= wholeWord(text);
    return pattern.exec(within) ?? undefined;
  };
}

/** A single letter is a sign and keeps its case; a word may begin a sentence, and be of several. */
function wholeWord(text: string): RegExp {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const isSign = text.length === 1;
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}${isSign ? "" : "s?"}(?![\\p{L}\\p{N}])`, isSign ? "u" : "iu");
}

/** The word of the glossary that a label is about: the longest spelling in it, and behind a comma stands only its unit, as in `mask, nats`. */
export function termIn(label: string): GlossaryWord | undefined {
  const [name = ""] = label.split(", ");
  return longestIn(name) ?? longestIn(label);
}

const longestIn = (text: string) => SPELLINGS.find(({ find }) => find(text))?.word;

/** A running text in pieces, each word of the glossary that not every sentence has where it stands first. */
export function termsIn(text: string): readonly TextPart[] {
  let parts: readonly TextPart[] = [{ text }];
  const linked = new Set<GlossaryWord>();
  for (const { word, isOfProse, find } of SPELLINGS) {
    if (!isOfProse || linked.has(word)) continue;
    const at = parts.findIndex((part) => part.word === undefined && find(part.text));
    if (at < 0) continue;
    linked.add(word);
    const whole = parts[at]!.text;
    const { index, 0: found } = find(whole)!;
    const pieces = [
      { text: whole.slice(0, index) },
      { text: found, word },
      { text: whole.slice(index + found.length) },
    ].filter((piece) => piece.text !== "");
    parts = [...parts.slice(0, at), ...pieces, ...parts.slice(at + 1)];
  }
  return parts;
}
