import { createStore } from "zustand/vanilla";
import { isSameQuestion, standingOf } from "./answering.ts";
import type { Standing } from "./answering.ts";
import { changedSettings } from "../chain-view.ts";
import { chainClaims, verifyChain } from "./chain-claims.ts";
import { experimentClaims, verifyExperiment } from "../experiments/claims.ts";
import { experimentForm, writeForm } from "../experiments/form/form.ts";
import { experiments } from "../experiments/slots.ts";
import type { ExperimentSlot } from "../experiments/slots.ts";
import { askedPatch, changedPatch, patchForm } from "../lab/patch-form.ts";
import { patchMeasured } from "./patch/patch-claims.ts";
import { discrepancies } from "./circumstances.ts";
import type { Discrepancy } from "./circumstances.ts";
import { DEFAULT_READING, shortContent } from "./finding.ts";
import type { ChainSettings, Claims, Finding, NamedNumber, ViewName } from "./finding.ts";
import { adapter, adapterName, adapterNamed } from "../model/adapter.ts";
import { model } from "../model/model.ts";
import { question } from "../question.ts";
import type { Question } from "../question.ts";
import { chainKey } from "../run/chain-demands.ts";
import { afterKey, beforeKey, comparisonKey } from "../run/demands.ts";
import { results } from "../run/results.ts";
import { isSameRun, isSameSubject, modelNow } from "../subject.ts";
import type { Subject } from "../subject.ts";
import type { Chain, Slot, Slots } from "../run/results.ts";
import {
  changedReading,
  isSameReading,
  measuredReading,
  readingClaims,
  verifyReading,
} from "./reading/reading-claims.ts";
import { verify } from "./verification.ts";
import type { Verification } from "./verification.ts";
import { view } from "../view.ts";

/** Neurons whose change a link claims. */
const CLAIMED_NEURONS = 3;

/** The finding that the page was opened with, or opened last. */
export const opened = createStore<{ readonly finding: Finding | undefined }>(() => ({ finding: undefined }));

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

/** What the opened finding claims of the answer, as long as the page still asks what it asked. */
export function claimedAnswer(finding: Finding | undefined): Claims {
  if (!finding || !asksTheSame(finding, question.getState(), model.getState().choice?.id)) return {};
  const { experiment: _, chain: __, reading: ___, patch: ____, ...answer } = finding.expected;
  return answer;
}

const patchNow = () => askedPatch(patchForm.getState(), question.getState().prompt);

/** Whether the patches that the page's form asks for are those that the finding is about. */
export const asksTheSamePatch = (finding: Finding): boolean =>
  isOfTheSameModel(finding, question.getState(), model.getState().choice?.id) &&
  isSameQuestion(finding, question.getState(), { kind: "patch", form: patchNow() });

export const asksTheSame = (finding: Finding, now: Question, modelId: string | undefined): boolean =>
  isOfTheSameModel(finding, now, modelId) && isSameQuestion(finding, now, { kind: "answer" });

/** Whatever is asked of it. */
const isOfTheSameModel = (finding: Finding, now: Pick<Question, "variant">, modelId: string | undefined) =>
  finding.model === modelId &&
  (finding.variant ?? "base") === (now.variant ?? "base") &&
  (finding.variant !== "adapted" || isOfAdapter(finding));

/**
 * The same of the model's own chain. Its numbers are the clean run's, whatever is switched off, but each part's effect is that of what
 * stands in for it; how faint its edges are plays no part.
 */
export const asksTheSameChain = (
  finding: Finding,
  now: Question,
  { modelId, settings }: { readonly modelId: string | undefined; readonly settings: ChainSettings },
): boolean => isOfTheSameModel(finding, now, modelId) && isSameQuestion(finding, now, { kind: "chain", settings });

