import type { ComponentType } from "react";
import type { ViewName } from "#state/finding.ts";
import { ChainPanel } from "../chain/ChainPanel.tsx";
import { ExperimentsPanel } from "../experiments/ExperimentsPanel.tsx";
import { HeadsPanel } from "../heads/HeadsPanel.tsx";
import { LabPanel } from "../lab/LabPanel.tsx";
import { NeuronsPanel } from "../neurons/NeuronsPanel.tsx";

export interface Tab {
  readonly view: ViewName;
  readonly label: string;
  /** Pressed after `g`. */
  readonly key: string;
  readonly Panel: ComponentType;
}

/** The evidence, one tab per kind. */
export const TABS: readonly Tab[] = [
  { view: "heads", label: "Heads", key: "h", Panel: HeadsPanel },
  { view: "chain", label: "Chain", key: "c", Panel: ChainPanel },
  { view: "neurons", label: "Neurons", key: "n", Panel: NeuronsPanel },
  { view: "lab", label: "Lab", key: "l", Panel: LabPanel },
  { view: "experiments", label: "Experiments", key: "e", Panel: ExperimentsPanel },
];
