import { createStore } from "zustand/vanilla";
import { costliestFirst } from "#analysis/experiments/head-table.ts";
import { checkHead, parseHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import type {
  ExperimentKind,
  ExperimentPlan,
  ExperimentRequest,
  ExperimentResult,
  PruningRequest,
  SuiteSource,
} from "#protocol/experiments.ts";
import { adapter, isAttached } from "../adapter.ts";
import { mostImportantHead } from "../effects.ts";
import { model } from "../model.ts";
import { asFault, dismiss, notify, notifyFault } from "../notices.ts";
import { question, variantOf } from "../question.ts";
import { currentEngine } from "../run/engine-port.ts";
import { results } from "../run/results.ts";
import type { Progress } from "../run/results.ts";
import { subjectNow } from "../subject.ts";
import type { Subject } from "../subject.ts";
import { timeLeft } from "../time-left.ts";
import { showTab, view } from "../view.ts";
import { adapterSet, askedAdapters } from "./adapter-set.ts";
import {
  ADAPTER_COUNTS,
  BIAS_COUNTS,
  CONTROL_CASES,
  CONTROL_NAMES,
  DRAWS,
  PRUNING_CONTROL_NAMES,
  PRUNING_COUNTS,
} from "./defaults.ts";
import { ALL_CASES, editExperiment, experimentForm, PASTED, suiteName } from "./form.ts";
import type { ExperimentForm } from "./form.ts";
import { forgetTables, keepTable } from "./finished-tables.ts";
import { checkFileSize, readResultFile } from "./result-file.ts";
import type { SavedOrigin } from "./result-file.ts";
import { conceptWords, wordsOf } from "./concept-words.ts";
import { suites } from "./suites.ts";

export type { SavedOrigin } from "./result-file.ts";
export type { ExperimentPlan, ExperimentResult } from "#protocol/experiments.ts";

/** The model that answered, and what was asked of it. */
export interface ExperimentOrigin {
  readonly about: Subject;
  readonly form: ExperimentForm;
}

/** One experiment as it stands. */
export interface ExperimentSlot {
  /** The latest result, of what has been run so far while it runs; what it was asked is in it. */
  readonly value: ExperimentResult | undefined;
  /** Of what this page computed: whose numbers `value` are, and the form that asked for it. */
  readonly from: ExperimentOrigin | undefined;
  /** Of what came from a file: what the file says of itself. Such a result checks nothing, and is not this page's model's. */
  readonly saved: SavedOrigin | undefined;
  /** What the form would take; undefined while it is being found out. */
  readonly plan: ExperimentPlan | undefined;
  readonly status: "idle" | "computing" | "done" | "failed" | "stopped";
  readonly progress: Progress | undefined;
}

type Slots = { readonly [Kind in ExperimentKind]: ExperimentSlot };

const EMPTY: ExperimentSlot = {
  value: undefined,
  from: undefined,
  saved: undefined,
  plan: undefined,
  status: "idle",
  progress: undefined,
};
const empty = (): Slots => ({
  heads: EMPTY,
  memorise: EMPTY,
  neurons: EMPTY,
  concepts: EMPTY,
  bias: EMPTY,
  pruning: EMPTY,
  adapters: EMPTY,
});

export const experiments = createStore<Slots>(empty);

/** Notices about experiments have one place. */
const ABOUT = "experiment";
/** What is wrong with a file stays, although a plan is made meanwhile. */
const ABOUT_FILE = "experiment file";
/** A field that is being typed in rests this long before its plan is asked for. */
const TYPING_MS = 300;

let running: { readonly kind: ExperimentKind; readonly controller: AbortController } | undefined;
let planning: AbortController | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Another model takes everything along; a change of the form asks what it would take. @returns what ends it */
export function followExperiments(): () => void {
  const ends = [
    model.subscribe((now, last) => {
      if (now.info !== last.info) clearExperiments();
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
  experiments.setState(empty(), true);
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
  try {
    const request = requestOf(form);
    if (!request) return;
    running = own;
    const about = subjectNow();
    const from = about && { about, form };
    dismiss(ABOUT);
    patch(kind, { status: "computing", progress: undefined });
    let first: { readonly done: number; readonly at: number } | undefined;
    const value = await currentEngine().runExperiment(request, {
      signal,
      onProgress({ done, total, partial }) {
        if (running !== own) return;
        // the pace is that of this run, without what was kept of an earlier one
        first ??= { done, at: performance.now() };
        const leftMs = timeLeft(first.at, done - first.done, total - first.done);
        patch(kind, { progress: { done, total, leftMs }, ...(partial && { value: partial, from, saved: undefined }) });
      },
    });
    patch(kind, { value, from, saved: undefined, status: "done", progress: undefined });
    keepTable(value);
  } catch (reason) {
    if (!signal.aborted) {
      patch(kind, { status: "failed", progress: undefined });
      const fault = asFault(reason);
      if (fault.code !== "engine-stopped" && fault.code !== "device-lost") notifyFault(ABOUT, fault);
    }
  } finally {
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
    patch(value.kind, { value, from: undefined, saved, status: "done", progress: undefined });
  } catch (reason) {
    notifyFault(ABOUT_FILE, reason);
  }
}

const patch = (kind: ExperimentKind, change: Partial<ExperimentSlot>) =>
  experiments.setState((slots) => ({ [kind]: { ...slots[kind], ...change } }));

/** The counts of the paper's curves, and one below them for a small model. */
const NEURON_COUNTS = [5, 10, 20, 30, 50, 99] as const;
/** The paper's (its “more than 0 to 3”), and some above for a model whose tokens are mostly numbers. */
const CONCEPT_THRESHOLDS = [1, 2, 3, 4, 10, 20, 30, 40] as const;

/** @returns undefined while there is nothing to ask, with a notice where a person has to mend something */
function requestOf(form: ExperimentForm): ExperimentRequest | undefined {
  const suite = sourceOf(form);
  const variant = variantOf(question.getState());
  if (!suite || (variant.variant === "adapted" && !isAttached(adapter.getState()))) return undefined;
  const { seed, onlyCorrect, per } = form;
  const ofSuite = { suite, seed, ...variant };
  const ablating = { ...ofSuite, ...(form.ablation !== "zero" && { ablation: form.ablation }) };
  const counted = { ...ablating, onlyCorrect };
  switch (form.kind) {
    case "heads":
      return { kind: "heads", ...counted, per };
    case "memorise":
      return { kind: "memorise", ...counted, heads: {} };
    case "neurons": {
      const head = headOf(form);
      return head && { kind: "neurons", ...counted, head, counts: NEURON_COUNTS, draws: DRAWS };
    }
    case "concepts": {
      const words = wordsOf(form);
      return words.length > 0
        ? { kind: "concepts", ...counted, words, thresholds: CONCEPT_THRESHOLDS, draws: DRAWS }
        : undefined;
    }
    case "bias":
      return {
        kind: "bias",
        ...ablating,
        controls: controlsOf(CONTROL_NAMES, seed),
        counts: BIAS_COUNTS,
        scale: form.scale,
        draws: DRAWS,
      };
    case "pruning":
      return pruningRequest(form, ablating);
    case "adapters": {
      const adapters = askedAdapters(form, ABOUT);
      // of the base, whichever variant the page shows
      return (
        adapters && { kind: "adapters", suite, seed, onlyCorrect, per, adapters, counts: ADAPTER_COUNTS, draws: DRAWS }
      );
    }
    default:
      throw new Error(`experiment: unknown kind ${String(form.kind satisfies never)}`);
  }
}

function pruningRequest(
  form: ExperimentForm,
  ablating: Pick<PruningRequest, "suite" | "seed" | "variant" | "ablation">,
): ExperimentRequest | undefined {
  const { seed, onlyCorrect, per } = form;
  const foundOn = sourceOf({ ...form, suite: form.foundOn });
  const head = form.ranking === "head" ? headOf(form) : undefined;
  if (!foundOn || (form.ranking === "head" && !head)) return undefined;
  const controls = controlsOf(PRUNING_CONTROL_NAMES, seed);
  return {
    kind: "pruning",
    ...ablating,
    foundOn,
    controls,
    per,
    ...(head && { head }),
    counts: PRUNING_COUNTS,
    draws: DRAWS,
    onlyCorrect,
  };
}

function sourceOf(form: ExperimentForm): SuiteSource | undefined {
  const { text, count, seed } = form;
  const chosen = suiteName(form);
  if (chosen === PASTED) return text.trim() === "" ? undefined : { kind: "pasted", text };
  const definition = suites.getState().list.find(({ name }) => name === chosen);
  return definition && { kind: "definition", definition, seed, ...(count !== ALL_CASES && { count }) };
}

/** What should not change, a few cases of each group. */
const controlsOf = (names: readonly string[], seed: number): SuiteSource[] =>
  suites
    .getState()
    .list.filter(({ name }) => names.includes(name))
    .map((definition) => ({ kind: "definition", definition, seed, count: CONTROL_CASES }));

/** The costliest of the head table, else that of the head map, else the first. */
export function suggestedHead(): HeadId {
  const { value: table, from } = experiments.getState().heads;
  // a file's heads are another model's
  const [costliest] = from && table?.kind === "heads" ? costliestFirst(table.found.heads) : [];
  const { sweep } = results.getState();
  const mapped = sweep.value && mostImportantHead(sweep.value);
  return costliest?.at ?? mapped?.at ?? { layer: 0, head: 0 };
}

function headOf({ head: text }: ExperimentForm): HeadId | undefined {
  const { info } = model.getState();
  const at = text.trim() === "" ? suggestedHead() : parseHead(text);
  if (!at) notify(ABOUT, `“${text}” is no head; write L0H7.`);
  return at && info ? checkHead(at, info) : at;
}