/** As with models, a branch counts as its commit: numbers that differ are found by their comparison. */
const isOfAdapter = ({ adapter: named }: Finding) =>
  named !== undefined && adapterNamed(named)?.id === adapter.getState().choice?.id;

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
  const before = answerOf(slots.before, beforeKey(now));
  if (!before) return undefined;
  const { id: target, logProbability: baseline } = before.target;
  if (now.interventions.length === 0) return { baseline };
  const after = answerOf(slots.after, afterKey(now, target));
  if (!after) return undefined;
  const claims: Claims = { baseline, changed: after.target.logProbability };
  if (comparedNeurons === 0) return claims;
  const comparison = answerOf(slots.comparison, comparisonKey(now, target, comparedNeurons));
  if (!comparison) return undefined;
  const neurons = comparison.rows.map(({ layer, neuron, change }) => ({ at: { layer, neuron }, change }));
  return { ...claims, neurons };
}

/** The clean run's chain of this question, with its ablation-source, once all of it was computed here. */
export function measuredChain(slots: Slots, now: Question, settings: ChainSettings): Chain | undefined {
  const before = answerOf(slots.before, beforeKey(now));
  if (!before || settings.published !== undefined) return undefined;
  const { variant = "base" } = now;
  return answerOf(slots.chain, chainKey({ ...now, variant, target: before.target.id, interventions: [] }, settings));
}

/** The whole answer to exactly this question, computed here. */
const answerOf = <T>(slot: Slot<T>, key: string): T | undefined =>
  slot.status === "done" && slot.answers === key && !slot.isRecorded ? slot.value : undefined;

