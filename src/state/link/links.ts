import { grouped } from "#core/grouped.ts";
import { MAIN_REVISION } from "#model/checkpoint.ts";
import { DEFAULT_DTYPE, usualDtype } from "#model/gguf/source.ts";
import { currentFinding, opened } from "./claims.ts";
import { editExperiment } from "../experiments/form/form.ts";
import { BUNDLED_MODEL, DEFAULT_CHAIN, DEFAULT_PATCH, DEFAULT_READING, NO_FINDING, folderNamed } from "./finding.ts";
import { patchForm } from "../lab/patch-form.ts";
import type { Finding } from "./finding.ts";
import { adapter } from "../model/adapter.ts";
import { openAdapter } from "../model/attaching.ts";
import { dropWhatDoesNotFit, loadModel } from "../model/loading.ts";
import { choiceNamed, model } from "../model/model.ts";
import type { ModelChoice, ModelState } from "../model/model.ts";
import { dismiss, notify } from "../notices.ts";
import { MAX_READ_CHARACTERS, decodeFinding, encodeFinding, linkedCharacters, readableFragment } from "./permalink.ts";
import { question, replaceQuestion } from "../question.ts";
import { clearResults } from "../run/results.ts";
import { DEFAULT_SORT, select, view } from "../view.ts";

/** What the page opens with when no link says otherwise. */
const FIRST_PROMPT = "3+5=";

/**
 * Restores all that a link holds. The models that come with the page are loaded unasked; any other is only offered,
 * so that a link by itself never starts a download from elsewhere.
 *
 * @param fragment with or without its "#"; "" is the page's first look
 */
export function openLink(fragment: string, shipped: readonly ModelChoice[]): void {
  const { finding: read, notices } = decodeFinding(fragment);
  const isBlank = fragment.replace(/^#/, "") === "";
  const finding = isBlank ? { ...read, prompt: FIRST_PROMPT } : read;
  if (notices.length > 0) notify("link", asOneNotice(notices));
  else dismiss("link");
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
  view.setState({
    tab: finding.view,
    sort: finding.sort ?? DEFAULT_SORT,
    hovered: undefined,
    chain: { ...DEFAULT_CHAIN, ...finding.chain },
    reading: { ...DEFAULT_READING, ...finding.reading },
  });
  select(finding.selected);
  if (finding.patch) patchForm.setState({ ...DEFAULT_PATCH, ...finding.patch }, true);
  if (finding.experiment) editExperiment(finding.experiment);
  openModel(finding, shipped);
}

/** Each sentence names its area, the notice names it once. */
const asOneNotice = (sentences: readonly string[]) =>
  `link: ${sentences.map((sentence) => sentence.replace(/^link: /, "")).join(". ")}`;

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

let isTooLong = false;

/**
 * The fragment for the address bar: what is shown, and the claims of the opened link while they still apply. Texts that no link can carry are
 * left out, which is said once.
 */
export function currentFragment(): string | undefined {
  const finding = currentFinding(false);
  if (!finding) return undefined;
  const fragment = readableFragment(finding);
  const wasTooLong = isTooLong;
  isTooLong = fragment === undefined;
  if (isTooLong && !wasTooLong) notify("address", tooLongSentence(finding));
  if (!isTooLong && wasTooLong) dismiss("address");
  return fragment ?? encodeFinding(withoutTexts(finding));
}

/** A target and claims are about a prompt, and go with it. */
function withoutTexts({
  target: _target,
  ablationSource: _ablationSource,
  patch: _patch,
  ...others
}: Finding): Finding {
  return { ...others, prompt: "", expected: {} };
}

const tooLongSentence = (finding: Finding) =>
  `What is asked is too long for a link: its texts have ${grouped(linkedCharacters(finding))} characters, and a link of at most ${grouped(MAX_READ_CHARACTERS)} is read, escapes included. The address leaves them out; a reload begins without them.`;

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
