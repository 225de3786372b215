import { formatNeuron } from "#model/ids.ts";
import { Value } from "../shared/Value.tsx";
import { byLayer } from "./adapter-rows.ts";
import type { AdaptersOf } from "./adapter-rows.ts";
import { NumberHeads } from "./NumberHeads.tsx";

/** As the paper's table 9: activations of the base's most listed neurons, in the base and with each adapter. */
export function FollowedNeurons({ found }: { readonly found: AdaptersOf["found"] }) {
  const rows = byLayer(found.adapters);
  const followed = rows[0]?.followed ?? [];
  if (followed.length === 0) return null;
  const withAdapter = ({ layer, neuron }: (typeof followed)[number], row: (typeof rows)[number]) =>
    row.followed.find((each) => each.layer === layer && each.neuron === neuron)?.inAdapted ?? Number.NaN;
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of followed neurons, scrolls">
      <table className="experiment-table">
        <caption>
          Mean activation of the neurons that most answer tokens have among their first ten in the base, over these
          tokens
        </caption>
        <thead>
          <tr>
            <th scope="col">neuron</th>
            <NumberHeads names={["tokens", "base", ...rows.map(({ name }) => name)]} />
          </tr>
        </thead>
        <tbody>
          {followed.map((each) => (
            <tr key={formatNeuron(each)}>
              <th scope="row">{formatNeuron(each)}</th>
              <td className="number">{each.tokens}</td>
              <td className="number">
                <Value of={each.inBase} as="figures" />
              </td>
              {rows.map((row, index) => (
                <td key={index} className="number">
                  <Value of={withAdapter(each, row)} as="figures" />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
