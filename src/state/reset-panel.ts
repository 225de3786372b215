import { experimentsDoor } from "./experiments/door.ts";
import { patchForm } from "./lab/patch-form.ts";
import { dropTool } from "./lab/tools.ts";
import { DEFAULT_CHAIN, DEFAULT_PATCH, DEFAULT_READING } from "./link/finding.ts";
import type { ViewName } from "./link/finding.ts";
import { DEFAULT_SORT, view } from "./view.ts";

/**
 * Puts the settings of a tab back to how they begin; prompt, parts that are ablated and results stay, but for what a person had made to be
 * shown there: an experiment's result, a map of patches.
 */
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
  if (tab === "patch") {
    // the form first: a link's patches are made again while it asks for them
    patchForm.setState(DEFAULT_PATCH, true);
    dropTool("patch");
  }
}
