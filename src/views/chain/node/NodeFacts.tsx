import type { Chain, ChainNode } from "#analysis/chain/chain.ts";
import { edgeKey } from "#analysis/chain/edges/chain-cuts.ts";
import { claimText, edgeTitle, measuredText, pathText, shareText } from "../words/chain-words.ts";

interface FactProps {
  readonly name: string;
  readonly of: number | undefined;
  /** In the clean run, where another one is shown. */
  readonly was?: number | undefined;
  readonly write: (value: number) => string;
  readonly unit?: string;
}

/** A number with its name; nothing where it is not known. */
export function Fact({ name, of, was, write, unit = "" }: FactProps) {
  if (of === undefined) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd title={String(of)}>
        {was !== undefined && `${write(was)} → `}
        {write(of)} {unit}
      </dd>
    </div>
  );
}

/** What a node writes, in tokens, before and behind the attention that carries it on. */
export function NodeTokens({ node: { promotes, transformed } }: { readonly node: ChainNode }) {
  if (promotes.length === 0 && !transformed) return null;
  return (
    <dl className="chain-says">
      {promotes.length > 0 && (
        <div>
          <dt>promotes</dt>
          <dd>
            <Tokens of={promotes} />
          </dd>
        </div>
      )}
      {transformed && (
        <div>
          <dt>behind the attention that carries it on</dt>
          <dd>
            <Tokens of={transformed} />
          </dd>
        </div>
      )}
    </dl>
  );
}

const Tokens = ({ of }: { readonly of: ChainNode["promotes"] }) =>
  of.map(({ id, text }, index) => <code key={id ?? index}>{text}</code>);

interface NodeEdgesProps {
  readonly node: ChainNode;
  readonly chain: Chain;
}

/** What a node gives and receives, each claim beside its measurement. */
export function NodeEdges({ node, chain }: NodeEdgesProps) {
  const edges = chain.edges.filter(({ from, to }) => from === node.id || to === node.id);
  if (edges.length === 0) return null;
  const isOwn = chain.provenance.kind === "computed";
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="What it gives and receives, scrolls">
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">edge</th>
            <th scope="col">kind</th>
            <th scope="col" className="number">
              claimed
            </th>
            <th scope="col" className="number">
              share
            </th>
            <th scope="col">measured without the sender</th>
            {isOwn && <th scope="col">measured, this edge alone cut</th>}
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => (
            <tr key={edgeKey(edge)}>
              <th scope="row">{edgeTitle(edge, chain)}</th>
              <td>{edge.kind}</td>
              <td className="number" title={String(edge.claimed)}>
                {claimText(edge)}
              </td>
              <td className="number">{shareText(edge.share)}</td>
              <td>{measuredText(edge)}</td>
              {isOwn && <td title={edge.path && String(edge.path.effect)}>{pathText(edge)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