/** What the page's own computation says to the claims of the answer; undefined while there is none that answers them. */
export function checkAnswer(finding: Finding, slots: Slots, now: Question, count: number): Verification | undefined {
  const { before, after, comparison } = slots;
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

/** The same of the chain. */
export function checkChain(
  finding: Finding,
  slots: Slots,
  now: Question,
  settings: ChainSettings,
): Verification | undefined {
  const chain = measuredChain(slots, now, settings);
  const standing = standingOf(finding, {
    provenance: slots.chain.isRecorded ? "recorded" : "computed here",
    about: slots.chain.about,
    asked: { kind: "chain", settings },
  });
  return chain && standing.kind === "checks"
    ? verifyChain(finding.expected.chain ?? [], chain, standing.others, standing.blame)
    : undefined;
}

/** The same of an experiment; a sentence where there is a result and it checks nothing. */
export function checkExperiment(finding: Finding, slot: ExperimentSlot): Verification | string | undefined {
  const { value, status, from, saved } = slot;
  if (!value || status !== "done") return undefined;
  const standing: Standing = standingOf(finding, {
    provenance: saved ? "from a file" : "computed here",
    about: from?.about,
    asked: { kind: "experiment", form: from?.form ?? experimentForm.getState() },
  });
  return standing.kind === "checks"
    ? verifyExperiment(finding.expected.experiment ?? [], value, standing.others, standing.blame)
    : standing.why;
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
  const { tab, selected, sort, chain, reading } = view.getState();
  const changed = changedSettings(chain);
  const read = tab === "heads" ? changedReading(reading) : undefined;
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
    ...(tab === "experiments" && { experiment: experimentForm.getState() }),
    expected,
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
  // own numbers are of the content that is here; a link's numbers stay beside them where that is what it names
  const isCarried = others.every(({ kind }) => !isOwn && (kind === "content" || kind === "adapter"));
  const carried: Claims = finding && isCarried ? claimedNow(finding, tab) : {};
  const isOfLink = !isOwn && finding !== undefined && Object.keys(carried).length > 0;
  const agreement = isOwn ? modelNow()?.agreement : undefined;
  return {
    expected: { ...carried, ...own },
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

/** All that the opened finding claims of what the page asks. */
function claimedNow(finding: Finding, tab: ViewName): Claims {
  const now = question.getState();
  const settings = view.getState().chain;
  const modelId = model.getState().choice?.id;
  const { experiment, chain, reading, patch } = finding.expected;
  const isReading = tab === "heads" && reading && asksTheSameReading(finding, now, modelId);
  const isChain = tab === "chain" && chain && asksTheSameChain(finding, now, { modelId, settings });
  const isExperiment = tab === "experiments" && experiment && asksTheSameExperiment(finding);
  return {
    ...claimedAnswer(finding),
    ...(isExperiment && { experiment }),
    ...(isChain && { chain }),
    ...(isReading && { reading }),
    ...(tab === "patch" && patch && asksTheSamePatch(finding) && { patch }),
  };
}

/** All that was measured here of what the page asks. */
function measuredHere(tab: ViewName): Claims {
  const experiment = tab === "experiments" ? experimentMeasured() : undefined;
  const chain = tab === "chain" ? chainMeasured() : undefined;
  const reading = tab === "heads" ? readingMeasured() : undefined;
  const patch = tab === "patch" ? patchMeasured() : undefined;
  return {
    ...answerMeasured(),
    ...(experiment && { experiment }),
    ...(chain && { chain }),
    ...(reading && { reading }),
    ...(patch && { patch }),
  };
}

/** Of the result that this form gave here. */
function experimentMeasured(): readonly NamedNumber[] | undefined {
  const form = experimentForm.getState();
  const { value, from, status } = experiments.getState()[form.kind];
  const isOfForm = from !== undefined && writeForm(from.form) === writeForm(form);
  return isOfForm && value && status === "done" ? experimentClaims(value) : undefined;
}

const asksTheSameExperiment = (finding: Finding) =>
  isOfTheSameModel(finding, question.getState(), model.getState().choice?.id) &&
  isSameQuestion(finding, question.getState(), { kind: "experiment", form: experimentForm.getState() });

function chainMeasured(): readonly NamedNumber[] | undefined {
  const own = measuredChain(results.getState(), question.getState(), view.getState().chain);
  return own && chainClaims(own);
}

function readingMeasured(): readonly NamedNumber[] | undefined {
  const { reading } = view.getState();
  const numbers = measuredReading(results.getState(), question.getState(), reading);
  return numbers && readingClaims(numbers, reading);
}

/** Whether the tab of heads is looked at as the finding has it, and asks what the finding asks. */
export const asksTheSameReading = (finding: Finding, now: Question, modelId: string | undefined): boolean =>
  asksTheSame(finding, now, modelId) &&
  isSameReading({ ...DEFAULT_READING, ...finding.reading }, view.getState().reading);

/** What the page's own computation says to what a link claims of the tab of heads. */
export function checkReading(finding: Finding, slots: Slots, now: Question): Verification | undefined {
  const { reading } = view.getState();
  const numbers = measuredReading(slots, now, reading);
  const standing = standingOf(finding, {
    provenance: slots.before.isRecorded ? "recorded" : "computed here",
    about: now.interventions.length > 0 ? slots.after.about : slots.before.about,
    asked: { kind: "answer" },
  });
  return numbers && standing.kind === "checks"
    ? verifyReading(finding.expected.reading ?? [], numbers, reading, standing)
    : undefined;
}

/** The numbers that the page shows of this subject, as far as they were computed here; see `measuredClaims` for those of the question. */
export function claimsAbout(subject: Subject, { before, after, comparison }: Slots): Claims {
  if (!before.value || before.isRecorded || !isSameRun(before.about, subject)) return {};
  const { logProbability: baseline } = before.value.target;
  const isChanged = subject.interventions.length > 0;
  if (!isChanged || !after.value || !isSameSubject(after.about, subject)) return { baseline };
  const rows = comparison.value && isSameSubject(comparison.about, subject) ? comparison.value.rows : [];
  const neurons = rows
    .slice(0, CLAIMED_NEURONS)
    .map(({ layer, neuron, change }) => ({ at: { layer, neuron }, change }));
  return { baseline, changed: after.value.target.logProbability, ...(neurons.length > 0 && { neurons }) };
}

function answerMeasured(): Claims {
  const slots = results.getState();
  const { tab, count } = view.getState();
  const now = question.getState();
  const whole = tab === "neurons" ? measuredClaims(slots, now, count) : undefined;
  const own = whole ?? measuredClaims(slots, now, 0);
  return own?.neurons ? { ...own, neurons: own.neurons.slice(0, CLAIMED_NEURONS) } : (own ?? {});
}
