import { legible } from "#core/printable.ts";

/** A picture, in the form of a text or of a picture, or in a tone of skin. */
const PICTURE = String.raw`\p{Extended_Pictographic}(?:[\uFE0E\uFE0F]|\p{Emoji_Modifier})?`;
/** The regions whose flags are spelt in letters that nobody sees; any others could spell anything. */
const REGIONS = ["gbeng", "gbsct", "gbwls"].map((region) =>
  String.fromCodePoint(...Array.from(region, (letter) => 0xe0000 + letter.codePointAt(0)!), 0xe007f),
);
/**
 * Emoji as Unicode TS 51 puts them together: pictures that joiners make one, keys, flags. What nobody sees in them is seen as what they are.
 */
const EMOJI = new RegExp(
  [`\u{1F3F4}(?:${REGIONS.join("|")})`, String.raw`[0-9#*]\uFE0F?\u20E3`, `${PICTURE}(?:\u200D${PICTURE})*`].join("|"),
  "gu",
);

/**
 * As `legible`, of what a person wrote to others: emoji stay whole. A prompt and a token are told to the last selector instead.
 *
 * @param kept as for `printable`
 */
export function legibleWords(text: string, kept = ""): string {
  const emoji = text.match(EMOJI) ?? [];
  const between = text.split(EMOJI).map((each) => legible(each, kept));
  return between.map((each, place) => each + (emoji[place] ?? "")).join("");
}
