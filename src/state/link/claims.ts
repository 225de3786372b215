import { withPaths } from "#analysis/chain/edges/chain-cuts.ts";
import { standingOf } from "./checking/answering.ts";
import { isSameQuestion } from "./checking/same-question.ts";
import { changedSettings } from "../chain-nodes.ts";
import { chainClaims, claimsEdges, verifyChain } from "./chain/chain-claims.ts";
import { experimentsDoor } from "../experiments/door.ts";
import { askedPatch, changedPatch, patchForm } from "../lab/patch-form.ts";
import { patchMeasured } from "./patch/patch-claims.ts";
import { discrepancies } from "./checking/circumstances.ts";
import type { Discrepancy } from "./checking/circumstances.ts";
import { shortContent } from "./finding.ts";
import type { ChainSettings, Claims, Finding, NamedNumber, ViewName } from "./finding.ts";
import { adapter, adapterName } from "../model/adapter.ts";
import { model } from "../model/model.ts";
import { question } from "../question.ts";
import type { Question } from "../question.ts";
import { chainKey, edgesKey } from "../run/later/chain-demands.ts";
import { predictionKey } from "../run/demands.ts";
import { comparisonKey } from "../run/later/neuron-demands.ts";
import { results } from "../run/results.ts";
import { isSameRun, modelNow } from "../subject.ts";
import type { Chain, Slot, Slots } from "../run/results.ts";
import { changedReading, measuredReading, readingClaims } from "./reading/reading-claims.ts";
import { opened } from "./opened.ts";
import { plotAsked } from "./plot-asked.ts";
import { asksTheSameMaps, mapsMeasured } from "./reading/map-claims.ts";
import { asksTheSameReading } from "./reading/check-reading.ts";
import { topMeasured } from "./neurons/top-claims.ts";
import { claimedAnswer, isOfTheSameModel } from "./checking/asks-the-same.ts";
import { CLAIMED_NEURONS } from "./shown-claims.ts";
import { verify } from "./checking/verification.ts";
import type { Verification } from "./checking/verification.ts";
import { isForResearchers, view } from "../view.ts";
import { openedWords } from "./words/opened-words.ts";

/** How the model that answers differs from what the opened finding is about; nothing as long as none answers. */
function openedDiscrepancies(finding: Finding): readonly Discrepancy[] {
  const ran = model.getState().status.kind === "ready" ? modelNow() : undefined;
  return ran ? discrepancies(finding, ran, question.getState().variant) : [];
}

/** How the weights that answer are others than those that the opened link is about, where it is about this model; sentences. */
export function otherWeights(finding: Finding): readonly string[] {
  if (finding.model !== model.getState().choice?.id) return [];
  const ofWeights = openedDiscrepancies(finding).filter(({ kind }) => kind !== "precision" && kind !== "variant");
  return ofWeights.map(({ sentence }) => sentence);
}

const patchNow = () => askedPatch(patchForm.getState(), question.getState().prompt);

/** Whether the patches that the page's form asks for are those that the finding is about. */
export const asksTheSamePatch = (finding: Finding): boolean =>
  isOfTheSameModel(finding, question.getState(), model.getState().choice?.id) &&
  isSameQuestion(finding, question.getState(), { kind: "patch", form: patchNow() });

/**
 * Whether the page asks for the chain that the finding is about. A chain's numbers are the clean run's, whatever is ablated, but each part's
 * effect is that of what stands in for it; how faint its edges are plays no part.
 */
export const asksTheSameChain = (
  finding: Finding,
  now: Question,
  { modelId, settings }: { readonly modelId: string | undefined; readonly settings: ChainSettings },
): boolean => isOfTheSameModel(finding, now, modelId) && isSameQuestion(finding, now, { kind: "chain", settings });

const attachedName = () => {
  const { choice } = adapter.getState();
  return choice && adapterName(choice);
};

/**
 * The numbers on the page that a link can claim.
 *
 * @param comparedNeurons rows of the comparison that have to be there; 0 for none
 * @returns undefined while one that the question needs is still being computed
 */
export function measuredClaims(slots: Slots, now: Question, comparedNeurons: number): Claims | undefined {
  const prediction = answerOf(slots.prediction, predictionKey(now));
  if (!prediction) return undefined;
  const { id: target, logProbability: baseline } = prediction.target;
  if (now.interventions.length === 0) return { baseline };
  const after = answerOf(slots.predictionAblated, predictionKey(now, target));
  if (!after) return undefined;
  const claims: Claims = { baseline, changed: after.target.logProbability };
  if (comparedNeurons === 0) return claims;
  const comparison = answerOf(slots.comparison, comparisonKey(now, target, comparedNeurons));
  if (!comparison) return undefined;
  const neurons = comparison.rows.map(({ layer, neuron, change }) => ({ at: { layer, neuron }, change }));
  return { ...claims, neurons };
}

