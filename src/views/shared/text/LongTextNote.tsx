import { grouped } from "#core/grouped.ts";
import type { LongTextField } from "./use-long-text.ts";

/** What of a long text is in its field, and the ways to the rest; nothing where the field has it all. */
export function LongTextNote({ field }: { readonly field: LongTextField }) {
  if (field.isWhole) return null;
  const { length, show } = field;
  const { start, end } = field.window;
  return (
    <div className="long-text small" role="group" aria-label="Place in the long text">
      <p>
        The field shows characters {grouped(start + 1)} to {grouped(end)} of {grouped(length)}; selecting all of it
        selects them all.
      </p>
      <button type="button" disabled={start === 0} onClick={() => show(0)}>
        Start
      </button>
      <button type="button" disabled={start === 0} onClick={() => show(start)}>
        Earlier
      </button>
      <button type="button" disabled={end === length} onClick={() => show(end)}>
        Later
      </button>
      <button type="button" disabled={end === length} onClick={() => show(length)}>
        End
      </button>
    </div>
  );
}
