import { experimentsDoor } from "./experiments/door.ts";
import { DEFAULT_CHAIN, DEFAULT_READING } from "./link/finding.ts";
import type { ViewName } from "./link/finding.ts";
import { DEFAULT_SORT, view } from "./view.ts";

/** How a tab is looked at goes back to how it begins; prompt, parts that are off and results stay, but for an experiment's that is shown. */
export function resetPanel(tab: ViewName): void {
  view.setState({
    selected: undefined,
    hovered: undefined,
    pinned: [],
    sort: DEFAULT_SORT,
    chain: DEFAULT_CHAIN,
    reading: DEFAULT_READING,
  });
  if (tab === "experiments") experimentsDoor()?.drop();
}
