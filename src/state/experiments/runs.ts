import type { CallOptions } from "#client/engine.ts";
import type {
  ExperimentKind,
  ExperimentPlan,
  ExperimentProgress,
  ExperimentRequest,
  ExperimentResult,
} from "#protocol/experiments.ts";
import { adapter } from "../model/adapter.ts";
import { isSameModel, model } from "../model/model.ts";
import { dismiss, notifyFault } from "../notices.ts";
import { question } from "../question.ts";
import { Requests } from "../requests/requests.ts";
import type { Reports } from "../requests/requests.ts";
import { currentEngine } from "../run/engine-port.ts";
import { subjectNow } from "../subject.ts";
import { plannedTimeLeft } from "./planned-time-left.ts";
import { showTab, view } from "../view.ts";
import { adapterSet } from "./adapter-set.ts";
import { editExperiment, experimentForm } from "./form/form.ts";
import type { ExperimentForm } from "./form/form.ts";
import { forgetTables, keepTable } from "./finished-tables.ts";
import { conceptWords } from "./form/concept-words.ts";
import { ABOUT, requestOf } from "./form/request.ts";
import { checkFileSize, readResultFile } from "./result-file.ts";
import { EMPTY, emptyOfModel, experiments } from "./slots.ts";
import type { ExperimentSlot, ExperimentSlots } from "./slots.ts";
import { suites } from "./suites.ts";

/** The notice about a file: it stays although a plan is made meanwhile. */
export const ABOUT_FILE = "experiment file";
/** A field that is being typed in rests this long before its plan is asked for. */
const TYPING_MS = 300;
const TICK_MS = 1_000;

type Values = { readonly [Kind in ExperimentKind]: ExperimentResult };
/** One of them at a time. */
const requests = new Requests<Values, ExperimentSlots, ExperimentSlot>(experiments, {
  about: () => ABOUT,
  gone: () => "stopped",
});
let planning: AbortController | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Another model takes everything along; a change of the form asks what it would take. @returns what ends it */
export function followExperiments(): () => void {
  const ends = [
    model.subscribe((now, last) => {
      // of the same model from another load what is there stays, and what ran was asked of the one that is gone
      if (!isSameModel(now.info, last.info)) clearExperiments();
      else if (now.info !== last.info) stopExperiment();
      if (now.status !== last.status) planSoon();
    }),
    question.subscribe(({ variant: now }, { variant: last }) => {
      if (now !== last) clearForVariant();
    }),
    adapter.subscribe(({ status: now }, { status: last }) => {
      if (now !== last && question.getState().variant === "adapted") clearForVariant();
    }),
    view.subscribe((now, last) => {
      if (now.tab !== last.tab) planSoon();
    }),
    suites.subscribe(planSoon),
    conceptWords.subscribe(planSoon),
    adapterSet.subscribe(planSoon),
    experimentForm.subscribe(planSoon),
  ];
  planSoon();
  return () => ends.forEach((end) => end());
}

/** What was run of the other variant is kept by the browser, and there again at once when it is asked for. */
function clearForVariant(): void {
  clearExperiments();
  planSoon();
}

function clearExperiments(): void {
  requests.cancelAll();
  planning?.abort();
  emptyOfModel();
  forgetTables();
}

function planSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => void plan(), TYPING_MS);
}

/** What the form would take, shown before it is run. */
async function plan(): Promise<void> {
  planning?.abort();
  const form = experimentForm.getState();
  if (view.getState().tab !== "experiments" || model.getState().status.kind !== "ready") return;
  if (requests.underWay.length > 0) return;
  const controller = new AbortController();
  planning = controller;
  try {
    const request = requestOf(form);
    requests.patch(form.kind, { plan: undefined });
    if (!request) return;
    const found = await currentEngine().planExperiment(request, { signal: controller.signal });
    // whoever asks for a newer plan, or takes the model away, has ended this one
    if (controller.signal.aborted) return;
    dismiss(ABOUT);
    requests.patch(form.kind, { plan: found });
  } catch (reason) {
    if (!controller.signal.aborted) notifyFault(ABOUT, reason);
  }
}

/** Runs what the form says, or goes on with what is kept of it. What goes wrong becomes a notice. */
export async function runExperiment(): Promise<void> {
  const form = experimentForm.getState();
  const { kind } = form;
  stopExperiment();
  planning?.abort();
  const request = requestToRun(form);
  if (!request) return;
  const about = subjectNow();
  const from = about && { about, form };
  const { plan } = experiments.getState()[kind];
  const value = await requests.start(kind, {
    ask: (engine, reports) => countedDown(plan, reports, (following) => engine.runExperiment(request, following)),
    begins: { ran: form },
    shows: () => ({ from, saved: undefined }),
    leftMs: plannedTimeLeft(plan?.estimatedMs),
  });
  if (value) keepTable(value);
  planSoon();
}

/** @returns as `requestOf`; what cannot be asked of this model becomes a notice */
function requestToRun(form: ExperimentForm): ExperimentRequest | undefined {
  try {
    return requestOf(form);
  } catch (reason) {
    notifyFault(ABOUT, reason);
    return undefined;
  }
}

/** Counts a plan's time down until the first step is done. */
async function countedDown(
  plan: ExperimentPlan | undefined,
  { signal, partial, progress }: Reports<ExperimentResult>,
  run: (following: CallOptions<ExperimentProgress>) => Promise<ExperimentResult>,
): Promise<ExperimentResult> {
  const tick = () => plan && progress({ done: plan.stepsKept, total: plan.steps });
  tick();
  const clock = setInterval(tick, TICK_MS);
  try {
    return await run({
      signal,
      onProgress({ partial: part, ...steps }) {
        if (steps.done > (plan?.stepsKept ?? 0)) clearInterval(clock);
        progress(steps);
        if (part) partial(part);
      },
    });
  } finally {
    clearInterval(clock);
  }
}

/** What has been run is kept, and shown. */
export function stopExperiment(): void {
  for (const kind of requests.underWay) requests.stop(kind);
}

/** Drops what is kept of the form's run. */
export async function forgetExperiment(): Promise<void> {
  const form = experimentForm.getState();
  const request = requestOf(form);
  if (!request) return;
  try {
    await currentEngine().forgetExperiment(request);
    // a run that was started meanwhile begins anew, and is shown
    if (requests.underWay.includes(form.kind)) return;
    requests.patch(form.kind, { value: undefined, from: undefined, saved: undefined, status: "idle" });
    planSoon();
  } catch (reason) {
    notifyFault(ABOUT, reason);
  }
}

/** Takes what is shown of one experiment away; what the browser keeps of its run stays. */
export function dropResult(kind: ExperimentKind): void {
  requests.settle(kind, EMPTY);
  planSoon();
}

/** Shows a result that was saved to a file; what is wrong with it becomes a notice. */
export async function openResultFile(file: File): Promise<void> {
  try {
    checkFileSize(file.size);
    showResult(await file.text());
  } catch (reason) {
    notifyFault(ABOUT_FILE, reason);
  }
}

/**
 * Shows a saved result by its text.
 *
 * @returns the slot that it is shown in
 * @throws Fault "bad-file"
 */
export function showResult(content: string): ExperimentKind {
  const { result: value, saved } = readResultFile(content);
  dismiss(ABOUT_FILE);
  showTab("experiments");
  editExperiment({ kind: value.kind });
  requests.settle(value.kind, { value, from: undefined, saved, ran: undefined, status: "done" });
  return value.kind;
}
