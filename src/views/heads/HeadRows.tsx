import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import { rankedHeads } from "#state/effects.ts";
import { select } from "#state/view.ts";

export function HeadRows({ effects }: { readonly effects: readonly (readonly number[])[] }) {
  return (
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
  );
}
