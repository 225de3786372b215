import { formatNeuron } from "#model/ids.ts";
import { tokenText } from "../shared/token-text.ts";
import { Value } from "../shared/Value.tsx";
import type { AdapterRow } from "./adapter-rows.ts";
import { NumberHeads } from "./NumberHeads.tsx";

/** Neurons that are listed; more are in the saved result. */
const LISTED = 15;

/** The neurons that do more for the answers with the adapter than without it. */
export function AdapterNeurons({ row: { neurons, tokens, uncertified } }: { readonly row: AdapterRow }) {
  if (neurons.length === 0) return <p className="small faint">No neuron gains anything.</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of neurons that gain, scrolls">
      <table className="experiment-table">
        <caption>
          Neurons by how much more they add to log p of the right token with the adapter than without it, in nats, over{" "}
          {tokens} answer tokens, of each of which the first ten count; by the adapted model’s lens
          {uncertified > 0 ? `; ${uncertified} of these lists are not proven to be exact` : "; every list is proven"}
        </caption>
        <thead>
          <tr>
            <th scope="col">neuron</th>
            <NumberHeads names={["gain, nats", "tokens", "activation, base", "adapted"]} />
            <th scope="col">promotes where it fires</th>
          </tr>
        </thead>
        <tbody>
          {neurons.slice(0, LISTED).map((each) => (
            <tr key={formatNeuron(each)}>
              <th scope="row">{formatNeuron(each)}</th>
              <td className="number">
                <Value of={each.gain} as="figures" />
              </td>
              <td className="number">{each.tokens}</td>
              <td className="number">
                <Value of={each.inBase} as="figures" />
              </td>
              <td className="number">
                <Value of={each.inAdapted} as="figures" />
              </td>
              <td className="words">{each.promotes.map(tokenText).join(" ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
