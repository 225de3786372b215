import { useState } from "react";
import { laterPart } from "../shared/later.tsx";

const HeadRows = laterPart("the table of heads", async () => (await import("./HeadRows.tsx")).HeadRows);

/** The heatmap's numbers as a list, by size of effect. */
export function HeadTable({ effects }: { readonly effects: readonly (readonly number[])[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="method head-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && <HeadRows effects={effects} />}
    </details>
  );
}
