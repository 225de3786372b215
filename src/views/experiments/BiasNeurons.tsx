import { formatNeuron } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { tokenText } from "../shared/token-text.ts";
import { Value } from "../shared/Value.tsx";
import { NumberHeads } from "./NumberHeads.tsx";

type Found = Extract<ExperimentResult, { readonly kind: "bias" }>["found"];

/** Neurons that are listed; all of them are in the saved result. */
const LISTED = 18;

/** As the paper's table 12: the neurons that tell the sides apart, with what they separate and what they promote. */
export function BiasNeurons({ found: { neurons, sides, certified } }: { readonly found: Found }) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of neurons, scrolls">
      <table className="experiment-table">
        <caption>
          Neurons by how much more they add to log p on a word’s own side than on the other, in nats, mean over the
          words under the first prompt{certified ? "" : "; the list is not proven to be exact"}
        </caption>
        <thead>
          <tr>
            <th scope="col">neuron</th>
            <NumberHeads
              names={["difference", "own side", "other side", ...sides.map(({ name }) => `activation, ${name}`)]}
            />
            <th scope="col">words told apart</th>
            <th scope="col">promotes where it fires</th>
          </tr>
        </thead>
        <tbody>
          {neurons.slice(0, LISTED).map((each) => (
            <tr key={formatNeuron(each)}>
              <th scope="row">{formatNeuron(each)}</th>
              {[each.change, each.own, each.other, ...each.activations].map((value, index) => (
                <td key={index} className="number">
                  <Value of={value} as="figures" />
                </td>
              ))}
              <td
                className="words"
                title={each.words.map(({ word, change }) => `${word} ${change.toFixed(2)}`).join(", ")}
              >
                {each.words
                  .slice(0, 4)
                  .map(({ word }) => word)
                  .join(", ")}
              </td>
              <td className="words">{each.tokens.map(tokenText).join(" ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
