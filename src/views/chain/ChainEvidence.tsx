import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { largestIncrease } from "#charts/chain/chain-marks.ts";
import type { ChainNode } from "#analysis/chain/chain.ts";
import { partOf } from "#state/chain-nodes.ts";
import type { PublishedName } from "#state/link/finding.ts";
import { samePart } from "#state/question.ts";
import { select as selectPart, view } from "#state/view.ts";
import { PublishedFigures } from "../experiments/published/PublishedFigures.tsx";
import "../experiments/experiments.css";
import { Exports } from "../exports/Exports.tsx";
import { useFigure } from "../exports/use-figure.ts";
import { Prose } from "../guide/Term.tsx";
import { Method } from "../shared/Method.tsx";
import { SelectedCard } from "../inspector/Inspector.tsx";
import { ChainColumn } from "./ChainColumn.tsx";
import { ChainTable } from "./ChainTable.tsx";
import { InChain } from "./node/InChain.tsx";
import { StageList } from "./StageList.tsx";
import { chainFigure } from "./chain-figure-now.ts";
import { publishedTables } from "./published/published-tables.ts";
import type { ShownChain } from "./shown-chains.ts";
import { emptySentence } from "./words/stage-sentences.ts";

interface ChainEvidenceProps {
  /** One chain, or two beside each other on one scale. */
  readonly shown: readonly ShownChain[];
  /** Said below them. */
  readonly lines: readonly string[];
  /** The record that it is, in place of a chain of the model. */
  readonly published?: PublishedName;
}

/** The drawings, what they say, how they were made, and all of it as files. */
export function ChainEvidence({ shown, lines, published }: ChainEvidenceProps) {
  const threshold = useStore(view, (state) => state.chain.leastShare);
  const [selected, select] = useSelection(shown);
  const isCompared = shown.length > 1;
  const selectId = (id: string) => {
    const found = shown.flatMap(({ chain }) => chain.nodes).find((node) => node.id === id);
    if (found) select(found);
  };
  const scale = useMemo(
    () => ({ threshold, limit: largestIncrease(shown.map(({ clean }) => clean)) }),
    [threshold, shown],
  );
  const { drawn } = useFigure(chainFigure);
  const columns = isCompared ? "chain-columns" : "";
  const kept = shown.flatMap(({ chain }) => chain.nodes).find(({ id }) => id === selected);
  // one card: a head or neuron of the model has the page's, everything else the chain's own
  const isOfModel = published === undefined && (!kept || partOf(kept) !== undefined);
  return (
    <>
      <div className={columns}>
        {shown.map((each, index) => (
          <ChainColumn
            key={index === 0 ? "own" : "other"}
            shown={each}
            scale={scale}
            isCompared={isCompared}
            selected={selected}
            onSelect={select}
          />
        ))}
      </div>
      {isOfModel && <SelectedCard>{kept && <InChain shown={shown} id={kept.id} />}</SelectedCard>}
      <div className={columns}>
        {shown.map(
          (each, index) =>
            emptySentence(each.chain) === undefined && (
              <div key={index === 0 ? "own" : "other"} className="chain-column">
                <StageList chain={each.chain} title={each.title} isTitled={isCompared} />
                <ChainTable shown={each} onSelect={selectId} />
              </div>
            ),
        )}
      </div>
      <PublishedRows shown={shown} />
      {lines.map((line) => (
        <p key={line} className="says">
          <Prose>{line}</Prose>
        </p>
      ))}
      <footer className="panel-foot">
        <ChainMethod />
        <Exports drawn={drawn} />
      </footer>
    </>
  );
}

/** What the paper prints of the same parts, where a chain is of its prompt on its model. */
function PublishedRows({ shown }: Pick<ChainEvidenceProps, "shown">) {
  const tables = useMemo(() => publishedTables(shown[0]!), [shown]);
  return tables.length > 0 && <PublishedFigures tables={tables} />;
}

/**
 * What is kept is the page's selection where it is a head or a neuron, which the inspector shows too; attention layers and
 * words are kept here.
 */
function useSelection(shown: readonly ShownChain[]) {
  const part = useStore(view, (state) => state.selected);
  const [looked, setLooked] = useState<ChainNode>();
  const nodes = shown.flatMap(({ chain }) => chain.nodes);
  const isLooked = looked && (partOf(looked) === undefined || samePart(partOf(looked), part));
  const selected = isLooked ? looked.id : part && nodes.find((node) => samePart(partOf(node), part))?.id;
  const select = (node: ChainNode) => {
    const isLetGo = node.id === selected;
    setLooked(isLetGo ? undefined : node);
    selectPart(isLetGo ? undefined : partOf(node));
  };
  return [selected, select] as const;
}

function ChainMethod() {
  return (
    <Method page="logic-chain">
      Depth runs from left to right, positions are rows, the last row carries the prediction. The predicting head is the
      one whose loss costs log p(target) most, or the one that was chosen; deep neurons are those of its layer and above
      that lose most without it; what it reads is traced back along the keys of the lowest of them, through shallow
      attention to shallow neurons. A layer’s attention stands once for each position that it writes at, and has one
      switch and one effect. A claim is one direct path with every norm frozen: an inner product with the receiver’s
      keys (no unit), or into the prediction the log-probability increase in nats. A measurement switches the sender off
      at every position and lets all that comes later react. The two differ by nature and stand beside each other for
      that reason. Width is the share of what the receiver gets, or of the largest increase; blue is towards where the
      receiver stands, red and dashed against it. “Measure the edges” cuts each edge alone: its sender is taken away for
      this one receiver, as the chain takes parts away, everything else hears it as before, and from the receiver on the
      run is free; what that costs log p(target) is the edge’s, and edges do not add up. The number on a deep neuron is
      its increase, on any other part its effect: log p(target) as it is − with the part off, above 0 where it supports
      the target. With something switched off the parts stay, and activations, increases, claims and the prediction are
      that run’s; effects and measurements stay the clean run’s.
    </Method>
  );
}
