import type { Chain, ChainEdge } from "#analysis/chain/chain.ts";
import { forResearchers, onScreen, plain } from "../../shared/table/columns.tsx";
import type { Column } from "../../shared/table/columns.tsx";
import { claimText, measuredText, pathText, shareText } from "./chain-words.ts";

/** What is claimed of an edge, in the unit of its kind. */
export const CLAIMED: Column<ChainEdge> = {
  ...forResearchers(onScreen("claimed", claimText)),
  title: ({ claimed }) => claimed?.toString(),
};

export const SHARE: Column<ChainEdge> = onScreen("share", ({ share }) => shareText(share));

/** What was measured of an edge beside its claim; a published chain has only what its paper says. */
export const measurements = ({ provenance }: Chain, isPlain: boolean): readonly Column<ChainEdge>[] => [
  plain({ label: "measured without the sender" }, (edge) => measuredText(edge, isPlain)),
  ...(provenance.kind === "computed"
    ? [
        {
          ...plain({ label: "measured, this edge alone cut" }, (edge: ChainEdge) => pathText(edge, isPlain)),
          title: ({ path }: ChainEdge) => path?.effect.toString(),
        },
      ]
    : []),
];
