import { createStore } from "zustand/vanilla";
import { isSameHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { headEffects, isWhole, mostImportantHead } from "../effects.ts";
import type { RankedHead } from "../effects.ts";
import { otherNumbers } from "../ablation-source.ts";
import { question, resetInterventions, setAblationSource, ablate } from "../question.ts";
import { isStale, results } from "../run/results.ts";
import { LEAST_DONOR_PROMPTS, donorPromptsOf } from "../run/donor-prompts.ts";
import type { NeuronChange, Prediction } from "../run/results.ts";
import { isSameRun, isSameSource } from "../subject.ts";
import type { Subject } from "../subject.ts";
import { select, showTab } from "../view.ts";

/**
 * The way from an answer to what carries it: a part ablated, who falls silent, whether that is the reason, the whole path. What is ablated is as the page has it
 * when the way begins, 0 or the mean over other prompts; the third step asks by the other one of the two.
 */
export const OPENING_STEPS = ["off", "silent", "reason", "path"] as const;
export type OpeningStep = (typeof OPENING_STEPS)[number];

/** What came of a step, kept while the next one changes what the page shows. */
export interface Outcomes {
  readonly off?: {
    readonly head: HeadId;
    readonly before: Prediction;
    readonly after: Prediction;
    /** Over how many other prompts its mean stood in; 0: it was zero. */
    readonly prompts: number;
    /** Of all heads, each off by itself, it costs the answer most: what it leaves of its probability, every other one leaves too. */
    readonly isCostliest: boolean;
  };
  readonly silent?: {
    /** Loses most of what it gives to the answer, also by speaking against it. */
    readonly most: NeuronChange;
    /** Loses most of those that spoke for the answer; none in the list did. */
    readonly spoke: NeuronChange | undefined;
  };
  readonly reason?: {
    /** As in `off`. */
    readonly prompts: number;
    readonly before: Prediction;
    readonly after: Prediction;
    /** What costs most by that measure. */
    readonly most?: RankedHead | undefined;
    /** What the same head costs by the first measure, where that is known. */
    readonly mostBefore?: number | undefined;
  };
  /** How many other prompts there were, where they were too few for a mean. */
  readonly donorPrompts?: number;
}

interface Steps {
  /** Those that were taken. */
  readonly taken: readonly OpeningStep[];
  /** The one that was taken last. */
  readonly at: OpeningStep | undefined;
  readonly head: HeadId | undefined;
  /** What stood in for what is ablated when the way began; undefined: it was 0. */
  readonly donorPrompts: readonly string[] | undefined;
  /** What each head is worth so, where that was measured: [layer][head]. */
  readonly effects: readonly (readonly number[])[] | undefined;
  readonly outcomes: Outcomes;
}

const NOTHING_TAKEN: Steps = {
  taken: [],
  at: undefined,
  head: undefined,
  donorPrompts: undefined,
  effects: undefined,
  outcomes: {},
};

export const openingSteps = createStore<Steps>(() => NOTHING_TAKEN);

/** Another question has other parts: the way begins anew. */
export const forgetSteps = () => openingSteps.setState(NOTHING_TAKEN, true);

/** Takes a step on the page itself; whoever takes a later one first has the part off that it is about. */
export function takeStep(step: OpeningStep): void {
  const { sweep } = results.getState();
  const begun = openingSteps.getState();
  const head = begun.head ?? (sweep.value && mostImportantHead(sweep.value)?.at);
  if (!head) return;
  const donorPrompts = begun.head ? begun.donorPrompts : question.getState().ablationSource;
  const isAsBegun = sweep.value && isWhole(sweep.value) && !isStale(sweep) && isBy(donorPrompts, sweep.about);
  openingSteps.setState(({ taken, effects }) => ({
    head,
    donorPrompts,
    at: step,
    taken: taken.includes(step) ? taken : [...taken, step],
    effects: isAsBegun && sweep.value ? headEffects(sweep.value) : effects,
  }));
  const part = { kind: "head", at: head } as const;
  switch (step) {
    case "off":
      setAblationSource(donorPrompts ?? []);
      ablate([part]);
      select(part);
      showTab("heads");
      break;
    case "silent":
      setAblationSource(donorPrompts ?? []);
      ablate([part]);
      showTab("neurons");
      break;
    case "reason":
      ablate([part]);
      showTab("heads");
      if (donorPrompts) setAblationSource([]);
      else void replaceByMean(question.getState().prompt);
      break;
    case "path":
      setAblationSource(donorPrompts ?? []);
      if (question.getState().interventions.length > 0) resetInterventions();
      select(undefined);
      showTab("chain");
      break;
    default:
      throw new Error(`opening: unknown step ${String(step satisfies never)}`);
  }
}

/** Replaces what is ablated by its mean over other prompts that the model reads position by position alike. */
async function replaceByMean(prompt: string): Promise<void> {
  // why a tokenizer fails is said by the run that needs it
  const donorPrompts = await donorPromptsOf(prompt).catch(() => otherNumbers(prompt));
  // whoever went on meanwhile is not called back
  if (question.getState().prompt !== prompt || openingSteps.getState().at !== "reason") return;
  if (donorPrompts.length >= LEAST_DONOR_PROMPTS) setAblationSource(donorPrompts);
  else openingSteps.setState(({ outcomes }) => ({ outcomes: { ...outcomes, donorPrompts: donorPrompts.length } }));
}

/** Keeps what came of the steps, as the page's own slots have it. @returns what ends it */
export const followOutcomes = () => results.subscribe(noteOutcomes);

function noteOutcomes(): void {
  const { taken, head, donorPrompts, effects, outcomes } = openingSteps.getState();
  const { prediction: before, predictionAblated: after, comparison, sweep } = results.getState();
  const isAnswered = before.value && after.value && after.status === "done" && !isStale(after);
  if (!head || !isAnswered || !before.value || !after.value || !isSameRun(before.about, after.about)) return;
  const isOf = ({ about }: { readonly about: typeof after.about }) =>
    about?.interventions.length === 1 &&
    about.interventions.every((change) => change.kind === "head" && change.scale === 0 && isSameHead(change.at, head));
  if (!isOf(after)) return;
  const both = { before: before.value, after: after.value };
  const prompts = after.about?.ablationSource?.length ?? 0;
  const isAsBegun = isBy(donorPrompts, after.about);
  const rows = comparison.value && !isStale(comparison) && comparison.status === "done" ? comparison.value.rows : [];
  const [loser] = rows;
  const isSwept = sweep.value && sweep.status === "done" && !isStale(sweep) && isWhole(sweep.value);
  const costliest = isSwept ? mostImportantHead(sweep.value) : undefined;
  const most = isBy(donorPrompts, sweep.about) ? undefined : costliest;
  const isCostliest =
    costliest !== undefined &&
    most === undefined &&
    isSameHead(costliest.at, head) &&
    sweep.value?.target === before.value.top[0]?.id;
  const mostBefore = most && effects?.[most.at.layer]?.[most.at.head];
  const found: Outcomes = {
    ...(!outcomes.off && isAsBegun && taken.includes("off") && { off: { head, ...both, prompts, isCostliest } }),
    ...(!outcomes.silent &&
      isAsBegun &&
      taken.includes("silent") &&
      loser &&
      isOf(comparison) &&
      isBy(donorPrompts, comparison.about) && { silent: { most: loser, spoke: rows.find((row) => row.before > 0) } }),
    ...(!outcomes.reason?.most &&
      !isAsBegun &&
      taken.includes("reason") && { reason: { prompts, ...both, most, mostBefore } }),
  };
  if (Object.keys(found).length > 0) openingSteps.setState({ outcomes: { ...outcomes, ...found } });
}

/** Whether what is ablated in a result is as these prompts have it; undefined: it is 0. */
export const isBy = (donorPrompts: readonly string[] | undefined, about: Pick<Subject, "ablationSource"> | undefined) =>
  isSameSource({ ablationSource: donorPrompts }, about);
