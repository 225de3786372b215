import { costliestFirst, effectIn } from "#analysis/experiments/head-table.ts";
import { percent } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { ExperimentResult } from "#protocol/experiments.ts";
import { EstimateValue } from "./EstimateValue.tsx";
import { groupName } from "./published.ts";
import { NumberHeads } from "./NumberHeads.tsx";

type Found = Extract<ExperimentResult, { readonly kind: "heads" }>["found"];

/** Heads that are listed; all of them are in the exports. */
const LISTED = 12;

/** As the paper's table 1: the accuracy as it is, then the costliest heads, a column for each group. */
export function HeadsTable({ found, group }: { readonly found: Found; readonly group: number | undefined }) {
  const first = costliestFirst(found.heads, group).slice(0, LISTED);
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Head table, scrolls">
      <table className="experiment-table">
        <caption>
          Accuracy with one head off, and in brackets below it the absolute loss with its 95 % interval, in percentage
          points
        </caption>
        <thead>
          <tr>
            <th scope="col">head</th>
            <NumberHeads
              names={["all", ...found.groups.map(({ name }) => groupName(name)), "other heads of the layer"]}
            />
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">as it is</th>
            <td className="number">
              <EstimateValue of={found.all.accuracy} as="percent" />
            </td>
            {found.groups.map(({ name, accuracy, scored, correct }) => (
              <td key={name} className="number" title={`${correct} of ${scored}`}>
                <EstimateValue of={accuracy} as="percent" />
              </td>
            ))}
            <td />
          </tr>
          {first.map((row) => (
            <tr key={formatHead(row.at)}>
              <th scope="row">{formatHead(row.at)}</th>
              {[row.all, ...row.effects].map((effect, index) => (
                <td key={index === 0 ? "all" : found.groups[index - 1]!.name} className="number">
                  {Number.isNaN(effect.accuracy) ? "–" : percent(effect.accuracy)}
                  <span className="under">
                    <EstimateValue of={effect.drop} as="percent" />
                  </span>
                </td>
              ))}
              <td className="number">
                {percent(effectIn(row, group).otherHeads.mean)} ± {percent(effectIn(row, group).otherHeads.spread)}
              </td>
            </tr>
          ))}
          <tr>
            <th scope="row">n</th>
            <td className="number">{found.groups.reduce((sum, { scored }) => sum + scored, 0)}</td>
            {found.groups.map(({ name, scored }) => (
              <td key={name} className="number">
                {scored}
              </td>
            ))}
            <td />
          </tr>
        </tbody>
      </table>
    </div>
  );
}
