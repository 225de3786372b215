import { useStore } from "zustand";
import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { samePart } from "#state/question.ts";
import { toggleSelected, view } from "#state/view.ts";
import type { Column } from "./columns.tsx";

/** A head's name that opens its card. */
export function HeadLink({ at }: { readonly at: HeadId }) {
  const part = { kind: "head", at } as const;
  const isSelected = useStore(view, (state) => samePart(state.selected, part));
  return (
    <button type="button" className="part-name" aria-pressed={isSelected} onClick={() => toggleSelected(part)}>
      {formatHead(at)}
    </button>
  );
}

/** A column of heads, whose names open their cards; in the file with layer and index. */
export const headColumn = <Row extends { readonly at: HeadId }>(): Column<Row> => ({
  label: "head",
  keys: ["head", "layer", "index"],
  isNumber: false,
  show: ({ at }) => <HeadLink at={at} />,
  values: ({ at }) => [formatHead(at), at.layer, at.head],
});
