import { MAIN_REVISION } from "#model/checkpoint.ts";
import { DEFAULT_PLOT, editPlot } from "../lab/forms.ts";
import { patchForm } from "../lab/patch-form.ts";
import { experimentsDoor } from "../experiments/door.ts";
import { adapter, isAttached, isLaidOver, showVariant } from "../model/adapter.ts";
import type { AdapterState } from "../model/adapter.ts";
import { leaveAttached } from "../model/attaching.ts";
import { adapterNamed, choiceNamed } from "../model/named.ts";
import { model } from "../model/model.ts";
import type { ModelChoice } from "../model/model.ts";
import { notify } from "../notices.ts";
import { clearResults } from "../run/results.ts";
import { DEFAULT_PATCH, folderNamed } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { leaveFor, leaveOffer, openChoice, takeQuestion, takeView } from "./opened.ts";

/**
 * Restores all that a finding holds.
 *
 * @param isModelChosen a person or a script chose a model since the link was called, and that one stays
 */
export function openFinding(finding: Finding, shipped: readonly ModelChoice[], isModelChosen = false): void {
  takeQuestion(finding);
  openAdapter(finding);
  // nothing is computed until the adapter is there: what was shown before is no answer to this
  if (finding.variant === "adapted" && !isAttached(adapter.getState())) clearResults();
  takeView(finding);
  if (finding.patch) patchForm.setState({ ...DEFAULT_PATCH, ...finding.patch }, true);
  if (finding.plot) editPlot({ ...DEFAULT_PLOT, ...finding.plot });
  if (finding.experiment) experimentsDoor()?.ask(finding.experiment);
  if (isModelChosen) return;
  const choice = choiceNamed(finding.model, finding.revision, shipped);
  if (choice) openChoice(choice, shipped, finding.dtype);
  else refuseModel(finding.model);
}

function refuseModel(id: string): void {
  // a model that an earlier link offered is not this link's either
  if (model.getState().status.kind === "offered") leaveFor({ choice: undefined, status: { kind: "nothing" } });
  notify(
    "model",
    `The link is about the model “${folderNamed(id) ?? id}”, which is not on the web; open its folder to go on.`,
  );
}

/**
 * A link's adapter is only offered, so that a link by itself never starts a download. One that lies over the link's model already, or is on its way to it, is
 * the link's; over another model it is another finding.
 */
function openAdapter({ adapter: named, model: over }: Finding): void {
  if (named === undefined) return leaveOffer();
  const now = adapter.getState();
  const choice = adapterNamed(named);
  if (choice && isAt(choice, now) && isLaidOver(now, over)) return;
  if (choice) {
    leaveAttached();
    adapter.setState({ choice, status: { kind: "offered" } });
  } else {
    showVariant("base");
    notify("adapter", `The link is about the adapter “${named}”, which is not on the web; open its folder to go on.`);
  }
}

/** A branch or tag that was attached goes by its commit, but is still what a link to the branch asks for. */
const isAt = ({ id, revision }: ModelChoice, { choice, status }: AdapterState) =>
  id === choice?.id &&
  (revision === choice.revision ||
    (status.kind === "attached" &&
      status.info.source.kind === "hub" &&
      status.info.source.requested === (revision ?? MAIN_REVISION)));
