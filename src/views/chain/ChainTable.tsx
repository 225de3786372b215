import { useState } from "react";
import { figures, nats, signedNats } from "#charts/number-format.ts";
import type { Chain, ChainNode } from "#analysis/chain/chain.ts";
import { edgeKey } from "#analysis/chain/edges/chain-cuts.ts";
import { KIND_WORDS, claimText, measuredText, nodeTitle, pathText, shareText, titleIn } from "./words/chain-words.ts";
import type { ShownChain } from "./shown-chains.ts";

interface ChainTableProps {
  readonly shown: ShownChain;
  readonly onSelect: (id: string) => void;
}

/** Everything that the drawing shows, as two lists: parts, and what goes between them. */
export function ChainTable({ shown, onSelect }: ChainTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="method chain-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <>
          <Parts shown={shown} onSelect={onSelect} />
          <Edges {...shown} />
        </>
      )}
    </details>
  );
}

function Parts({ shown: { chain, clean, title }, onSelect }: ChainTableProps) {
  const isChanged = chain !== clean;
  const name = `Parts of the chain of ${title}`;
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`${name}, scrolls`}>
      <table className="plain">
        <caption>{name}</caption>
        <thead>
          <tr>
            <th scope="col">part</th>
            <th scope="col">is</th>
            <th scope="col">at</th>
            <th scope="col">promotes</th>
            <th scope="col">behind attention</th>
            <Head name="increase, nats" />
            {isChanged && <Head name="now" />}
            <Head name="activation" />
            {isChanged && <Head name="now" />}
            <Head name="change, nats" />
            <Head name="effect, nats" />
          </tr>
        </thead>
        <tbody>
          {clean.nodes.map((node) => (
            <Part
              key={node.id}
              node={node}
              now={nodeIn(chain, node.id)}
              chain={clean}
              onSelect={onSelect}
              {...{ isChanged }}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PartProps {
  readonly node: ChainNode;
  readonly now: ChainNode | undefined;
  readonly chain: Chain;
  readonly isChanged: boolean;
  readonly onSelect: (id: string) => void;
}

function Part({ node, now, chain, isChanged, onSelect }: PartProps) {
  const token = chain.tokens[node.position]?.text ?? "";
  return (
    <tr>
      <th scope="row">
        {node.kind === "prediction" ? (
          nodeTitle(node)
        ) : (
          <button type="button" className="link" onClick={() => onSelect(node.id)}>
            {nodeTitle(node)}
          </button>
        )}
      </th>
      <td>{KIND_WORDS[node.kind]}</td>
      <td>
        {node.position} <code>{token}</code>
      </td>
      <td className="promotes">{tokensText(node.promotes)}</td>
      <td className="promotes">{tokensText(node.transformed)}</td>
      <Number of={node.contribution} write={signedNats} />
      {isChanged && <Number of={now?.contribution} write={signedNats} />}
      <Number of={node.activation} write={figures} />
      {isChanged && <Number of={now?.activation} write={figures} />}
      <Number of={node.change} write={nats} />
      <Number of={node.effect} write={nats} />
    </tr>
  );
}

function Edges({ chain, clean, title }: ShownChain) {
  const isChanged = chain !== clean;
  const isOwn = clean.provenance.kind === "computed";
  const name = `Edges of the chain of ${title}`;
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={`${name}, scrolls`}>
      <table className="plain">
        <caption>{name}</caption>
        <thead>
          <tr>
            <th scope="col">from</th>
            <th scope="col">does</th>
            <th scope="col">to</th>
            <Head name="from position" />
            <Head name="claimed" />
            <Head name="up" />
            <Head name="gate" />
            <Head name="share" />
            {isChanged && <Head name="claimed now" />}
            <th scope="col">measured without the sender</th>
            {isOwn && <th scope="col">measured, this edge alone cut</th>}
          </tr>
        </thead>
        <tbody>
          {clean.edges.map((edge, index) => (
            <tr key={edgeKey(edge)}>
              <th scope="row">{titleIn(clean, edge.from)}</th>
              <td>{edge.kind}</td>
              <td>{titleIn(clean, edge.to)}</td>
              <td className="number">{edge.position ?? "–"}</td>
              <td className="number" title={String(edge.claimed)}>
                {claimText(edge)}
              </td>
              <Number of={edge.up} write={figures} />
              <Number of={edge.gate} write={figures} />
              <td className="number">{shareText(edge.share)}</td>
              {isChanged && <td className="number">{chain.edges[index] && claimText(chain.edges[index])}</td>}
              <td>{measuredText(edge)}</td>
              {isOwn && <td title={edge.path && String(edge.path.effect)}>{pathText(edge)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Head = ({ name }: { readonly name: string }) => (
  <th scope="col" className="number">
    {name}
  </th>
);

function Number({ of, write }: { readonly of: number | undefined; readonly write: (value: number) => string }) {
  return (
    <td className="number" title={of === undefined ? "" : String(of)}>
      {of === undefined ? "–" : write(of)}
    </td>
  );
}

const nodeIn = ({ nodes }: Chain, id: string) => nodes.find((node) => node.id === id);

const tokensText = (tokens: Chain["tokens"] | undefined) => tokens?.map(({ text }) => text).join(" ") ?? "";
