import { useId, useState } from "react";
import type { SyntheticEvent } from "react";
import { asFault } from "#state/notices.ts";
import { Isolated } from "../Isolated.tsx";
import { asSentence } from "../words/sentence.ts";

/** What is wrong with a text; undefined if it was taken. */
type Complaining = string | undefined;

/**
 * A field whose text is taken when it is sent: emptied once it is taken, kept with a complaint at the field where it is not.
 *
 * @param take what to do with the text; at once, or once the script is there that does it
 */
export function useTyped(take: (text: string) => Complaining | Promise<Complaining>) {
  const [text, setText] = useState("");
  const [complaint, setComplaint] = useState<string>();
  const id = useId();
  const answer = (found: Complaining) => {
    setComplaint(found);
    if (found === undefined) setText("");
  };
  return {
    isEmpty: text.trim() === "",
    props: {
      value: text,
      onChange: (event: { readonly target: { readonly value: string } }) => {
        setText(event.target.value);
        setComplaint(undefined);
      },
      ...complains(id, complaint),
    },
    submit: (event: SyntheticEvent) => {
      event.preventDefault();
      const found = take(text);
      if (typeof found === "object") found.then(answer, (reason: unknown) => answer(asFault(reason).message));
      else answer(found);
    },
    complaint: <Complaint id={id} text={complaint} />,
  };
}

/** What ties a field to its complaint for those who hear the page. */
export const complains = (id: string, complaint: string | undefined) =>
  complaint === undefined ? {} : { "aria-invalid": true, "aria-describedby": id };

/** A complaint about what was typed, at its field: there it is seen where a menu covers the page's notices, and moves nothing. */
export function Complaint({ id, text }: { readonly id: string; readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p id={id} role="alert" className="complaint small">
      <Isolated sentence={asSentence(text)} />
    </p>
  );
}
