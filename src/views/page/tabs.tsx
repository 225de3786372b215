import type { ComponentType } from "react";
import type { ViewName } from "#state/link/finding.ts";
import { HeadsPanel } from "../heads/HeadsPanel.tsx";
import { later } from "../shared/later.tsx";

export interface Tab {
  readonly view: ViewName;
  readonly label: string;
  /** Pressed after `g`. */
  readonly key: string;
  readonly Panel: ComponentType;
  /** Before it is tried again: has its chunk fetched anew. */
  readonly renew?: () => void;
}

/** The panels that the first heatmap does not need, each a chunk of its own. */
const LATER = {
  chain: later(async () => (await import("../chain/ChainPanel.tsx")).ChainPanel),
  neurons: later(async () => (await import("../neurons/NeuronsPanel.tsx")).NeuronsPanel),
  patch: later(async () => (await import("../patch/PatchPanel.tsx")).PatchPanel),
  lab: later(async () => (await import("../lab/LabPanel.tsx")).LabPanel),
  experiments: later(async () => (await import("../experiments/ExperimentsPanel.tsx")).ExperimentsPanel),
} as const;

/** The evidence, one tab per kind. */
export const TABS: readonly Tab[] = [
  { view: "heads", label: "Heads", key: "h", Panel: HeadsPanel },
  { view: "chain", label: "Chain", key: "c", ...LATER.chain },
  { view: "neurons", label: "Neurons", key: "n", ...LATER.neurons },
  { view: "patch", label: "Patch", key: "p", ...LATER.patch },
  { view: "lab", label: "Lab", key: "l", ...LATER.lab },
  { view: "experiments", label: "Experiments", key: "e", ...LATER.experiments },
];
