import { lazy } from "react";
import type { ComponentType } from "react";
import type { ViewName } from "#state/finding.ts";
import { HeadsPanel } from "../heads/HeadsPanel.tsx";

export interface Tab {
  readonly view: ViewName;
  readonly label: string;
  /** Pressed after `g`. */
  readonly key: string;
  readonly Panel: ComponentType;
}

/** The modules of the panels that the first heatmap does not need, each a chunk of its own. */
const LATER = {
  chain: () => import("../chain/ChainPanel.tsx"),
  neurons: () => import("../neurons/NeuronsPanel.tsx"),
  lab: () => import("../lab/LabPanel.tsx"),
  experiments: () => import("../experiments/ExperimentsPanel.tsx"),
} as const;

/** The evidence, one tab per kind. */
export const TABS: readonly Tab[] = [
  { view: "heads", label: "Heads", key: "h", Panel: HeadsPanel },
  { view: "chain", label: "Chain", key: "c", Panel: lazy(async () => ({ default: (await LATER.chain()).ChainPanel })) },
  {
    view: "neurons",
    label: "Neurons",
    key: "n",
    Panel: lazy(async () => ({ default: (await LATER.neurons()).NeuronsPanel })),
  },
  { view: "lab", label: "Lab", key: "l", Panel: lazy(async () => ({ default: (await LATER.lab()).LabPanel })) },
  {
    view: "experiments",
    label: "Experiments",
    key: "e",
    Panel: lazy(async () => ({ default: (await LATER.experiments()).ExperimentsPanel })),
  },
];

/**
 * The panels’ chunks are fetched while nobody waits for them, so that a tab opens at once and also without a network. One that does not
 * arrive is asked for again by its tab.
 */
export function fetchPanelsWhenIdle(): void {
  const fetchAll = () => void Promise.allSettled(Object.values(LATER).map((panel) => panel()));
  // Safari has no requestIdleCallback
  if ("requestIdleCallback" in globalThis) requestIdleCallback(fetchAll, { timeout: 5_000 });
  else setTimeout(fetchAll, 2_000);
}
