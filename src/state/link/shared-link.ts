import { withPaths } from "#analysis/chain/edges/chain-cuts.ts";
import { changedReading } from "./reading/reading-claims.ts";
import { changedSettings } from "../chain-nodes.ts";
import { currentFinding } from "./claims.ts";
import { claimsAbout, findingOf } from "./shown-claims.ts";
import { experimentsDoor } from "../experiments/door.ts";
import { chainClaims } from "./chain/chain-claims.ts";
import { topClaimsAbout } from "./neurons/top-claims.ts";
import { mapClaimsAbout } from "./reading/map-claims.ts";
import { patchClaims } from "./patch/patch-claims.ts";
import { askedPatch, changedPatch, patchForm } from "../lab/patch-form.ts";
import { plotNow } from "../lab/plot-form.ts";
import { lab } from "../lab/tools.ts";
import type { DrawnPatch } from "../lab/tools.ts";
import type { ChainSettings, Finding, NamedNumber } from "./finding.ts";
import { model } from "../model/model.ts";
import { readableFragment } from "./permalink.ts";
import { question } from "../question.ts";
import { chainKey, edgesKey } from "../run/later/chain-demands.ts";
import { results } from "../run/results.ts";
import type { Slots } from "../run/results.ts";
import { isSameSubject } from "../subject.ts";
import type { Subject } from "../subject.ts";
import { isForResearchers, view } from "../view.ts";

/** What is handed on as a link: with the numbers measured here, for whoever opens it to check. */
export interface SharedFinding {
  readonly finding: Finding;
  /** What is asked now has no answer yet, or none at all: this is what is shown, and was asked before. */
  readonly isEarlier: boolean;
}

/** The last valid finding; undefined where a prompt has no answer and nothing was answered before. */
export function sharedFinding(): SharedFinding | undefined {
  const now = currentFinding(true);
  const slots = results.getState();
  const shown = shownSubject(slots);
  const finding =
    shown && isAskedNow(shown) ? now : shown ? earlierFinding(shown, slots) : isAskable(slots) ? now : undefined;
  if (!finding) return undefined;
  const experiment = view.getState().tab === "experiments" ? experimentsDoor()?.earlier() : undefined;
  return {
    finding: experiment
      ? { ...finding, ...experiment, expected: { ...finding.expected, ...experiment.expected } }
      : finding,
    isEarlier: finding !== now || experiment !== undefined,
  };
}

/** The fragment to hand on; undefined where there is none, or it is too long to be read again. */
export function sharedFragment(): string | undefined {
  const shared = sharedFinding();
  return shared && readableFragment(shared.finding);
}

/** What the prediction on the page is about: with what is ablated, where that run is shown. */
function shownSubject({ prediction: before, predictionAblated: after }: Slots): Subject | undefined {
  const isChanged = question.getState().interventions.length > 0;
  const isAfterShown = isChanged && after.value && after.about && isOfShownRun(before.about, after.about);
  return isAfterShown ? after.about : before.about;
}

/** Of one run, whatever is ablated in it. */
const isOfShownRun = (before: Subject | undefined, after: Subject) =>
  isSameSubject(before, { ...after, interventions: [], ablationSource: undefined });

/** Whether the question as it stands is the one that was answered. */
function isAskedNow(shown: Subject): boolean {
  const { prompt, target, variant = "base", interventions, ablationSource } = question.getState();
  const { choice, dtype } = model.getState();
  const isModel =
    choice?.id === shown.model.id &&
    (shown.model.recordedBy !== undefined || (choice.revision === shown.model.revision && dtype === shown.model.dtype));
  return isModel && isSameSubject(shown, { ...shown, prompt, target, variant, interventions, ablationSource });
}

/** A question that nobody has answered yet, as of a link whose model is still to load; not one that was refused. */
const isAskable = ({ prediction }: Slots) => question.getState().prompt !== "" && prediction.status !== "failed";

function earlierFinding(shown: Subject, slots: Slots): Finding {
  const now = view.getState();
  const { tab, selected, sort, chain, reading } = now;
  const settings = changedSettings(chain);
  const read = tab === "heads" ? changedReading(reading) : undefined;
  const patches = tab === "patch" ? patchAbout(shown) : undefined;
  const plot = plotNow();
  return {
    ...findingOf(shown),
    ...(isForResearchers(now) && { isForResearchers: true }),
    view: tab,
    ...(selected && { selected }),
    ...(tab === "neurons" && { sort }),
    ...(settings && { chain: settings }),
    ...(read && { reading: read }),
    ...(tab === "patch" && {
      patch: changedPatch(patches?.asked ?? askedPatch(patchForm.getState(), shown.prompt)),
    }),
    ...(tab === "lab" && plot && { plot }),
    expected: {
      ...claimsAbout(shown, slots),
      ...(tab === "chain" && { chain: chainClaimsAbout(shown, slots, chain) }),
      ...(patches && { patch: patchClaims(patches) }),
      ...(tab === "neurons" && { topNeurons: topClaimsAbout(shown, slots) }),
      ...(tab === "heads" && { maps: mapClaimsAbout(shown, slots, reading) }),
    },
  };
}

/** The patches that were made of this prompt and this model, whole. */
function patchAbout({ prompt, variant, model: of }: Subject): DrawnPatch | undefined {
  const { value, about } = lab.getState().patch;
  const isOfIt =
    value?.isWhole &&
    value.prompt === prompt &&
    about?.variant === variant &&
    about.model.content === of.content &&
    about.model.dtype === of.dtype;
  return isOfIt ? value : undefined;
}

/** Of the whole chain of the same run, put together under the settings as they stand. */
function chainClaimsAbout(
  shown: Subject,
  { chain, chainEdges }: Slots,
  settings: ChainSettings,
): readonly NamedNumber[] {
  const { value, status, answers } = chain;
  const { token, target: _, ...asked } = shown;
  if (!value || !token || status !== "done" || settings.published !== undefined) return [];
  if (answers !== chainKey({ ...asked, target: token.id, interventions: [] }, settings)) return [];
  const isMeasured = settings.isMeasured && chainEdges.status === "done" && chainEdges.answers === edgesKey(answers);
  return chainClaims(isMeasured ? withPaths(value, chainEdges.value!.edges) : value);
}
