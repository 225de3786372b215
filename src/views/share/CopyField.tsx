import { useId, useRef, useState } from "react";
import { putOnClipboard } from "../shared/copy-link.ts";

interface CopyFieldProps {
  readonly label: string;
  readonly text: string;
  readonly rows: number;
  /** What the button copies, in its name. */
  readonly what: string;
}

/** A text to be taken along: whole in a field, and copied at a press; where the browser lets no page copy, it is selected to be copied by hand. */
export function CopyField({ label, text, rows, what }: CopyFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  /** What came of the last press, of this text. */
  const [pressed, setPressed] = useState<{ readonly text: string; readonly isCopied: boolean }>();
  const came = pressed?.text === text ? pressed : undefined;
  const copy = async () => {
    const isCopied = await putOnClipboard(text);
    if (!isCopied) field.current?.select();
    setPressed({ text, isCopied });
  };
  return (
    <div className="copy-field">
      <label htmlFor={id}>{label}</label>
      <textarea ref={field} id={id} rows={rows} readOnly spellCheck={false} value={text} onFocus={select} />
      <p>
        <button type="button" onClick={() => void copy()}>
          Copy {what}
        </button>{" "}
        <span role="status" className="small">
          {came &&
            (came.isCopied
              ? "Copied."
              : "The browser does not let the page write to the clipboard: the text is selected, to be copied by hand.")}
        </span>
      </p>
    </div>
  );
}

const select = ({ currentTarget }: { readonly currentTarget: HTMLTextAreaElement }) => currentTarget.select();
