import { formatHead } from "#model/ids.ts";
import { rankedHeads } from "#state/effects.ts";
import { select } from "#state/view.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { measure, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";

const COLUMNS: readonly Column<ReturnType<typeof rankedHeads>[number]>[] = [
  {
    ...plain({ label: "head" }, ({ at }) => formatHead(at)),
    show: ({ at }) => (
      <button type="button" className="link" onClick={() => select({ kind: "head", at })}>
        {formatHead(at)}
      </button>
    ),
  },
  measure({ label: "effect, nats" }, "nats", ({ effect }) => effect),
];

/** The heads by the size of their effect. */
export const HeadRows = ({ effects }: { readonly effects: readonly (readonly number[])[] }) => (
  <DataTable
    className="plain"
    caption="Heads by size of effect, in nats"
    isCaptionHidden
    columns={COLUMNS}
    rows={rankedHeads(effects)}
    keyOf={({ at }) => formatHead(at)}
  />
);
