import type { Chain, ChainNode } from "#analysis/chain/chain.ts";
import { edgeKey } from "#analysis/chain/edges/chain-cuts.ts";
import { DataTable } from "../../shared/table/DataTable.tsx";
import { Value } from "../../shared/figure/Value.tsx";
import type { Unit } from "../../shared/figure/Value.tsx";
import { usePlain } from "../../shared/use-plain.ts";
import { plain } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { edgeTitle } from "../words/chain-words.ts";
import type { ShownChain } from "../shown-chains.ts";
import { CLAIMED, CLAIMED_NOW, SHARE, SHARE_NOW, edgeRows, measurements } from "../words/edge-columns.ts";
import type { EdgeRow } from "../words/edge-columns.ts";
import { Term } from "../../shared/words/ColumnHead.tsx";

interface FactProps {
  readonly name: string;
  readonly of: number | undefined;
  /** In the clean run, where another one is shown. */
  readonly was?: number | undefined;
  readonly as: Unit;
  /** Its unit stands behind it, or words say it; left out, so it is. */
  readonly hasUnit?: boolean;
}

/** A number with its name; nothing where it is not known. */
export function Fact({ name, of, was, as, hasUnit = true }: FactProps) {
  if (of === undefined) return null;
  return (
    <div>
      <dt>
        <Term label={name} />
      </dt>
      <dd>
        {was !== undefined && (
          <>
            <Value of={was} as={as} /> →{" "}
          </>
        )}
        <Value of={of} as={as} hasUnit={hasUnit} />
      </dd>
    </div>
  );
}

/** What a deep neuron’s own increase loses with the head off: a part of what it says itself, and not of the answer’s probability. */
export function LossWithoutHead({ of }: Pick<FactProps, "of">) {
  const isPlain = usePlain();
  const name = isPlain ? "of what it says itself, without the head" : "loses without the head";
  return <Fact name={name} of={of} as="effect" hasUnit={!isPlain} />;
}

/** What a node writes, in tokens, before and behind the attention that carries it on. */
export function NodeTokens({ node: { promotes, transformed } }: { readonly node: ChainNode }) {
  if (promotes.length === 0 && !transformed) return null;
  return (
    <dl className="chain-says">
      {promotes.length > 0 && (
        <div>
          <dt>
            <Term label="promotes" />
          </dt>
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
  readonly shown: Pick<ShownChain, "chain" | "clean">;
}

/** What a node gives and receives, each claim beside its measurement; where parts are ablated, what became of the claim. */
export function NodeEdges({ node, shown }: NodeEdgesProps) {
  const isPlain = usePlain();
  const { chain, clean } = shown;
  const edges = edgeRows(shown).filter(({ from, to }) => from === node.id || to === node.id);
  if (edges.length === 0) return null;
  return (
    <DataTable
      name="What it gives and receives"
      className="plain"
      columns={edgeColumns(clean, chain !== clean, isPlain)}
      rows={edges}
      keyOf={edgeKey}
    />
  );
}

const edgeColumns = (clean: Chain, isChanged: boolean, isPlain: boolean): readonly Column<EdgeRow>[] => [
  plain({ label: "edge" }, (edge) => edgeTitle(edge, clean)),
  plain({ label: "kind" }, ({ kind }) => kind),
  CLAIMED,
  SHARE,
  ...(isChanged ? [CLAIMED_NOW, SHARE_NOW] : []),
  ...measurements(clean, isPlain),
];