/** The clean run's chain of this question, with its ablation-source, once all of it was computed here; with its edges once they all were measured. */
export function measuredChain(slots: Slots, now: Question, settings: ChainSettings): Chain | undefined {
  const prediction = answerOf(slots.prediction, predictionKey(now));
  if (!prediction || settings.published !== undefined) return undefined;
  const { variant = "base" } = now;
  const key = chainKey({ ...now, variant, target: prediction.target.id, interventions: [] }, settings);
  const chain = answerOf(slots.chain, key);
  const measured = answerOf(slots.chainEdges, edgesKey(key));
  return chain && measured ? withPaths(chain, measured.edges) : chain;
}

/** The whole answer to exactly this question, computed here. */
const answerOf = <T>(slot: Slot<T>, key: string): T | undefined =>
  slot.status === "done" && slot.answers === key && !slot.isRecorded ? slot.value : undefined;

/** What the page's own computation says to the claims of the answer; undefined while there is none that answers them. */
export function checkAnswer(finding: Finding, slots: Slots, now: Question, count: number): Verification | undefined {
  const { prediction: before, predictionAblated: after, comparison } = slots;
  const isChanged = now.interventions.length > 0;
  const measured = measuredClaims(slots, now, finding.expected.neurons ? count : 0);
  const isOfOneRun =
    !isChanged ||
    (isSameRun(before.about, after.about) && (!measured?.neurons || isSameRun(after.about, comparison.about)));
  const standing = standingOf(finding, {
    provenance: before.isRecorded ? "recorded" : "computed here",
    about: isChanged ? after.about : before.about,
    asked: { kind: "answer" },
  });
  return measured && isOfOneRun && standing.kind === "checks"
    ? verify(finding.expected, measured, standing.others, standing.blame)
    : undefined;
}

/** What the page's own computation says to the claims of the chain; undefined while there is none that answers them. */
export function checkChain(
  finding: Finding,
  slots: Slots,
  now: Question,
  settings: ChainSettings,
): Verification | undefined {
  const chain = measuredChain(slots, now, settings);
  const claimed = finding.expected.chain ?? [];
  // what is still to be measured, or was not asked for here, is no difference
  if (claimsEdges(claimed) && !chain?.edges.some(({ path }) => path)) return undefined;
  const standing = standingOf(finding, {
    provenance: slots.chain.isRecorded ? "recorded" : "computed here",
    about: slots.chain.about,
    asked: { kind: "chain", settings },
  });
  return chain && standing.kind === "checks" ? verifyChain(claimed, chain, standing.others, standing.blame) : undefined;
}

/**
 * What a link to the page as it stands says. Numbers that were measured here go with the content, the precision and the revision that
 * they were measured on; numbers that the opened link claimed stay claims about what that link named, and are left out where a person
 * has chosen another precision or revision since.
 */
export function currentFinding(isWithClaims: boolean): Finding | undefined {
  const { choice, dtype } = model.getState();
  if (!choice) return undefined;
  const { prompt, target, interventions, variant, ablationSource } = question.getState();
  const lora = attachedName();
  const shown = view.getState();
  const { tab, selected, sort, chain, reading } = shown;
  const changed = changedSettings(chain);
  const read = tab === "heads" ? changedReading(reading) : undefined;
  const experiment = tab === "experiments" ? experimentsDoor()?.asked() : undefined;
  const result = tab === "experiments" ? experimentsDoor()?.named() : undefined;
  const { expected, content, adapterContent, agreement } = claimsNow(tab, isWithClaims);
  return {
    model: choice.id,
    ...(choice.revision !== undefined && { revision: choice.revision }),
    ...(content !== undefined && { content }),
    dtype,
    ...(lora !== undefined && { adapter: lora }),
    ...(lora !== undefined && adapterContent !== undefined && { adapterContent }),
    ...(variant === "adapted" && { variant }),
    ...(agreement !== undefined && { agreement }),
    ...(isForResearchers(shown) && { isForResearchers: true }),
    prompt,
    ...(target !== undefined && { target }),
    interventions,
    ...(ablationSource && { ablationSource }),
    view: tab,
    ...(selected && { selected }),
    ...(tab === "neurons" && { sort }),
    ...(changed && { chain: changed }),
    ...(read && { reading: read }),
    ...(tab === "patch" && { patch: changedPatch(patchNow()) }),
    ...(tab === "lab" && plotAsked()),
    ...(experiment && { experiment }),
    ...(result && { result }),
    expected,
    ...openedWords(),
    unknown: opened.getState().finding?.unknown ?? [],
  };
}

type ClaimedOf = Pick<Finding, "content" | "adapterContent" | "agreement">;

