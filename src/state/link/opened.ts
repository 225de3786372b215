import { createStore } from "zustand/vanilla";
import { MAIN_REVISION } from "#model/checkpoint.ts";
import { DEFAULT_DTYPE, usualDtype } from "#model/gguf/source.ts";
import { FIRST_LOOK } from "../first-look/first-look.ts";
import { adapter, NO_ADAPTER } from "../model/adapter.ts";
import { dropWhatDoesNotFit, loadModel, stopLoading } from "../model/loading.ts";
import { model } from "../model/model.ts";
import type { ModelChoice, ModelState } from "../model/model.ts";
import { dismiss } from "../notices.ts";
import { question, replaceQuestion } from "../question.ts";
import { clearResults } from "../run/results.ts";
import { DEFAULT_SORT, select, view } from "../view.ts";
import { DEFAULT_CHAIN, DEFAULT_READING } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** The finding that the page was opened with, or opened last; none for the first look. */
export const opened = createStore<{ readonly finding: Finding | undefined }>(() => ({ finding: undefined }));

/** The page without a link: what reads links is no part of it. */
export function openFirstLook(shipped: readonly ModelChoice[]): void {
  takeQuestion(FIRST_LOOK);
  opened.setState({ finding: undefined });
  leaveOffer();
  takeView(FIRST_LOOK);
  const first = shipped.find(({ id }) => id === FIRST_LOOK.model);
  if (first) openChoice(first, shipped);
}

/** Takes over what a finding asks, whichever model it is asked of. */
export function takeQuestion(finding: Finding): void {
  dismiss("link");
  dismiss("interventions"); // of the finding before
  opened.setState({ finding });
  const { prompt, target, interventions, ablationSource, variant = "base" } = finding;
  // without an adapter there is no other variant to speak of
  const known = finding.adapter === undefined ? "base" : variant;
  replaceQuestion({ prompt, target, interventions, ablationSource, variant: known });
}

/** Takes over how a finding is looked at. */
export function takeView(finding: Finding): void {
  view.setState({
    tab: finding.view,
    sort: finding.sort ?? DEFAULT_SORT,
    hovered: undefined,
    isNumbersLinked: finding.isForResearchers ?? false,
    chain: { ...DEFAULT_CHAIN, ...finding.chain },
    reading: { ...DEFAULT_READING, ...finding.reading },
  });
  select(finding.selected);
}

/** What another link offered is not on offer here. */
export function leaveOffer(): void {
  if (adapter.getState().status.kind === "offered") adapter.setState(NO_ADAPTER, true);
}

/**
 * The models that come with the page are loaded unasked; any other is only offered, so that a link by itself never starts a download from
 * elsewhere.
 */
export function openChoice(
  choice: ModelChoice,
  shipped: readonly ModelChoice[],
  dtype = usualDtype(choice.source),
): void {
  const now = model.getState();
  const isHere = choice.id === now.choice?.id && isAt(choice.revision, now) && dtype === now.dtype;
  if (isHere && now.status.kind === "ready" && now.info) dropWhatDoesNotFit(now.info);
  if (isHere && (now.status.kind === "ready" || now.status.kind === "loading")) return;
  if (shipped.includes(choice)) void loadModel(choice, { dtype });
  else {
    // a model of the link before would arrive in this one's place
    stopLoading();
    leaveFor({ choice, dtype, status: { kind: "offered" } });
  }
}

/** Numbers of the model before, of another prompt, are nothing to show beside what a link asks of a model that is not here. */
export function leaveFor(next: Partial<ModelState>): void {
  clearResults();
  model.setState(next);
}

/** A branch or tag that was loaded goes by its commit, but is still what a link to the branch asks for. */
const isAt = (revision: string | undefined, { choice, info }: ModelState) =>
  revision === choice?.revision ||
  (choice?.source.kind === "hub" &&
    info?.source.revision === choice.revision &&
    info?.source.requested === (revision ?? MAIN_REVISION));

/** Whether nothing was changed since the page opened without a link: its address then stays short. */
export function isFirstLook(): boolean {
  const { prompt, target, interventions, ablationSource } = question.getState();
  const { tab, selected } = view.getState();
  const { choice, dtype } = model.getState();
  return (
    prompt === FIRST_LOOK.prompt &&
    target === undefined &&
    interventions.length === 0 &&
    ablationSource === FIRST_LOOK.ablationSource &&
    tab === FIRST_LOOK.view &&
    selected === undefined &&
    adapter.getState().choice === undefined &&
    (choice?.id ?? FIRST_LOOK.model) === FIRST_LOOK.model &&
    dtype === DEFAULT_DTYPE
  );
}
