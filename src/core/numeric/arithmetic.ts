/** A longer prompt is no problem that anybody wants marked. */
const MAX_CHARACTERS = 400;

/** 0 to 20 in the languages whose number words models of arithmetic are asked in: English, German, French, Spanish, Italian. */
export const NUMBER_WORDS: readonly (readonly string[])[] = [
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
  "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
  "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt",
  "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte",
  "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti",
].map((line) => line.split(" "));

const NUMBER_OF_WORD = new Map(NUMBER_WORDS.flatMap((words) => words.map((word, value) => [word, value] as const)));

const SIGNS = new Map<string, string>(
  [
    ["+", "+ plus più piu más mas"],
    ["-", "- − – minus moins menos meno"],
    ["*", "* × · times mal fois por per"],
    ["/", "/ ÷ : divided durch"],
  ].flatMap(([sign, words]) => words!.split(" ").map((word) => [word, sign!] as const)),
);

/** “the sum of 3 and 5 is” and its like. */
const TEMPLATE = /^the (sum|difference|product|quotient) of (\S+) and (\S+)$/;
const OF_TEMPLATE: Readonly<Record<string, string>> = { sum: "+", difference: "-", product: "*", quotient: "/" };

/** Ends of solved problems. A comma between two digits is one of these behind an equals sign and its answer only, else it is in a number. */
const SEPARATORS = /[\n;]|(?<!\d),|,(?!\d)|(?<==\s*[-−]?\d+),/;

const ROMAN = /^(?=[ivxlcdm])m*(?:c[md]|d?c{0,3})(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})$/;
/** The larger ones first. */
const ROMAN_FIGURES: Readonly<Record<string, number>> = {
  m: 1000,
  cm: 900,
  d: 500,
  cd: 400,
  c: 100,
  xc: 90,
  l: 50,
  xl: 40,
  x: 10,
  ix: 9,
  v: 5,
  iv: 4,
  i: 1,
};
const MOST_ROMAN = 3999;

/**
 * The whole number that is right after a prompt that is one problem of +, −, × and ÷, in digits, Roman numerals or number words to twenty.
 * The last line counts, so that solved problems may stand before it.
 *
 * @returns undefined for any other prompt, and where the result is no whole number
 */
export function rightAnswer(prompt: string): number | undefined {
  if (prompt.length > MAX_CHARACTERS) return undefined;
  const line = prompt.split(SEPARATORS).at(-1)!;
  const asked = /^(.*?)\s*(?:=|\bis|\bist|\best|\bes|\bè|\bequals|\bmakes)\s*$/i.exec(line)?.[1];
  if (asked === undefined) return undefined;
  const text = asked.trim().toLowerCase();
  const [, kind, first, second] = TEMPLATE.exec(text) ?? [];
  const pieces = kind ? [first!, OF_TEMPLATE[kind]!, second!] : piecesOf(text);
  const value = valueOf(pieces);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Numbers and signs by turns, with or without blanks between them. */
const piecesOf = (text: string): string[] =>
  text
    .replace(/divided by/g, "/")
    .replace(/[+*×·/÷:−–]|(?<=[\d\s])-|(?<=[ivxlcdm])-(?=\s|[ivxlcdm])/g, " $& ")
    .split(/\s+/)
    .filter((piece) => piece !== "");

/** × and ÷ before + and −, each from the left. */
function valueOf(pieces: readonly string[]): number | undefined {
  if (pieces.length < 3 || pieces.length % 2 === 0) return undefined;
  let sum = 0;
  let product = numberOf(pieces[0]!);
  for (let place = 1; place < pieces.length; place += 2) {
    const sign = SIGNS.get(pieces[place]!);
    const number = numberOf(pieces[place + 1]!);
    if (sign === undefined || number === undefined || product === undefined) return undefined;
    if (sign === "*") product *= number;
    else if (sign === "/") product = number === 0 ? undefined : product / number;
    else {
      sum += product;
      product = sign === "+" ? number : -number;
    }
  }
  return product === undefined ? undefined : sum + product;
}

/** The whole number that a piece of text stands for; undefined where it is written in none of the ways known here. */
export function numberOf(text: string): number | undefined {
  const plain = text.trim().toLowerCase();
  if (/^[-−]?\d{1,15}$/.test(plain)) return Number(plain.replace("−", "-"));
  return NUMBER_OF_WORD.get(plain) ?? romanOf(plain);
}

function romanOf(text: string): number | undefined {
  if (!ROMAN.test(text)) return undefined;
  const digits = [...text].map((letter) => ROMAN_FIGURES[letter]!);
  return digits.reduce((sum, digit, place) => sum + (digit < (digits[place + 1] ?? 0) ? -digit : digit), 0);
}

/** A whole number in every way that is known here, in small letters. */
const writtenAs = (value: number): string[] => [
  String(value),
  ...NUMBER_WORDS.flatMap((words) => words[value] ?? []),
  ...(value > 0 && value <= MOST_ROMAN ? [inRoman(value)] : []),
];

function inRoman(value: number): string {
  let left = value;
  return Object.entries(ROMAN_FIGURES)
    .map(([figure, worth]) => {
      const times = Math.floor(left / worth);
      left -= times * worth;
      return figure.repeat(times);
    })
    .join("");
}

/** A mark for an answer's first token: `begins` where the token may still become the right answer. */
export type Mark = "right" | "begins" | "wrong";

/**
 * @returns undefined where the prompt is no problem that is computed here, the token no number, or a number word that may begin one beyond
 * those that are known
 */
export function markOf(prompt: string, token: string): { readonly mark: Mark; readonly right: number } | undefined {
  const right = rightAnswer(prompt);
  if (right === undefined) return undefined;
  const answer = numberOf(token);
  if (answer === right) return { mark: "right", right };
  const begun = token.trim().toLowerCase().replace("−", "-");
  const isBegun = answer !== undefined || begun === "-";
  if (isBegun && writtenAs(right).some((whole) => whole.startsWith(begun))) return { mark: "begins", right };
  const mayGoOn = NUMBER_OF_WORD.has(begun) && NUMBER_WORDS[0]![right] === undefined;
  return answer === undefined || mayGoOn ? undefined : { mark: "wrong", right };
}
