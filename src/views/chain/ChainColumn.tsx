import { useMemo, useState } from "react";
import { useStore } from "zustand";
import type { ChainActions } from "#charts/chain/chain-drawing.ts";
import { pathsThrough } from "#charts/chain/chain-marks.ts";
import type { ChainScale } from "#charts/chain/chain-marks.ts";
import type { Chain, ChainEdge, ChainNode } from "#analysis/chain/chain.ts";
import { isNodeAblated, lowerThreshold, partOf, toggleNode } from "#state/chain-nodes.ts";
import { setThreshold } from "#state/chain-view.ts";
import { question } from "#state/question.ts";
import { useWidth } from "../shared/figure/use-width.ts";
import { usePlain } from "../shared/use-plain.ts";
import { ChainFigure } from "./ChainFigure.tsx";
import {
  edgeName,
  isMeasured,
  measuredKey,
  nodeName,
  plainMeasuredKey,
  plainNumbersKey,
  widthText,
} from "./words/chain-words.ts";
import { NodeCard } from "./node/NodeCard.tsx";
import type { ShownChain } from "./shown-chains.ts";
import { emptySentence } from "./words/stage-sentences.ts";

interface ChainColumnProps {
  readonly shown: ShownChain;
  /** Shared by chains that are compared. */
  readonly scale: ChainScale;
  readonly isCompared: boolean;
  /** The node that is kept, if the chain has it. */
  readonly selected: string | undefined;
  readonly onSelect: (node: ChainNode) => void;
}

/** Narrower, as while the page is being laid out, a drawing is made smaller as a whole. */
const LEAST_PX = 280;

/** One chain as it is drawn, and what is kept of it that is no head or neuron of the model. */
export function ChainColumn({ shown, scale, isCompared, selected, onSelect }: ChainColumnProps) {
  const [host, measured] = useWidth<HTMLDivElement>(720);
  const width = Math.max(LEAST_PX, measured);
  const { chain, title } = shown;
  const isPlain = usePlain();
  const node = chain.nodes.find(({ id }) => id === selected);
  const select = (id: string) => {
    const found = chain.nodes.find((each) => each.id === id);
    if (found) onSelect(found);
  };
  const empty = emptySentence(chain, isPlain);
  return (
    <div ref={host} className="chain-column">
      {isCompared && (
        <h3>
          <code>{title}</code>
        </h3>
      )}
      {empty === undefined ? (
        <Drawn shown={shown} scale={scale} width={width} selected={selected} onSelect={select} />
      ) : (
        <NoChain chain={chain} sentence={empty} />
      )}
      {node && !partOf(node) && <NodeCard node={node} shown={shown} onClose={() => onSelect(node)} />}
    </div>
  );
}

/** Why there is none, and the way to one that is weaker. */
function NoChain({ chain, sentence }: { readonly chain: Chain; readonly sentence: string }) {
  const lower = lowerThreshold(chain);
  return (
    <div className="empty">
      <p>There is no chain to draw. {sentence} Thresholds can be moved, and another head chosen, above.</p>
      {lower && (
        <button type="button" onClick={() => setThreshold(lower.name, lower.value)}>
          Look nevertheless: move this threshold to {lower.value}
        </button>
      )}
    </div>
  );
}

const FULL_NUMBERS = "numbers, nats: a deep neuron’s increase (with its sign); of all else, the effect";

interface DrawnProps extends Pick<ChainColumnProps, "shown" | "scale" | "selected"> {
  readonly width: number;
  readonly onSelect: (id: string) => void;
}

function Drawn({ shown, scale, width, selected, onSelect }: DrawnProps) {
  const interventions = useStore(question, (state) => state.interventions);
  const isPlain = usePlain();
  const [hovered, setHovered] = useState<string>();
  const [cursor, setCursor] = useState<string>();
  const { chain, tokens, beforeName, afterName, title } = shown;
  const actions: ChainActions = {
    hover: setHovered,
    select: onSelect,
    toggle(id) {
      const node = chain.nodes.find((each) => each.id === id);
      if (node && node.switchOff.length > 0) toggleNode(node);
    },
    move: setCursor,
  };
  const options = useMemo(() => {
    const off = new Set(chain.nodes.filter((node) => isNodeAblated(node, interventions)).map(({ id }) => id));
    const isThere = chain.nodes.some(({ id }) => id === cursor);
    return {
      off,
      selected,
      // where nobody has been yet the keyboard enters at the head, which every chain turns on
      cursor: isThere ? cursor : chain.nodes.find(({ kind }) => kind === "head")?.id,
      lit: hovered === undefined ? undefined : pathsThrough(chain, hovered),
      beforeName,
      afterName,
      isInteractive: true,
      name: (node: ChainNode) => nodeName(node, off.has(node.id), isPlain),
      edgeName: (edge: ChainEdge) => edgeName(edge, chain, isPlain),
      isPlain,
      scale,
      tokens,
    };
  }, [chain, interventions, selected, cursor, hovered, beforeName, afterName, scale, tokens, isPlain]);
  return (
    <figure>
      <ChainFigure
        chain={chain}
        width={width}
        options={options}
        actions={actions}
        label={`Chain of ${title}: four stages from the prompt to the prediction`}
      />
      <figcaption className="chain-legend">
        <span className="edge-key for">towards where the receiver stands</span>
        <span className="edge-key against">against it</span>
        <span>width: {widthText(chain)}</span>
        <span>{isPlain ? plainNumbersKey : FULL_NUMBERS}</span>
        {isMeasured(chain) && <span>{isPlain ? plainMeasuredKey : measuredKey}</span>}
      </figcaption>
    </figure>
  );
}
