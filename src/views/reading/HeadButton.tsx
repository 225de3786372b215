import { useStore } from "zustand";
import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { samePart } from "#state/question.ts";
import { toggleSelected, view } from "#state/view.ts";

/** A head's name that opens its card. */
export function HeadButton({ at }: { readonly at: HeadId }) {
  const part = { kind: "head", at } as const;
  const isSelected = useStore(view, (state) => samePart(state.selected, part));
  return (
    <button type="button" className="part-name" aria-pressed={isSelected} onClick={() => toggleSelected(part)}>
      {formatHead(at)}
    </button>
  );
}
