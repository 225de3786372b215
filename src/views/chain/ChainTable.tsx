import { useState } from "react";
import type { Chain, ChainNode } from "#analysis/chain/chain.ts";
import { edgeKey } from "#analysis/chain/edges/chain-cuts.ts";
import { DataTable } from "../shared/table/DataTable.tsx";
import { forResearchers, measure, onScreen, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { WITHOUT_IT } from "../shared/words/effect-name.ts";
import { MAKES_THE_ANSWER } from "../shared/words/read-off.ts";
import { KIND_WORDS, nodeTitle, titleIn } from "./words/chain-words.ts";
import { CLAIMED, CLAIMED_NOW, SHARE, SHARE_NOW, edgeRows, measurements } from "./words/edge-columns.ts";
import type { EdgeRow } from "./words/edge-columns.ts";
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

/** A part in the clean run, and what it became where parts are ablated. */
interface PartRow extends ChainNode {
  readonly now: ChainNode | undefined;
}

function Parts({ shown: { chain, clean, title }, onSelect }: ChainTableProps) {
  const name = `Parts of the chain of ${title}`;
  const rows = clean.nodes.map((node) => ({ ...node, now: chain.nodes.find(({ id }) => id === node.id) }));
  return (
    <DataTable
      name={name}
      className="plain"
      caption={name}
      columns={partColumns(clean, chain !== clean, onSelect)}
      rows={rows}
      keyOf={({ id }) => id}
    />
  );
}

function partColumns(
  { tokens }: Chain,
  isChanged: boolean,
  onSelect: ChainTableProps["onSelect"],
): readonly Column<PartRow>[] {
  const ifChanged = (column: Column<PartRow>) => (isChanged ? [column] : []);
  return [
    {
      ...plain({ label: "part" }, nodeTitle),
      show: (node) =>
        node.kind === "prediction" ? (
          nodeTitle(node)
        ) : (
          <button type="button" className="link" onClick={() => onSelect(node.id)}>
            {nodeTitle(node)}
          </button>
        ),
    },
    plain({ label: "is" }, ({ kind }) => KIND_WORDS[kind]),
    {
      ...plain({ label: "at" }, ({ position }) => position),
      show: ({ position }) => (
        <>
          {position} <code>{tokens[position]?.text ?? ""}</code>
        </>
      ),
    },
    { ...plain({ label: "promotes" }, ({ promotes }) => tokensText(promotes)), className: "promotes" },
    { ...plain({ label: "behind attention" }, ({ transformed }) => tokensText(transformed)), className: "promotes" },
    {
      ...number<PartRow>("increase, nats", "increase", ({ contribution }) => contribution),
      plainly: { label: MAKES_THE_ANSWER },
    },
    ...ifChanged(number("now", "increase", ({ now }) => now?.contribution)),
    forResearchers(number("activation", "figures", ({ activation }) => activation)),
    ...ifChanged(forResearchers(number("now", "figures", ({ now }) => now?.activation))),
    {
      ...number<PartRow>("change, nats", "effect", ({ change }) => change),
      plainly: { label: "loses without the head" },
    },
    {
      ...number<PartRow>("effect, nats", "effect", ({ effect }) => effect),
      plainly: { label: WITHOUT_IT },
    },
  ];
}

function Edges({ chain, clean, title }: ShownChain) {
  const name = `Edges of the chain of ${title}`;
  return (
    <DataTable
      name={name}
      className="plain"
      caption={name}
      columns={edgeColumns(clean, chain !== clean, usePlain())}
      rows={edgeRows({ chain, clean })}
      keyOf={edgeKey}
    />
  );
}

const edgeColumns = (clean: Chain, isChanged: boolean, isPlain: boolean): readonly Column<EdgeRow>[] => [
  plain({ label: "from" }, ({ from }) => titleIn(clean, from)),
  plain({ label: "does" }, ({ kind }) => kind),
  plain({ label: "to" }, ({ to }) => titleIn(clean, to)),
  onScreen("from position", ({ position }) => position ?? "–"),
  CLAIMED,
  forResearchers(number("up", "figures", ({ up }) => up)),
  forResearchers(number("gate", "figures", ({ gate }) => gate)),
  SHARE,
  ...(isChanged ? [CLAIMED_NOW, SHARE_NOW] : []),
  ...measurements(clean, isPlain),
];

/** A number of the chain; a dash where it is not known. */
const number = <Row,>(label: string, as: Parameters<typeof measure<Row>>[1], of: (row: Row) => number | undefined) =>
  measure<Row>({ label }, as, (row) => of(row) ?? Number.NaN);

const tokensText = (tokens: Chain["tokens"] | undefined) => tokens?.map(({ text }) => text).join(" ") ?? "";
