import { MAIN_REVISION } from "#model/checkpoint.ts";
import { DEFAULT_DTYPE, usualDtype } from "#model/gguf/source.ts";
import { patchForm } from "../lab/patch-form.ts";
import { experimentsDoor } from "../experiments/door.ts";
import { adapter } from "../model/adapter.ts";
import { openAdapter } from "../model/attaching.ts";
import { dropWhatDoesNotFit, loadModel } from "../model/loading.ts";
import { choiceNamed, model } from "../model/model.ts";
import type { ModelChoice, ModelState } from "../model/model.ts";
import { dismiss, notify } from "../notices.ts";
import { question, replaceQuestion } from "../question.ts";
import { clearResults } from "../run/results.ts";
import { DEFAULT_SORT, select, view } from "../view.ts";
import { BUNDLED_MODEL, DEFAULT_CHAIN, DEFAULT_PATCH, DEFAULT_READING, NO_FINDING, folderNamed } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { opened } from "./opened.ts";

/** What the page opens with when no link says otherwise. */
const FIRST_PROMPT = "3+5=";

/** What reads links is no part of the first look. */
export function openFirstLook(shipped: readonly ModelChoice[]): void {
  openFinding({ ...NO_FINDING, prompt: FIRST_PROMPT }, shipped);
  opened.setState({ finding: undefined });
}

/**
 * Restores all that a finding holds. The models that come with the page are loaded unasked; any other is only offered, so that a link by
 * itself never starts a download from elsewhere.
 */
export function openFinding(finding: Finding, shipped: readonly ModelChoice[]): void {
  dismiss("link");
  dismiss("interventions"); // of the finding before
  opened.setState({ finding });
  const { prompt, target, interventions, ablationSource, variant = "base" } = finding;
  // without an adapter there is no other variant to speak of
  replaceQuestion({
    prompt,
    target,
    interventions,
    ablationSource,
    variant: finding.adapter === undefined ? "base" : variant,
  });
  openAdapter(finding.adapter);
  // nothing is computed until the adapter is there: what was shown before is no answer to this
  if (variant === "adapted" && adapter.getState().status.kind === "offered") clearResults();
  view.setState({
    tab: finding.view,
    sort: finding.sort ?? DEFAULT_SORT,
    hovered: undefined,
    chain: { ...DEFAULT_CHAIN, ...finding.chain },
    reading: { ...DEFAULT_READING, ...finding.reading },
  });
  select(finding.selected);
  if (finding.patch) patchForm.setState({ ...DEFAULT_PATCH, ...finding.patch }, true);
  if (finding.experiment) experimentsDoor()?.ask(finding.experiment);
  openModel(finding, shipped);
}

function openModel(finding: Finding, shipped: readonly ModelChoice[]): void {
  const choice = choiceNamed(finding.model, finding.revision, shipped);
  const now = model.getState();
  if (!choice) {
    // a model that an earlier link offered is not this link's either
    if (now.status.kind === "offered") leaveFor({ choice: undefined, status: { kind: "nothing" } });
    notify(
      "model",
      `The link is about the model “${folderNamed(finding.model) ?? finding.model}”, which is not on the web; open its folder to go on.`,
    );
    return;
  }
  const dtype = finding.dtype ?? usualDtype(choice.source);
  const isHere = choice.id === now.choice?.id && isAt(choice.revision, now) && dtype === now.dtype;
  if (isHere && now.status.kind === "ready" && now.info) dropWhatDoesNotFit(now.info);
  if (isHere && (now.status.kind === "ready" || now.status.kind === "loading")) return;
  if (shipped.includes(choice)) void loadModel(choice, { dtype });
  else leaveFor({ choice, dtype, status: { kind: "offered" } });
}

/** Numbers of the model before, of another prompt, are nothing to show beside what a link asks of a model that is not here. */
function leaveFor(next: Partial<ModelState>): void {
  clearResults();
  model.setState(next);
}

/** A branch or tag that was loaded goes by its commit, but is still what a link to the branch asks for. */
const isAt = (revision: string | undefined, { choice, info }: ModelState) =>
  revision === choice?.revision ||
  (choice?.source.kind === "hub" &&
    info?.source.revision === choice.revision &&
    info?.source.requested === (revision ?? MAIN_REVISION));

/** Nothing was changed since the page opened without a link: its address stays short. */
export function isFirstLook(): boolean {
  const { prompt, target, interventions, ablationSource } = question.getState();
  const { tab, selected } = view.getState();
  const { choice, dtype } = model.getState();
  return (
    prompt === FIRST_PROMPT &&
    target === undefined &&
    interventions.length === 0 &&
    ablationSource === undefined &&
    tab === NO_FINDING.view &&
    selected === undefined &&
    adapter.getState().choice === undefined &&
    (choice?.id ?? BUNDLED_MODEL) === BUNDLED_MODEL &&
    dtype === DEFAULT_DTYPE
  );
}
