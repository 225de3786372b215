import { useState } from "react";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { rankedHeads } from "#state/effects.ts";
import { select } from "#state/view.ts";

/** The heatmap's numbers as a list, by size of effect. */
export function HeadTable({ effects }: { readonly effects: readonly (readonly number[])[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="method head-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <table className="plain">
          <caption className="visually-hidden">Heads by size of effect, in nats</caption>
          <thead>
            <tr>
              <th scope="col">head</th>
              <th scope="col" className="number">
                effect, nats
              </th>
            </tr>
          </thead>
          <tbody>
            {rankedHeads(effects).map(({ at, effect }) => (
              <tr key={formatHead(at)}>
                <th scope="row">
                  <button type="button" className="link" onClick={() => select({ kind: "head", at })}>
                    {formatHead(at)}
                  </button>
                </th>
                <td className="number" title={String(effect)}>
                  {nats(effect)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
