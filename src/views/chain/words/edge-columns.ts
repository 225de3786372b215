import type { Chain, ChainEdge } from "#analysis/chain/chain.ts";
import { forResearchers, onScreen, plain } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import type { ShownChain } from "../shown-chains.ts";
import { claimText, measuredText, pathText, shareText } from "./chain-words.ts";

/** An edge in the clean run, and what it became where parts are ablated. */
export interface EdgeRow extends ChainEdge {
  readonly now: ChainEdge | undefined;
}

/** The edges of a chain; one that is changed has those of the clean run, in the same order. */
export const edgeRows = ({ chain, clean }: Pick<ShownChain, "chain" | "clean">): readonly EdgeRow[] =>
  clean.edges.map((edge, index) => ({ ...edge, now: chain === clean ? undefined : chain.edges[index] }));

/** What is claimed of an edge, in the unit of its kind. */
export const CLAIMED: Column<ChainEdge> = {
  ...forResearchers(onScreen("claimed", claimText)),
  title: ({ claimed }) => claimed?.toString(),
};

export const SHARE: Column<ChainEdge> = onScreen("share", ({ share }) => shareText(share));

/** What became of both where parts are ablated: of a part that is off nothing arrives, which says nothing of the chain as it is. */
export const CLAIMED_NOW: Column<EdgeRow> = forResearchers(
  onScreen("claimed now", ({ now }: EdgeRow) => now && claimText(now)),
);
export const SHARE_NOW: Column<EdgeRow> = onScreen("share now", ({ now }) => shareText(now?.share));

/**
 * What was measured of an edge beside its claim; a published chain has only what its paper says. Edges are cut by whoever asks for the researcher’s
 * numbers: plainly there is no column of what nobody measured.
 */
export const measurements = ({ provenance, edges }: Chain, isPlain: boolean): readonly Column<ChainEdge>[] => [
  plain({ label: "measured without the sender" }, (edge) => measuredText(edge, isPlain)),
  ...(provenance.kind === "computed" && (!isPlain || edges.some(({ path }) => path))
    ? [
        {
          ...plain({ label: "measured, this edge alone cut" }, (edge: ChainEdge) => pathText(edge, isPlain)),
          title: ({ path }: ChainEdge) => path?.effect.toString(),
        },
      ]
    : []),
];
