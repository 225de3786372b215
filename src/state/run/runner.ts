import { isEngineEnd } from "#core/fault.ts";
import type { Fault } from "#core/fault.ts";
import { asFault, dismiss, notifyFault } from "../notices.ts";
import type { Demand, Demands } from "./demand.ts";
import { currentEngine } from "./engine-port.ts";
import { timeLeft } from "../requests/time-left.ts";
import { patchSlot, RESULT_KINDS, results } from "./results.ts";
import type { ResultKind, Results } from "./results.ts";

/** Answers kept to return to at once, as by undo; a few kilobytes each. */
const MAX_KEPT = 200;
/** Limit of a question that is kept with its answer; a longer one is asked again. */
const MAX_KEPT_CHARACTERS = 100_000;

const underWay = new Map<ResultKind, AbortController>();
const kept = new Map<string, unknown>();
/** What was asked when the engine went, and is not asked of its successor by itself. */
const halted = new Map<ResultKind, string>();

/**
 * Brings every slot towards what is wanted: a question that is answered or being answered is left alone, a new one
 * cancels the older one of its kind, and one that nobody asks any more is cancelled.
 */
export function pursue(wanted: Demands): void {
  for (const kind of RESULT_KINDS) {
    const demand = wanted[kind] as Demand<Results[typeof kind]> | undefined;
    if (demand) ask(kind, demand);
    else retire(kind);
  }
}

/**
 * Cancels one kind at the person's word; what has arrived of it stays, and it is not asked again by itself.
 *
 * @returns whether it was under way
 */
export function stopRun(kind: ResultKind): boolean {
  if (!underWay.has(kind)) return false;
  cancel(kind);
  patchSlot(kind, { status: "stopped" });
  return true;
}

/** Of kinds that were stopped while a newer question was typed and not asked yet, whether it is still the question. */
const haltedNext = new Map<ResultKind, () => boolean>();

/** Leaves the next question of a kind stopped, unless it is another one by then. */
export const haltNext = (kind: ResultKind, isStill: () => boolean): void => void haltedNext.set(kind, isStill);

/** Forgets that a kind was asked, so that the next `pursue` asks it again. */
export function askAgain(kind: ResultKind): void {
  cancel(kind);
  halted.delete(kind);
  patchSlot(kind, { asked: "", status: "idle", fault: undefined });
}

/**
 * What stands stopped, to be left so by the engine that takes this one's place: it is asked again by nobody but a person.
 *
 * @param stopping kinds that are stopped with it if they are under way
 * @returns stops them again, after `forgetRuns`
 */
export function haltedRuns(stopping: readonly ResultKind[]): () => void {
  const found = RESULT_KINDS.map((kind) => ({ kind, slot: results.getState()[kind] })).filter(
    ({ kind, slot: { status } }) => status === "stopped" || (status === "computing" && stopping.includes(kind)),
  );
  return () => {
    for (const { kind, slot } of found) {
      halted.set(kind, slot.asked);
      patchSlot(kind, { asked: slot.asked, answers: slot.answers, status: "stopped" });
    }
  };
}

/** The engine lost everything: what is shown stays to be looked at, and all of it is asked again. */
export function forgetRuns(): void {
  kept.clear();
  halted.clear();
  for (const kind of RESULT_KINDS) {
    cancel(kind);
    // an answer of the engine that is gone counts as one to an earlier question
    patchSlot(kind, { asked: "", answers: "gone", status: "idle", progress: undefined, fault: undefined });
  }
}

function ask<K extends ResultKind>(kind: K, demand: Demand<Results[K]>): void {
  const slot = results.getState()[kind];
  const isHalted = haltedNext.get(kind)?.();
  haltedNext.delete(kind);
  if (slot.asked === demand.key) return;
  cancel(kind);
  if (isHalted || halted.get(kind) === demand.key) {
    patchSlot(kind, { asked: demand.key, status: "stopped" });
    return;
  }
  halted.delete(kind);
  const known = kept.get(`${kind} ${demand.key}`) as Results[K] | undefined;
  if (known) settle(kind, demand, known);
  else void run(kind, demand);
}

async function run<K extends ResultKind>(kind: K, demand: Demand<Results[K]>): Promise<void> {
  const controller = new AbortController();
  underWay.set(kind, controller);
  const { signal } = controller;
  dismiss(kind);
  const startedAt = performance.now();
  const { value, about, previous, previousAbout } = results.getState()[kind];
  patchSlot(kind, {
    asked: demand.key,
    status: "computing",
    progress: undefined,
    fault: undefined,
    previous: previous ?? value,
    previousAbout: previousAbout ?? about,
  });
  try {
    const answer = await demand.run(currentEngine(), {
      signal,
      partial: (part) =>
        patchSlot(kind, { value: part, answers: demand.key, about: demand.about(part), isRecorded: false }),
      progress: (done, total) =>
        patchSlot(kind, { progress: { done, total, leftMs: timeLeft(startedAt, done, total) } }),
    });
    if (signal.aborted) return;
    underWay.delete(kind);
    keep(`${kind} ${demand.key}`, answer);
    settle(kind, demand, answer);
  } catch (reason) {
    if (signal.aborted) return;
    underWay.delete(kind);
    fail(kind, asFault(reason));
  }
}

function settle<K extends ResultKind>(kind: K, demand: Demand<Results[K]>, value: Results[K]): void {
  const { key } = demand;
  dismiss(kind);
  patchSlot(kind, {
    value,
    answers: key,
    asked: key,
    about: demand.about(value),
    status: "done",
    previous: undefined,
    previousAbout: undefined,
    progress: undefined,
    fault: undefined,
    isRecorded: false,
  });
}

/** Ends a demand with a fault; where the engine itself is gone, that is told once, and by whoever starts it again. */
function fail(kind: ResultKind, fault: Fault): void {
  if (isEngineEnd(fault)) {
    patchSlot(kind, { asked: "", status: "idle", progress: undefined });
    return;
  }
  patchSlot(kind, { status: "failed", fault, progress: undefined });
  notifyFault(kind, fault);
}

function retire(kind: ResultKind): void {
  const { status, asked } = results.getState()[kind];
  if (asked === "" && status === "idle") return;
  cancel(kind);
  dismiss(kind);
  patchSlot(kind, { asked: "", status: "idle", progress: undefined, fault: undefined });
}

function cancel(kind: ResultKind): void {
  underWay.get(kind)?.abort();
  underWay.delete(kind);
}

function keep(key: string, answer: unknown): void {
  if (key.length > MAX_KEPT_CHARACTERS) return;
  kept.delete(key);
  kept.set(key, answer);
  const oldest = kept.keys().next();
  if (kept.size > MAX_KEPT && !oldest.done) kept.delete(oldest.value);
}
