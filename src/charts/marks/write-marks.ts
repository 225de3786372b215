import { printable } from "#core/printable.ts";
import type { Mark } from "./mark.ts";
import { writtenAttributes } from "./mark.ts";

/** Marks as SVG text. */
export const writeMarks = (marks: readonly Mark[]): string => marks.map(writeMark).join("");

function writeMark({ tag, attrs = {}, text = "", children }: Mark): string {
  const written = writtenAttributes(attrs).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  const inner = children ? writeMarks(children) : escapeXml(text);
  return inner === "" ? `<${tag}${written.join("")}/>` : `<${tag}${written.join("")}>${inner}</${tag}>`;
}

/** A text escaped for XML 1.0, as text or attribute, which has no place for control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
export const escapeXml = (text: string) =>
  printable(text.replace(/\t/g, "⇥").replace(/\n/g, "⏎")).replace(
    /[&<>"]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
