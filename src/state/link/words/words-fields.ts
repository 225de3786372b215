import { grouped } from "#core/grouped.ts";
import type { Field } from "../link-values.ts";
import { NOTE, TITLE, bounded } from "./finding-words.ts";

/** What whoever makes a link says of it, behind all that can be checked. */
export const WORDS_FIELDS: readonly Field[] = [wordsField("title", TITLE), wordsField("note", NOTE)];

function wordsField(key: "title" | "note", kind: typeof TITLE): Field {
  const { most } = kind;
  return {
    key,
    decides: "view",
    needs: `plain text, at most ${most} characters`,
    write: (finding) => bounded(finding[key] ?? "", kind).text || undefined,
    read(text, notice) {
      const { text: kept, characters } = bounded(text, kind);
      if (characters > most) {
        notice(`link: ${key} has ${grouped(characters)} characters; the first ${most} are shown`);
      }
      return kept === "" ? {} : { [key]: kept };
    },
  };
}