/** The numbers that a link carries, the contents that they are claimed of, and how near to float64 they were computed. */
function claimsNow(tab: ViewName, isWithClaims: boolean): Pick<Finding, "expected"> & ClaimedOf {
  const { finding } = opened.getState();
  const others = finding ? openedDiscrepancies(finding) : [];
  const own: Claims = isWithClaims ? measuredHere(tab) : {};
  const isOwn = Object.keys(own).length > 0;
  // beside own numbers stay none of a link's that may be of another question
  const isOfWhole = finding?.expected.unreadAsked === undefined || !isOwn;
  // own numbers are of the content that is here; a link's numbers stay beside them where that is what it names
  const isCarried = isOfWhole && others.every(({ kind }) => !isOwn && (kind === "content" || kind === "adapter"));
  const carried: Claims = finding && isCarried ? claimedNow(finding, tab) : {};
  const isOfLink = !isOwn && finding !== undefined && Object.keys(carried).length > 0;
  const agreement = isOwn ? modelNow()?.agreement : undefined;
  // who hands on numbers of their own answers for those, not for what nobody could read
  const { unread: _, unreadAsked: __, ...readable } = carried;
  return {
    expected: { ...(isOwn ? readable : carried), ...own },
    ...(isOfLink ? claimedOf(finding) : { ...contentsHere(), ...(agreement !== undefined && { agreement }) }),
  };
}

const claimedOf = ({ content, adapterContent, agreement }: Finding): ClaimedOf => ({
  ...(content !== undefined && { content }),
  ...(adapterContent !== undefined && { adapterContent }),
  ...(agreement !== undefined && { agreement }),
});

function contentsHere(): ClaimedOf {
  const { info, status } = model.getState();
  const { status: attached } = adapter.getState();
  return {
    ...(info && status.kind === "ready" && { content: shortContent(info.content) }),
    ...(attached.kind === "attached" && { adapterContent: shortContent(attached.info.content) }),
  };
}

/** All that the opened finding claims of what the page asks; with how much of it could not be read, which goes wherever any of its numbers go. */
function claimedNow(finding: Finding, tab: ViewName): Claims {
  const now = question.getState();
  const settings = view.getState().chain;
  const modelId = model.getState().choice?.id;
  const { experiment, chain, reading, patch, maps, unread, unreadAsked } = finding.expected;
  const isReading = tab === "heads" && reading && asksTheSameReading(finding, now, modelId);
  const isChain = tab === "chain" && chain && asksTheSameChain(finding, now, { modelId, settings });
  const isExperiment = tab === "experiments" && experiment && asksTheSameExperiment(finding);
  const carried: Claims = {
    ...claimedAnswer(finding),
    ...(isExperiment && { experiment }),
    ...(isChain && { chain }),
    ...(isReading && { reading }),
    ...(tab === "heads" && maps && asksTheSameMaps(finding) && { maps }),
    ...(tab === "patch" && patch && asksTheSamePatch(finding) && { patch }),
  };
  if (Object.keys(carried).length === 0) return carried;
  return { ...carried, ...(unread !== undefined && { unread }), ...(unreadAsked !== undefined && { unreadAsked }) };
}

/** All that was measured here of what the page asks. */
function measuredHere(tab: ViewName): Claims {
  const experiment = tab === "experiments" ? experimentsDoor()?.measured() : undefined;
  const chain = tab === "chain" ? chainMeasured() : undefined;
  const reading = tab === "heads" ? readingMeasured() : undefined;
  const patch = tab === "patch" ? patchMeasured() : undefined;
  const slots = results.getState();
  const now = question.getState();
  const { count, reading: look } = view.getState();
  const isTopShown = tab === "neurons" && now.interventions.length === 0;
  const topNeurons = isTopShown ? topMeasured(slots, now, count) : undefined;
  const maps = tab === "heads" ? mapsMeasured(slots, now, look) : undefined;
  return {
    ...answerMeasured(),
    ...(experiment && { experiment }),
    ...(chain && { chain }),
    ...(reading && { reading }),
    ...(patch && { patch }),
    ...(topNeurons && { topNeurons }),
    ...(maps && { maps }),
  };
}

function asksTheSameExperiment(finding: Finding): boolean {
  const form = experimentsDoor()?.asked();
  const now = question.getState();
  return (
    form !== undefined &&
    isOfTheSameModel(finding, now, model.getState().choice?.id) &&
    isSameQuestion(finding, now, { kind: "experiment", form })
  );
}

function chainMeasured(): readonly NamedNumber[] | undefined {
  const own = measuredChain(results.getState(), question.getState(), view.getState().chain);
  return own && chainClaims(own);
}

function readingMeasured(): readonly NamedNumber[] | undefined {
  const { reading } = view.getState();
  const numbers = measuredReading(results.getState(), question.getState(), reading);
  return numbers && readingClaims(numbers, reading);
}

function answerMeasured(): Claims {
  const slots = results.getState();
  const { tab, count } = view.getState();
  const now = question.getState();
  const whole = tab === "neurons" ? measuredClaims(slots, now, count) : undefined;
  const own = whole ?? measuredClaims(slots, now, 0);
  return own?.neurons ? { ...own, neurons: own.neurons.slice(0, CLAIMED_NEURONS) } : (own ?? {});
}
