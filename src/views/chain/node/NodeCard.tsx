import { useStore } from "zustand";
import type { ChainNode } from "#analysis/chain/chain.ts";
import { isNodeAblated, toggleNode } from "#state/chain-nodes.ts";
import { question } from "#state/question.ts";
import { Prose } from "../../guide/Term.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { effectName } from "../../shared/words/effect-name.ts";
import { increaseName } from "../../shared/words/read-off.ts";
import { Fact, LossWithoutHead, NodeEdges, NodeTokens } from "./NodeFacts.tsx";
import { nodeTitle, roleText } from "../words/chain-words.ts";
import type { ShownChain } from "../shown-chains.ts";

interface NodeCardProps {
  readonly node: ChainNode;
  readonly shown: ShownChain;
  readonly onClose: () => void;
}

/** The card of what is no head or neuron of the model here: a word, a whole attention layer, a part that is only published. */
export function NodeCard({ node, shown, onClose }: NodeCardProps) {
  const isAblated = useStore(question, (state) => isNodeAblated(node, state.interventions));
  const isPlain = usePlain();
  const title = nodeTitle(node);
  const { chain, clean } = shown;
  const before = chain === clean ? undefined : clean.nodes.find(({ id }) => id === node.id);
  return (
    <section aria-label={`Part ${title}`} className="chain-card">
      <header className="panel-head">
        <h3 className={isAblated ? "is-off" : ""}>{title}</h3>
        <span className="faint small">
          <Prose>{roleText(node, chain)}</Prose>
        </span>
        <span className="panel-tools">
          {node.switchOff.length > 0 && (
            <button type="button" className="switch" aria-pressed={isAblated} onClick={() => toggleNode(node)}>
              Switch {title} {isAblated ? "on" : "off"}
            </button>
          )}
          <button type="button" className="quiet close" aria-label={`Close ${title}`} onClick={onClose}>
            ✕
          </button>
        </span>
      </header>
      <dl className="facts">
        <Fact name={effectName(isPlain)} of={node.effect} as="effect" />
        <Fact name={increaseName(isPlain)} of={node.contribution} was={before?.contribution} as="increase" />
        {!isPlain && <Fact name="activation" of={node.activation} was={before?.activation} as="figures" />}
        <LossWithoutHead of={node.change} />
      </dl>
      <NodeTokens node={node} />
      <NodeEdges node={node} shown={shown} />
    </section>
  );
}
