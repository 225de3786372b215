/** How deeply JSON may nest and how long its longest list or record may be. */
export interface JsonLimits {
  readonly depth: number;
  readonly items: number;
}

/**
 * The limit that a text is beyond, told before it is parsed: from the brackets and commas outside its strings, in one pass.
 * A text that is no JSON is left to the parser.
 *
 * @returns a clause, or undefined where all is within
 */
export function beyondLimits(text: string, { depth, items }: JsonLimits): string | undefined {
  // of each open list or record, the commas so far
  const commas: number[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OPEN_LIST:
      case OPEN_RECORD:
        if (commas.push(0) > depth) return `it nests more than ${depth} lists and records`;
        break;
      case CLOSE_LIST:
      case CLOSE_RECORD:
        commas.pop();
        break;
      case COMMA:
        if (commas.length > 0 && ++commas[commas.length - 1]! >= items)
          return `a list in it has more than ${items} entries`;
        break;
      default:
    }
  }
  return undefined;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_RECORD, CLOSE_RECORD] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The place of its closing quote; of one that never closes, the end. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
