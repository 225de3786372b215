import { createStore } from "zustand/vanilla";
import { interventionKey } from "#model/interventions.ts";
import { changedSettings } from "./chain-view.ts";
import { chainClaims } from "./chain-claims.ts";
import { experimentClaims } from "./experiments/claims.ts";
import { experimentForm, writeForm } from "./experiments/form.ts";
import { experiments } from "./experiments/runs.ts";
import type { ChainSettings, Claims, Finding, NamedNumber } from "./finding.ts";
import { adapter, adapterName, adapterNamed } from "./adapter.ts";
import { model } from "./model.ts";
import { question } from "./question.ts";
import type { Question } from "./question.ts";
import { chainKey, settingsKey } from "./run/chain-demands.ts";
import { afterKey, beforeKey, comparisonKey } from "./run/demands.ts";
import { results } from "./run/results.ts";
import { isSameRun, isSameSubject } from "./subject.ts";
import type { Subject } from "./subject.ts";
import type { Chain, Slot, Slots } from "./run/results.ts";
import { view } from "./view.ts";

/** Neurons whose change a link claims. */
const CLAIMED_NEURONS = 3;

/** The finding that the page was opened with, or opened last. */
export const opened = createStore<{ readonly finding: Finding | undefined }>(() => ({ finding: undefined }));

/** What the opened finding claims of the answer, as long as the page still asks what it asked. */
export function claimed(): Claims | undefined {
  const { finding } = opened.getState();
  if (!finding || !asksTheSame(finding, question.getState(), model.getState().choice?.id)) return undefined;
  const { experiment: _, chain: __, ...answer } = finding.expected;
  return answer;
}

export const asksTheSame = (finding: Finding, now: Question, modelId: string | undefined): boolean =>
  isAboutTheSame(finding, now, modelId) &&
  switches(finding) === switches(now) &&
  // what stands in for parts that nobody switched off changes nothing of what is claimed
  (now.interventions.length === 0 || standInsText(finding) === standInsText(now));

/** Whatever is switched off. */
const isAboutTheSame = (finding: Finding, now: Question, modelId: string | undefined) =>
  finding.model === modelId &&
  (finding.variant ?? "base") === (now.variant ?? "base") &&
  (finding.variant !== "adapted" || isOfAdapter(finding)) &&
  finding.prompt === now.prompt &&
  finding.target === now.target;

/**
 * The same of the model's own chain. Its numbers are the clean run's, whatever is switched off, but each part's effect is that of what
 * stands in for it; how faint its edges are plays no part.
 */
export const asksTheSameChain = (
  finding: Finding,
  now: Question,
  about: { readonly modelId: string | undefined; readonly settings: ChainSettings },
): boolean =>
  isAboutTheSame(finding, now, about.modelId) &&
  standInsText(finding) === standInsText(now) &&
  about.settings.published === undefined &&
  settingsKey(finding.chain ?? {}) === settingsKey(about.settings);

const standInsText = ({ standIns = [] }: Pick<Question, "standIns">) => standIns.join("\n");

/** As with models, a branch counts as its commit: numbers that differ are found by their comparison. */
const isOfAdapter = ({ adapter: named }: Finding) =>
  named !== undefined && adapterNamed(named)?.id === adapter.getState().choice?.id;

const attachedName = () => {
  const { choice } = adapter.getState();
  return choice && adapterName(choice);
};

const switches = ({ interventions }: Pick<Question, "interventions">) =>
  interventions
    .map((change) => `${interventionKey(change)}*${change.scale}`)
    .sort()
    .join(" ");

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

/** The clean run's chain of this question, with its stand-ins, once all of it was computed here. */
export function measuredChain(slots: Slots, now: Question, settings: ChainSettings): Chain | undefined {
  const before = answerOf(slots.before, beforeKey(now));
  if (!before || settings.published !== undefined) return undefined;
  const { variant = "base" } = now;
  return answerOf(slots.chain, chainKey({ ...now, variant, target: before.target.id, interventions: [] }, settings));
}

/** The whole answer to exactly this question, computed here. */
const answerOf = <T>(slot: Slot<T>, key: string): T | undefined =>
  slot.status === "done" && slot.answers === key && !slot.isRecorded ? slot.value : undefined;

/** What a link to the page as it stands says. */
export function currentFinding(isWithClaims: boolean): Finding | undefined {
  const { choice, dtype } = model.getState();
  if (!choice) return undefined;
  const { prompt, target, interventions, variant, standIns } = question.getState();
  const lora = attachedName();
  const { tab, selected, sort, chain } = view.getState();
  const changed = changedSettings(chain);
  return {
    model: choice.id,
    ...(choice.revision !== undefined && { revision: choice.revision }),
    dtype,
    ...(lora !== undefined && { adapter: lora }),
    ...(variant === "adapted" && { variant }),
    prompt,
    ...(target !== undefined && { target }),
    interventions,
    ...(standIns && { standIns }),
    view: tab,
    ...(selected && { selected }),
    ...(tab === "neurons" && { sort }),
    ...(changed && { chain: changed }),
    ...(tab === "experiments" && { experiment: experimentForm.getState() }),
    expected: {
      ...(isWithClaims ? claimsToShare() : claimed()),
      ...(tab === "experiments" && { experiment: experimentClaimsNow(isWithClaims) }),
      ...(tab === "chain" && { chain: chainClaimsNow(isWithClaims) }),
    },
    unknown: opened.getState().finding?.unknown ?? [],
  };
}

/** Those of the result that this form gave here, else of the opened link, as long as the form is still that of the link. */
function experimentClaimsNow(isOwn: boolean): readonly NamedNumber[] {
  const form = experimentForm.getState();
  const { value, from, status } = experiments.getState()[form.kind];
  const isOfForm = from !== undefined && writeForm(from.form) === writeForm(form);
  return isOwn && isOfForm && value && status === "done" ? experimentClaims(value) : (claimedExperiment() ?? []);
}

/** What the opened link claims of the experiment that the form asks for. */
export function claimedExperiment(): readonly NamedNumber[] | undefined {
  const { finding } = opened.getState();
  const isSame = finding?.experiment && writeForm(finding.experiment) === writeForm(experimentForm.getState());
  return isSame ? finding.expected.experiment : undefined;
}

/** As with experiments: those of the chain on the page, else of the opened link. */
function chainClaimsNow(isOwn: boolean): readonly NamedNumber[] {
  const now = question.getState();
  const { chain: settings } = view.getState();
  const own = isOwn ? measuredChain(results.getState(), now, settings) : undefined;
  if (own) return chainClaims(own);
  const { finding } = opened.getState();
  const isSame = finding && asksTheSameChain(finding, now, { modelId: model.getState().choice?.id, settings });
  return (isSame && finding.expected.chain) || [];
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

/** Own numbers where there are any, else those of the link that was opened. */
function claimsToShare(): Claims {
  const slots = results.getState();
  const { tab, count } = view.getState();
  const now = question.getState();
  const whole = tab === "neurons" ? measuredClaims(slots, now, count) : undefined;
  const own = whole ?? measuredClaims(slots, now, 0);
  if (!own) return claimed() ?? {};
  return own.neurons ? { ...own, neurons: own.neurons.slice(0, CLAIMED_NEURONS) } : own;
}
