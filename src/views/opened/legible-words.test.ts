import { expect, test } from "vitest";
import { legible } from "#core/printable.ts";
import { legibleWords } from "./legible-words.ts";

/** Unicode's own list of the emoji that everybody draws (UTS 51, RGI), as the runtime has it. */
const IS_RGI = new RegExp(String.raw`^\p{RGI_Emoji}$`, "v");
const isRgi = (text: string) => IS_RGI.test(text);
const POINTS = Array.from({ length: 0x20000 }, (_, point) => point).filter((point) => point < 0xd800 || point > 0xdfff);
const having = (property: string) => {
  const pattern = new RegExp(String.raw`^\p{${property}}$`, "u");
  return POINTS.map((point) => String.fromCodePoint(point)).filter((character) => pattern.test(character));
};
const PICTURES = having("Emoji").filter((each) => !/[0-9#*]/.test(each));
const TONES = having("Emoji_Modifier");
const BASES = having("Emoji_Modifier_Base");
const LETTERS = having("Regional_Indicator");
const JOINER = "\u200D";
const pairs = (firsts: readonly string[], seconds: readonly string[], between = "") =>
  firsts.flatMap((first) => seconds.map((second) => first + between + second));
const tag = (region: string) =>
  `\u{1F3F4}${String.fromCodePoint(...Array.from(region, (letter) => 0xe0000 + letter.codePointAt(0)!))}\u{E007F}`;
const asPictures = (characters: readonly string[]) => characters.map((each) => `${each}\uFE0F`);
const TONED = pairs(BASES, TONES);
const HEART = "\u2764\uFE0F";
const PEOPLE = ["👨", "👩", "🧑"].flatMap((person) => [person, ...TONES.map((tone) => person + tone)]);
const KISS = [`${HEART}${JOINER}💋`, HEART, "🤝"].flatMap((link) => pairs(PEOPLE, PEOPLE, JOINER + link + JOINER));

test.each<[string, readonly string[], number]>([
  ["pictures", [...PICTURES, ...asPictures(PICTURES)], 1_300],
  ["tones of skin", TONED, 600],
  ["flags of countries", pairs(LETTERS, LETTERS), 250],
  ["flags of regions", ["gbeng", "gbsct", "gbwls"].map(tag), 3],
  ["keys", Array.from("0123456789#*", (key) => `${key}\uFE0F\u20E3`), 12],
  [
    "pictures joined of two",
    pairs(
      [...PICTURES, ...asPictures(PICTURES)],
      [...PICTURES, ...asPictures(["♀", "♂", "⚕", "⚖", "✈", "☠", "⚧", "➡", "↔", "↕"])],
      JOINER,
    ),
    150,
  ],
  [
    "joined of two, in a tone of skin",
    pairs(TONED, [...PICTURES, ...asPictures(["♀", "♂", "⚕", "⚖", "✈", "➡"])], JOINER),
    500,
  ],
  ["couples", KISS, 100],
  ["families, and what faces the other way", ["👨‍👩‍👧‍👦", "👩‍👩‍👦", "🧑‍🧑‍🧒‍🧒", "🏃🏽‍♀️‍➡️", "👁️‍🗨️", "🏳️‍⚧️"], 5],
])("of all %s each stays whole", (_kind, candidates, least) => {
  const all = candidates.filter(isRgi);
  expect(all.length).toBeGreaterThanOrEqual(least);
  expect(all.filter((emoji) => legibleWords(`a${emoji}b`) !== `a${emoji}b`)).toEqual([]);
  // beside each other, too
  expect(legibleWords(all.slice(0, 200).join(""))).toBe(all.slice(0, 200).join(""));
});

test.each([
  ["joiner alone", "a\u200Db", "a⟨U+200D⟩b"],
  ["joiner behind a picture", "👩\u200D", "👩⟨U+200D⟩"],
  ["joiner before a picture", "\u200D🔬", "⟨U+200D⟩🔬"],
  ["second joiner", "👩\u200D\u200D🔬", "👩⟨U+200D⟩⟨U+200D⟩🔬"],
  ["joiner between letters and a picture", "a\u200D🔬", "a⟨U+200D⟩🔬"],
  ["selector behind a letter", "a\uFE0F", "a⟨U+FE0F⟩"],
  ["selector behind a digit that is no key", "3\uFE0F5", "3⟨U+FE0F⟩5"],
  ["second selector", "❤\uFE0F\uFE0F", "❤\uFE0F⟨U+FE0F⟩"],
  ["flag of letters that nobody sees", tag("usca"), `\u{1F3F4}⟨U+E0075⟩⟨U+E0073⟩⟨U+E0063⟩⟨U+E0061⟩⟨U+E007F⟩`],
  ["text in tags behind a picture", "😀\u{E0068}\u{E0069}", "😀⟨U+E0068⟩⟨U+E0069⟩"],
  ["turn of the line behind a picture", "👩‍🔬\u202Ecba", "👩‍🔬⟨U+202E⟩cba"],
  ["turn of the line between joined ones", "👩\u202E\u200D🔬", "👩⟨U+202E⟩⟨U+200D⟩🔬"],
])("a %s is named", (_what, text, shown) => {
  expect(legibleWords(text)).toBe(shown);
});

test("whatever is named in other texts is named here beside an emoji", () => {
  const tags = Array.from({ length: 0x1000 }, (_, place) => 0xe0000 + place);
  const unseen = [...POINTS, ...tags]
    .map((point) => String.fromCodePoint(point))
    .filter((each) => legible(each) !== each);
  expect(unseen.length).toBeGreaterThan(400);
  const inWords = (each: string) => legibleWords(`x${each}y 👩‍🔬 ${each}`);
  expect(unseen.filter((each) => inWords(each) !== `x${legible(each)}y 👩‍🔬 ${legible(each)}`)).toEqual([]);
  expect(legibleWords("a\n👩‍🔬\n\u2066", "\n")).toBe("a\n👩‍🔬\n⟨U+2066⟩");
});
