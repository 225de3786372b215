import type { ChainNode } from "#analysis/chain/chain.ts";
import { usePlain } from "../../shared/use-plain.ts";
import { effectName } from "../../shared/words/effect-name.ts";
import { increaseName } from "../../shared/words/read-off.ts";
import { Fact, LossWithoutHead, NodeEdges, NodeTokens } from "./NodeFacts.tsx";
import { nodeTitle, roleText } from "../words/chain-words.ts";
import type { ShownChain } from "../shown-chains.ts";

interface InChainProps {
  /** The model's own first; the one beside it has numbers that no card of the page has. */
  readonly shown: readonly ShownChain[];
  /** Of the node that is kept. */
  readonly id: string;
}

/** What the chain knows of a head or neuron, below its card: the part it plays, and what it gives and receives. */
export function InChain({ shown, id }: InChainProps) {
  return shown.map((each, index) => {
    const node = each.chain.nodes.find((other) => other.id === id);
    if (!node) return null;
    const of = shown.length > 1 ? `the chain of ${each.title}` : "the chain";
    return (
      <section key={index === 0 ? "own" : "other"} aria-label={`${nodeTitle(node)} in ${of}`} className="chain-part">
        <h3>
          In {of} <span className="faint small">{roleText(node, each.chain)}</span>
        </h3>
        <dl className="facts">
          {index > 0 && <Numbers node={node} />}
          <LossWithoutHead of={node.change} />
        </dl>
        <NodeTokens node={node} />
        <NodeEdges node={node} shown={each} />
      </section>
    );
  });
}

function Numbers({ node }: { readonly node: ChainNode }) {
  const isPlain = usePlain();
  return (
    <>
      {!isPlain && <Fact name="activation" of={node.activation} as="figures" />}
      <Fact name={effectName(isPlain)} of={node.effect} as="effect" />
      <Fact name={increaseName(isPlain)} of={node.contribution} as="increase" />
    </>
  );
}
