import { useId, useState } from "react";
import { grouped } from "#core/grouped.ts";
import { NOTE, TITLE, bounded } from "#state/link/words/finding-words.ts";

/** What a person says of a finding, as typed. */
export interface Words {
  readonly title: string;
  readonly note: string;
}

interface WordFieldsProps extends Words {
  readonly onType: (words: Words) => void;
}

/** Fields for a title and a note, which are plain text: whoever opens the link reads them as theirs who made it. */
export function WordFields({ title, note, onType }: WordFieldsProps) {
  return (
    <div className="word-fields">
      <WordField
        name="Title"
        hint={`at most ${TITLE.most} characters`}
        kind={TITLE}
        text={title}
        onType={(text) => onType({ title: text, note })}
      />
      <WordField
        name="Note"
        hint={`at most ${NOTE.most} characters, plain text`}
        kind={NOTE}
        rows={3}
        text={note}
        onType={(text) => onType({ title, note: text })}
      />
    </div>
  );
}

interface WordFieldProps {
  readonly name: string;
  readonly hint: string;
  readonly kind: typeof TITLE;
  /** Left out: one line. */
  readonly rows?: number;
  readonly text: string;
  readonly onType: (text: string) => void;
}

/**
 * A field with how much room is left in it. Characters are counted as a link counts them; a browser would count most emoji twice, and cut what is
 * pasted without a word.
 */
function WordField({ name, hint, kind, rows, text, onType }: WordFieldProps) {
  const id = useId();
  /** How many characters there were, where the last text was cut. */
  const [whole, setWhole] = useState<number>();
  const { characters } = bounded(text, kind);
  const type = ({ target: { value } }: { readonly target: { readonly value: string } }) => {
    const typed = bounded(value, kind);
    const isCut = typed.characters > kind.most;
    setWhole(isCut ? typed.characters : undefined);
    onType(isCut ? typed.text : value);
  };
  const field = { id, value: text, onChange: type, "aria-describedby": `${id}-left` };
  return (
    <>
      <label htmlFor={id}>
        {name} <span className="faint">({hint})</span>
      </label>
      {rows === undefined ? <input {...field} /> : <textarea {...field} rows={rows} />}
      <p className="small faint word-room">
        <span id={`${id}-left`}>{leftText(Math.max(0, kind.most - characters))}</span>{" "}
        <span role="status">{whole !== undefined && cutText(whole, kind.most)}</span>
      </p>
    </>
  );
}

const leftText = (left: number) => (left === 1 ? "1 character left." : `${left} characters left.`);

const cutText = (whole: number, most: number) =>
  `It had ${grouped(whole)} characters: the first ${most} are kept, the rest was cut.`;
