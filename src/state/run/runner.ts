import { dismiss } from "../notices.ts";
import { Requests } from "../requests/requests.ts";
import type { Demand, Demands } from "./demand.ts";
import { RESULT_KINDS, results } from "./results.ts";
import type { ResultKind, Results, Slot, Slots } from "./results.ts";

/** Answers kept to return to at once, as by undo; a few kilobytes each. */
const MAX_KEPT = 200;
/** Limit of a question that is kept with its answer; a longer one is asked again. */
const MAX_KEPT_CHARACTERS = 100_000;

const requests = new Requests<Results, Slots, Slot<unknown>>(results, { about: (kind) => kind, gone: () => "idle" });
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
export const stopRun = (kind: ResultKind): boolean => requests.stop(kind);

/** Of kinds that were stopped while a newer question was typed and not asked yet, whether it is still the question. */
const haltedNext = new Map<ResultKind, () => boolean>();

/** Leaves the next question of a kind stopped, unless it is another one by then. */
export const haltNext = (kind: ResultKind, isStill: () => boolean): void => void haltedNext.set(kind, isStill);

/** Forgets that a kind was asked, so that the next `pursue` asks it again. */
export function askAgain(kind: ResultKind): void {
  halted.delete(kind);
  requests.settle(kind, { asked: "", status: "idle" });
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
      requests.patch(kind, { asked: slot.asked, answers: slot.answers, status: "stopped" });
    }
  };
}

/** The engine lost everything: what is shown stays to be looked at, and all of it is asked again. */
export function forgetRuns(): void {
  kept.clear();
  halted.clear();
  for (const kind of RESULT_KINDS) {
    // an answer of the engine that is gone counts as one to an earlier question
    requests.settle(kind, { asked: "", answers: "gone", status: "idle" });
  }
}

function ask<K extends ResultKind>(kind: K, demand: Demand<Results[K]>): void {
  const slot = results.getState()[kind];
  const isHalted = haltedNext.get(kind)?.();
  haltedNext.delete(kind);
  if (slot.asked === demand.key) return;
  if (isHalted || halted.get(kind) === demand.key) {
    requests.settle(kind, { asked: demand.key, status: "stopped" });
    return;
  }
  halted.delete(kind);
  const known = kept.get(`${kind} ${demand.key}`) as Results[K] | undefined;
  if (!known) return void run(kind, demand);
  dismiss(kind);
  requests.settle(kind, { value: known, status: "done" }, answerTo(demand, known), wholeOf(demand));
}

async function run<K extends ResultKind>(kind: K, demand: Demand<Results[K]>): Promise<void> {
  const { value, about, previous, previousAbout } = results.getState()[kind];
  const answer = await requests.start(kind, {
    ask: (engine, reports) => demand.run(engine, reports),
    begins: { asked: demand.key, previous: previous ?? value, previousAbout: previousAbout ?? about },
    shows: (found) => answerTo(demand, found),
    ends: wholeOf(demand),
  });
  if (answer !== undefined) keep(`${kind} ${demand.key}`, answer);
}

/** What is written with an answer, partial or whole. */
const answerTo = <T>(demand: Demand<T>, value: T) => ({
  answers: demand.key,
  about: demand.about(value),
  isRecorded: false,
});

const wholeOf = ({ key }: Pick<Demand<unknown>, "key">) => ({
  asked: key,
  previous: undefined,
  previousAbout: undefined,
});

function retire(kind: ResultKind): void {
  const { status, asked } = results.getState()[kind];
  if (asked === "" && status === "idle") return;
  dismiss(kind);
  requests.settle(kind, { asked: "", status: "idle" });
}

function keep(key: string, answer: unknown): void {
  if (key.length > MAX_KEPT_CHARACTERS) return;
  kept.delete(key);
  kept.set(key, answer);
  const oldest = kept.keys().next();
  if (kept.size > MAX_KEPT && !oldest.done) kept.delete(oldest.value);
}
