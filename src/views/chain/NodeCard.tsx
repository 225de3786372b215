import { useStore } from "zustand";
import { figures, nats, signedNats } from "#charts/number-format.ts";
import type { ChainEdge, ChainNode } from "#analysis/chain/chain.ts";
import { isNodeOff, toggleNode } from "#state/chain-view.ts";
import { question } from "#state/question.ts";
import { KIND_WORDS, claimText, measuredText, nodeTitle, shareText } from "./chain-words.ts";
import type { ShownChain } from "./shown-chains.ts";

interface NodeCardProps {
  readonly node: ChainNode;
  readonly shown: ShownChain;
  readonly onClose: () => void;
}

/** One part of the chain: what it says, what it gives and receives, each claim beside its measurement. */
export function NodeCard({ node, shown, onClose }: NodeCardProps) {
  const isOff = useStore(question, (state) => isNodeOff(node, state.interventions));
  const title = nodeTitle(node);
  const { chain, clean } = shown;
  const before = chain === clean ? undefined : clean.nodes.find(({ id }) => id === node.id);
  const edges = chain.edges.filter(({ from, to }) => from === node.id || to === node.id);
  return (
    <section aria-label={`Part ${title}`} className="chain-card">
      <header className="panel-head">
        <h3 className={isOff ? "is-off" : ""}>{title}</h3>
        <span className="faint small">
          {KIND_WORDS[node.kind]}
          {node.kind !== "embedding" && `, writes at ${node.position} “${chain.tokens[node.position]?.text ?? ""}”`}
        </span>
        <span className="panel-tools">
          {node.switchOff.length > 0 && (
            <button type="button" className="switch" aria-pressed={isOff} onClick={() => toggleNode(node)}>
              Switch {title} {isOff ? "on" : "off"}
            </button>
          )}
          <button type="button" className="quiet" aria-label={`Close ${title}`} onClick={onClose}>
            ✕
          </button>
        </span>
      </header>
      <dl className="facts">
        <Fact name="effect when off" of={node.effect} write={signedNats} unit="nats" />
        <Fact
          name="log-probability increase"
          of={node.contribution}
          was={before?.contribution}
          write={signedNats}
          unit="nats"
        />
        <Fact name="activation" of={node.activation} was={before?.activation} write={figures} />
        <Fact name="loses without the head" of={node.change} write={nats} unit="nats" />
      </dl>
      <Says node={node} />
      {edges.length > 0 && <Edges edges={edges} shown={shown} />}
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly of: number | undefined;
  /** In the clean run, where another one is shown. */
  readonly was?: number | undefined;
  readonly write: (value: number) => string;
  readonly unit?: string;
}

function Fact({ name, of, was, write, unit = "" }: FactProps) {
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

function Says({ node: { promotes, transformed } }: { readonly node: ChainNode }) {
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

interface EdgesProps {
  readonly edges: readonly ChainEdge[];
  readonly shown: ShownChain;
}

function Edges({ edges, shown: { chain } }: EdgesProps) {
  const title = (id: string) => {
    const node = chain.nodes.find((each) => each.id === id);
    return node ? nodeTitle(node) : id;
  };
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
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => (
            <tr key={`${edge.from} ${edge.to} ${edge.position ?? ""}`}>
              <th scope="row">
                {title(edge.from)} → {title(edge.to)}
                {edge.kind === "transfers" && `, from ${edge.position}`}
              </th>
              <td>{edge.kind}</td>
              <td className="number" title={String(edge.claimed)}>
                {claimText(edge)}
              </td>
              <td className="number">{shareText(edge.share)}</td>
              <td>{measuredText(edge)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
