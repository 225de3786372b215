import { formatHead } from "#model/ids.ts";
import { rankedHeads } from "#state/effects.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { HEAD_COLUMNS } from "./head-columns.tsx";

/** The heads by the size of their effect. */
export const HeadRows = ({ effects }: { readonly effects: readonly (readonly number[])[] }) => (
  <DataTable
    className="plain"
    caption="Heads by size of effect"
    isCaptionHidden
    columns={HEAD_COLUMNS}
    rows={rankedHeads(effects)}
    keyOf={({ at }) => formatHead(at)}
  />
);
