/** What of a text is in a field: characters from `start` (inclusive) to `end` (exclusive). */
export interface TextWindow {
  readonly start: number;
  readonly end: number;
}

/** A longer text is shown in a window: a browser lays out all that is in a field at every key. */
export const MOST_WHOLE = 20_000;
/** Characters that are shown of a longer text. */
const SHOWN = 10_000;
/** A window that was emptied to less is opened anew. */
const FEWEST = 1_000;

/** All of a text that a field can hold, else what stands around one place of it. */
export function windowAround(text: string, place: number): TextWindow {
  if (text.length <= MOST_WHOLE) return { start: 0, end: text.length };
  const start = Math.max(0, Math.min(place - SHOWN / 2, text.length - SHOWN));
  return { start: betweenCharacters(text, start), end: betweenCharacters(text, start + SHOWN) };
}

/** Whether all of the text is in the field. */
export const isWhole = (text: string, { start, end }: TextWindow) => start === 0 && end === text.length;

/** A cut between the halves of a character would make two broken ones of it. */
const betweenCharacters = (text: string, at: number) => (text.codePointAt(at - 1)! > 0xffff ? at - 1 : at);

/** A field as an edit left it. */
interface Edit {
  readonly value: string;
  /** Where the caret stands in it. */
  readonly caret: number;
  /** All that was in the field went. */
  readonly isAll: boolean;
}

/** What an edit of the field makes of the whole text. What replaces all of the field replaces all of the text. */
export function edited(text: string, window: TextWindow, { value, caret, isAll }: Edit) {
  const before = isAll ? "" : text.slice(0, window.start);
  const next = isAll ? value : before + value + text.slice(window.end);
  const own = { start: before.length, end: before.length + value.length };
  const isFitting = next.length > MOST_WHOLE && value.length >= FEWEST && value.length <= MOST_WHOLE;
  const shown = isFitting ? own : windowAround(next, before.length + caret);
  return { text: next, window: shown, caret: before.length + caret - shown.start };
}
