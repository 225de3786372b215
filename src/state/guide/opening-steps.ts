import { createStore } from "zustand/vanilla";
import { isSameHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { headEffects, isWhole, mostImportantHead } from "../effects.ts";
import type { RankedHead } from "../effects.ts";
import { otherNumbers } from "../ablation-source.ts";
import { question, resetInterventions, setAblationSource, switchOff } from "../question.ts";
import { isStale, results } from "../run/results.ts";
import { LEAST_STAND_INS, standInsOf } from "../run/stand-ins.ts";
import type { NeuronChange, Prediction } from "../run/results.ts";
import { isSameRun } from "../subject.ts";
import { select, showTab } from "../view.ts";

/** The way from an answer to what carries it: a part off, who falls silent, whether that is the reason, the whole path. */
export const OPENING_STEPS = ["off", "silent", "reason", "path"] as const;
export type OpeningStep = (typeof OPENING_STEPS)[number];

/** What came of a step, kept while the next one changes what the page shows. */
export interface Outcomes {
  readonly off?: {
    readonly head: HeadId;
    readonly before: Prediction;
    readonly after: Prediction;
    /** Of all heads, each at zero, it costs the answer most: what it leaves of its probability, every other one leaves too. */
    readonly isCostliest: boolean;
  };
  readonly silent?: NeuronChange;
  readonly reason?: {
    readonly prompts: number;
    readonly before: Prediction;
    readonly after: Prediction;
    /** What costs most by that measure. */
    readonly most?: RankedHead | undefined;
    /** What the same head costs at zero, where that is known. */
    readonly mostByZero?: number | undefined;
  };
  /** How many other prompts there were, where they were too few for a mean. */
  readonly standIns?: number;
}

interface Steps {
  /** Those that were taken. */
  readonly taken: readonly OpeningStep[];
  /** The one that was taken last. */
  readonly at: OpeningStep | undefined;
  readonly head: HeadId | undefined;
  /** What each head is worth by zero, where that was measured: [layer][head]. */
  readonly byZero: readonly (readonly number[])[] | undefined;
  readonly outcomes: Outcomes;
}

const NOTHING_TAKEN: Steps = { taken: [], at: undefined, head: undefined, byZero: undefined, outcomes: {} };

export const openingSteps = createStore<Steps>(() => NOTHING_TAKEN);

/** Another question has other parts: the way begins anew. */
export const forgetSteps = () => openingSteps.setState(NOTHING_TAKEN, true);

/** Takes a step on the page itself; whoever takes a later one first has the part off that it is about. */
export function takeStep(step: OpeningStep): void {
  const { sweep } = results.getState();
  const head = openingSteps.getState().head ?? (sweep.value && mostImportantHead(sweep.value)?.at);
  if (!head) return;
  const isByZero = sweep.value && isWhole(sweep.value) && !isStale(sweep) && !sweep.about?.ablationSource;
  openingSteps.setState(({ taken, byZero }) => ({
    head,
    at: step,
    taken: taken.includes(step) ? taken : [...taken, step],
    byZero: isByZero && sweep.value ? headEffects(sweep.value) : byZero,
  }));
  const part = { kind: "head", at: head } as const;
  switch (step) {
    case "off":
      setAblationSource([]);
      switchOff([part]);
      select(part);
      showTab("heads");
      break;
    case "silent":
      setAblationSource([]);
      switchOff([part]);
      showTab("neurons");
      break;
    case "reason":
      switchOff([part]);
      showTab("heads");
      void replaceByMean(question.getState().prompt);
      break;
    case "path":
      setAblationSource([]);
      if (question.getState().interventions.length > 0) resetInterventions();
      select(undefined);
      showTab("chain");
      break;
    default:
      throw new Error(`opening: unknown step ${String(step satisfies never)}`);
  }
}

/** Replaces what is off by its mean over other prompts that the model reads position by position alike. */
async function replaceByMean(prompt: string): Promise<void> {
  // why a tokenizer fails is said by the run that needs it
  const standIns = await standInsOf(prompt).catch(() => otherNumbers(prompt));
  // whoever went on meanwhile is not called back
  if (question.getState().prompt !== prompt || openingSteps.getState().at !== "reason") return;
  if (standIns.length >= LEAST_STAND_INS) setAblationSource(standIns);
  else openingSteps.setState(({ outcomes }) => ({ outcomes: { ...outcomes, standIns: standIns.length } }));
}

/** Keeps what came of the steps, as the page's own slots have it. @returns what ends it */
export const followOutcomes = () => results.subscribe(noteOutcomes);

function noteOutcomes(): void {
  const { taken, head, byZero, outcomes } = openingSteps.getState();
  const { before, after, comparison, sweep } = results.getState();
  const isAnswered = before.value && after.value && after.status === "done" && !isStale(after);
  if (!head || !isAnswered || !before.value || !after.value || !isSameRun(before.about, after.about)) return;
  const isOf = ({ about }: { readonly about: typeof after.about }) =>
    about?.interventions.length === 1 &&
    about.interventions.every((change) => change.kind === "head" && change.scale === 0 && isSameHead(change.at, head));
  if (!isOf(after)) return;
  const both = { before: before.value, after: after.value };
  const prompts = after.about?.ablationSource?.length ?? 0;
  const isByZero = prompts === 0;
  const [first] = comparison.value && !isStale(comparison) && comparison.status === "done" ? comparison.value.rows : [];
  const isSwept = sweep.value && sweep.status === "done" && !isStale(sweep) && isWhole(sweep.value);
  const costliest = isSwept ? mostImportantHead(sweep.value) : undefined;
  const most = sweep.about?.ablationSource ? costliest : undefined;
  const isCostliest =
    costliest !== undefined &&
    most === undefined &&
    isSameHead(costliest.at, head) &&
    sweep.value?.target === before.value.top[0]?.id;
  const mostByZero = most && byZero?.[most.at.layer]?.[most.at.head];
  const found: Outcomes = {
    ...(!outcomes.off && isByZero && taken.includes("off") && { off: { head, ...both, isCostliest } }),
    ...(!outcomes.silent &&
      isByZero &&
      taken.includes("silent") &&
      first &&
      isOf(comparison) &&
      !comparison.about?.ablationSource && { silent: first }),
    ...(!outcomes.reason?.most &&
      !isByZero &&
      taken.includes("reason") && { reason: { prompts, ...both, most, mostByZero } }),
  };
  if (Object.keys(found).length > 0) openingSteps.setState({ outcomes: { ...outcomes, ...found } });
}
