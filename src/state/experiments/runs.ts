import { isEngineEnd } from "#core/fault.ts";
import type { ExperimentKind } from "#protocol/experiments.ts";
import { adapter } from "../model/adapter.ts";
import { isSameModel, model } from "../model/model.ts";
import { dismiss, notifyFault } from "../notices.ts";
import { question } from "../question.ts";
import { currentEngine } from "../run/engine-port.ts";
import { subjectNow } from "../subject.ts";
import { plannedTimeLeft } from "./planned-time-left.ts";
import { showTab, view } from "../view.ts";
import { adapterSet } from "./adapter-set.ts";
import { editExperiment, experimentForm } from "./form/form.ts";
import { forgetTables, keepTable } from "./finished-tables.ts";
import { conceptWords } from "./form/concept-words.ts";
import { ABOUT, requestOf } from "./form/request.ts";
import { checkFileSize, readResultFile } from "./result-file.ts";
import { EMPTY, emptySlots, experiments, patchSlot as patch } from "./slots.ts";
import { suites } from "./suites.ts";

/** What is wrong with a file stays, although a plan is made meanwhile. */
const ABOUT_FILE = "experiment file";
/** A field that is being typed in rests this long before its plan is asked for. */
const TYPING_MS = 300;
const TICK_MS = 1_000;

let running: { readonly kind: ExperimentKind; readonly controller: AbortController } | undefined;
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
  running?.controller.abort();
  planning?.abort();
  emptySlots();
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
  if (view.getState().tab !== "experiments" || model.getState().status.kind !== "ready" || running) return;
  const controller = new AbortController();
  planning = controller;
  try {
    const request = requestOf(form);
    patch(form.kind, { plan: undefined });
    if (!request) return;
    const found = await currentEngine().planExperiment(request, { signal: controller.signal });
    if (planning === controller) {
      dismiss(ABOUT);
      patch(form.kind, { plan: found });
    }
  } catch (reason) {
    if (planning === controller) notifyFault(ABOUT, reason);
  }
}

/** Runs what the form says, or goes on with what is kept of it. What goes wrong becomes a notice. */
export async function runExperiment(): Promise<void> {
  const form = experimentForm.getState();
  const { kind } = form;
  running?.controller.abort();
  planning?.abort();
  const own = { kind, controller: new AbortController() };
  const { signal } = own.controller;
  /** Counts the plan's time down until the first step is done. */
  let clock: ReturnType<typeof setInterval> | undefined;
  try {
    const request = requestOf(form);
    if (!request) return;
    running = own;
    const about = subjectNow();
    const from = about && { about, form };
    dismiss(ABOUT);
    const { plan } = experiments.getState()[kind];
    const left = plannedTimeLeft(plan?.estimatedMs);
    const planned = () => plan && { done: plan.stepsKept, total: plan.steps, leftMs: left(plan.stepsKept, plan.steps) };
    patch(kind, { ran: form, status: "computing", progress: planned() });
    clock = setInterval(() => {
      if (running === own) patch(kind, { progress: planned() });
    }, TICK_MS);
    const value = await currentEngine().runExperiment(request, {
      signal,
      onProgress({ done, total, partial }) {
        if (running !== own) return;
        if (done > (plan?.stepsKept ?? 0)) clearInterval(clock);
        patch(kind, {
          progress: { done, total, leftMs: left(done, total) },
          ...(partial && { value: partial, from, saved: undefined }),
        });
      },
    });
    patch(kind, { value, from, saved: undefined, status: "done", progress: undefined });
    keepTable(value);
  } catch (reason) {
    if (!signal.aborted) {
      patch(kind, { status: isEngineEnd(reason) ? "stopped" : "failed", progress: undefined });
      notifyFault(ABOUT, reason);
    }
  } finally {
    clearInterval(clock);
    if (running === own) running = undefined;
    planSoon();
  }
}

/** What has been run is kept, and shown. */
export function stopExperiment(): void {
  if (!running) return;
  const { kind, controller } = running;
  running = undefined;
  controller.abort();
  patch(kind, { status: "stopped", progress: undefined });
}

/** Drops what is kept of the form's run. */
export async function forgetExperiment(): Promise<void> {
  const form = experimentForm.getState();
  const request = requestOf(form);
  if (!request) return;
  try {
    await currentEngine().forgetExperiment(request);
    patch(form.kind, { value: undefined, from: undefined, saved: undefined, status: "idle" });
    planSoon();
  } catch (reason) {
    notifyFault(ABOUT, reason);
  }
}

/** Takes what is shown of one experiment away; what the browser keeps of its run stays. */
export function dropResult(kind: ExperimentKind): void {
  if (running?.kind === kind) stopExperiment();
  patch(kind, EMPTY);
  planSoon();
}

/** Shows a result that was saved to a file; what is wrong with it becomes a notice. */
export async function openResultFile(file: File): Promise<void> {
  try {
    checkFileSize(file.size);
    const { result: value, saved } = readResultFile(await file.text());
    dismiss(ABOUT_FILE);
    if (running?.kind === value.kind) stopExperiment();
    showTab("experiments");
    editExperiment({ kind: value.kind });
    patch(value.kind, { value, from: undefined, saved, ran: undefined, status: "done", progress: undefined });
  } catch (reason) {
    notifyFault(ABOUT_FILE, reason);
  }
}
