/**
 * A JSON text, with the three numbers that Python writes and JSON does not know: `NaN`, `Infinity`, `-Infinity`. They come as
 * those numbers, so that a field that asks for a finite one names what it found. Within strings they are letters.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (reason) {
    if (!/NaN|Infinity/.test(text)) throw reason;
    const marked = text.replace(STRING_OR_NUMBER, (found) => (found.startsWith('"') ? found : `"${MARK}${found}"`));
    return JSON.parse(marked, (_, value: unknown) =>
      typeof value === "string" && value.startsWith(MARK) ? (NUMBERS.get(value.slice(MARK.length)) ?? value) : value,
    );
  }
}

/** A string whole, so that nothing in it is taken for a number; else one of the three, alone. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\w.+-])-?(?:NaN|Infinity)(?![\w.])/gs;
/** No file has a private character before these words. */
const MARK = "\uF8FFnumber:";
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);
