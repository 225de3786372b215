import { countOf, signedNats } from "#charts/number-format.ts";
import { byLayer, layersLabel } from "./adapter-rows.ts";
import type { AdapterRow, AdaptersOf } from "./adapter-rows.ts";
import { EstimateValue, estimateText } from "./EstimateValue.tsx";
import { groupName } from "./published.ts";
import { NumberHeads } from "./NumberHeads.tsx";

/** The base, then each adapter: accuracy of all and of each group, what is gained, and how the base's neurons grow. */
export function AdaptersTable({ found }: { readonly found: AdaptersOf["found"] }) {
  const { base, adapters } = found;
  const rows = byLayer(adapters);
  const counts = rows[0]?.growth.map(({ count }) => count) ?? [];
  const scored = base.groups.reduce((sum, group) => sum + group.scored, 0);
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table of adapters, scrolls">
      <table className="experiment-table">
        <caption>
          Accuracy with 95 % intervals, the mean over the groups and each of them, n = {scored}; below it what the
          adapter gains, in percentage points. Growth of the first k neurons; below it that of random ones
        </caption>
        <thead>
          <tr>
            <th scope="col">adapter</th>
            <NumberHeads
              names={["layer", "rank", "all", ...base.groups.map(({ name }) => groupName(name)), "nats gained"]}
            />
            {counts.map((count) => (
              <th key={count} scope="col" className="number">
                growth, k = {count}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">base</th>
            <td />
            <td />
            {[base.all, ...base.groups.map(({ accuracy }) => accuracy)].map((each, index) => (
              <td key={index} className="number">
                <EstimateValue of={each} as="percent" />
              </td>
            ))}
            <td />
            {counts.map((count) => (
              <td key={count} />
            ))}
          </tr>
          {rows.map((row, index) => (
            <Row key={index} row={row} groups={base.groups.map(({ name }) => name)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, groups }: { readonly row: AdapterRow; readonly groups: readonly string[] }) {
  const ofGroup = (name: string) => row.groups.find((group) => group.name === name);
  return (
    <tr>
      <th scope="row" title={`${row.source}: ${row.modules.join(", ")}, ${countOf(row.parameters)} parameters`}>
        {row.name}
      </th>
      <td className="number">{layersLabel(row.layers)}</td>
      <td className="number">{row.ranks.join(", ")}</td>
      {[row.all, ...groups.map(ofGroup)].map((score, index) => (
        <td key={index} className="number">
          {score && (
            <>
              <EstimateValue of={score.accuracy} as="percent" />
              <span className="under">
                <EstimateValue of={score.gain} as="percent" />
              </span>
            </>
          )}
        </td>
      ))}
      <td className="number" title={String(row.all.nats.value)}>
        {signedNats(row.all.nats.value)}
        <span className="interval">{estimateText(row.all.nats, "nats").interval}</span>
      </td>
      {row.growth.map(({ count, growth, random }) => (
        <td key={count} className="number">
          <EstimateValue of={growth} as="percent" />
          <span className="under">
            <EstimateValue of={random} as="percent" />
          </span>
        </td>
      ))}
    </tr>
  );
}
