import { OPERATION_SIGNS } from "../shared/words/operation-signs.ts";

const LANGUAGES: Readonly<Record<string, string>> = {
  en: "English",
  de: "German",
  fr: "French",
  es: "Spanish",
  it: "Italian",
  roman: "Roman numerals",
};

/** What the recipe's evaluation calls a set, as a person reads it: `2D/` is “two digits, ÷”. */
export function setName(name: string): string {
  const signed = name.replace(/[-+*/]$/, (sign) => OPERATION_SIGNS[sign as keyof typeof OPERATION_SIGNS]);
  if (/^[12]D/.test(name)) return `${name.startsWith("1") ? "one digit" : "two digits"}, ${signed.slice(2)}`;
  if (name.startsWith("words ")) {
    const language = LANGUAGES[name.slice(6)] ?? name.slice(6);
    return language === LANGUAGES["roman"] ? language : `words, ${language}`;
  }
  if (/^(?:The|Q:|is) /.test(name)) return `template “${signed.slice(0, -2)} …”, ${signed.slice(-1)}`;
  return name;
}
