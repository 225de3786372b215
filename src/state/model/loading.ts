import { Fault, faultCode, isEngineEnd } from "#core/fault.ts";
import { interventionKey, normaliseInterventions } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Backend, Dtype } from "#model/checkpoint.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { adapterAfterLoad, adapterForLoad } from "./adapter.ts";
import { withToken } from "./hub-tokens.ts";
import { arrive, asLoaded, dtypeFor, model } from "./model.ts";
import type { ModelChoice, ModelState, ModelStatus } from "./model.ts";
import { asFault, dismiss, notify, notifyFault } from "../notices.ts";
import { setPredictingHead } from "../chain-view.ts";
import { question } from "../question.ts";
import { currentEngine } from "../run/engine-port.ts";
import { forgetRuns } from "../run/runner.ts";
import { LOOK_MS, LoadPace, NO_PACE } from "./load-pace.ts";
import { select, view } from "../view.ts";

/** What a load that fails goes back to. */
interface Before {
  readonly state: ModelState;
  /** The engine still has it. */
  readonly isHeld: boolean;
}

let loading: AbortController | undefined;
let pace = new LoadPace();
/** The model that answers on if the load under way fails. */
let before: Before | undefined;
/** What the load under way brings besides the model, so that it can be asked of another engine if this one is lost. */
let underWay: Pick<Load, "adapter" | "onLoaded"> | undefined;

interface Load {
  /** A LoRA adapter to lay over it; left out: the one that is attached, if the model is the same. */
  readonly adapter?: ModelChoice | undefined;
  readonly onLoaded: () => void;
}

export interface LoadOptions {
  readonly dtype?: Dtype;
  readonly backend?: Backend | "auto";
  /** A LoRA adapter to lay over it; left out: the one that is attached, if the model is the same. */
  readonly adapter?: ModelChoice;
}

/**
 * Loads the checkpoint that the question at hand is about. Never rejects: what went wrong stands in the model's status and
 * in a notice, and prompt, interventions and results stay.
 */
export const loadModel = (choice: ModelChoice, options: LoadOptions = {}): Promise<void> =>
  loadInPlaceOf(undefined, choice, options).then(
    () => undefined,
    () => undefined, // the page has been told
  );

/** What the load under way goes back to. */
export const goesBackTo = () => before;

/**
 * Loads a checkpoint, and tells the page where it cannot.
 *
 * @param old what is gone back to if it fails
 * @throws Fault as the engine; "cancelled" if a newer load took its place
 */
export async function loadInPlaceOf(
  old: Before | undefined,
  choice: ModelChoice,
  options: LoadOptions,
  onLoaded?: () => void,
): Promise<ModelInfo> {
  before = old;
  try {
    return await load(choice, options, onLoaded);
  } catch (reason) {
    void failLoading(reason);
    throw reason;
  }
}

/** @throws Fault */
async function load(
  choice: ModelChoice,
  options: LoadOptions,
  onLoaded: () => void = () => undefined,
): Promise<ModelInfo> {
  loading?.abort();
  const controller = new AbortController();
  const { signal } = controller;
  loading = controller;
  const { dtype = dtypeFor(choice), backend = model.getState().backend } = options;
  const lora = adapterForLoad(choice, options.adapter);
  underWay = { adapter: lora, onLoaded };
  forgetRuns();
  pace = new LoadPace();
  model.setState({
    choice,
    dtype,
    backend,
    status: { kind: "loading", progress: undefined, ...NO_PACE, isPaused: false },
  });
  const clock = setInterval(() => patchLoading({}), LOOK_MS);
  const info = await currentEngine()
    .load(
      withToken(choice.source),
      { dtype, ...(backend !== "auto" && { backend }), ...(lora && { adapter: withToken(lora.source) }) },
      { signal, onProgress: (progress) => patchLoading({ progress }) },
    )
    .finally(() => clearInterval(clock));
  if (signal.aborted) throw new Fault("cancelled", "the load was stopped, or a newer one took its place");
  underWay = undefined;
  before = undefined;
  arrive(() => {
    onLoaded();
    dismiss("model");
    if (info.notStored) notify("storage", info.notStored.message, info.notStored.code);
    else dismiss("storage");
    if (info.proof?.isTrusted === false) notify("device", info.backendNote);
    else dismiss("device");
    dropWhatDoesNotFit(info);
    adapterAfterLoad(lora, info.lora, choice.id);
    model.setState({ choice: asLoaded(choice, info), info, status: { kind: "ready" } });
  });
  return info;
}

type Loading = Extract<ModelState["status"], { kind: "loading" }>;

/** Changes the state of the load, with the pace as it is by now; what is paused has none. */
function patchLoading(change: Partial<Pick<Loading, "progress" | "isPaused">>): void {
  const { status } = model.getState();
  if (status.kind !== "loading") return;
  const next = { ...status, ...change };
  const now = change.progress ? pace.after(change.progress) : pace.at();
  model.setState({ status: { ...next, ...(next.isPaused ? NO_PACE : now) } });
}

/** Holds the load under way up, or lets it go on. */
export async function pauseLoading(isPaused: boolean): Promise<void> {
  const { status } = model.getState();
  if (status.kind !== "loading") return;
  pace.forget();
  patchLoading({ isPaused, progress: status.progress });
  await currentEngine()
    .pauseLoading(isPaused)
    .catch((reason: unknown) => notifyFault("model", reason));
}

export function stopLoading(): void {
  loading?.abort();
  underWay = undefined;
  if (model.getState().status.kind === "loading") model.setState({ status: { kind: "nothing" } });
}

interface Again {
  readonly backend?: Backend;
  /** The engine went again: what was being opened may be what ends it. */
  readonly isRepeated?: boolean;
}

/**
 * Opens in a fresh engine what the lost one had or was opening, with the adapter that it had. Where that fails, or has ended a second
 * engine, the model that answered before it is opened instead. Never rejects; forgets the runs at once.
 *
 * @returns the model that answers now: the one that was wanted, the one before it, or none
 */
export async function loadAgain({ isRepeated = false, ...options }: Again = {}): Promise<"wanted" | "before" | "none"> {
  const { choice, status } = model.getState();
  forgetRuns();
  // what was not loaded yet, as what a link offers, is not loaded by this either
  if (!choice || !WAS_WANTED.has(status.kind)) return "none";
  if (before) before = { ...before, isHeld: false };
  if (before && isRepeated) return loadBefore(before.state);
  const { adapter, onLoaded } = underWay ?? {};
  const found = await load(choice, { ...(adapter && { adapter }), ...options }, onLoaded).then(
    () => "wanted" as const,
    failLoading,
  );
  return model.getState().status.kind === "ready" ? found : "none";
}

async function loadBefore({ choice, dtype, backend }: ModelState): Promise<"before" | "none"> {
  before = undefined;
  underWay = undefined;
  arrive(() => model.setState({ choice, dtype, backend }));
  await load(choice!, { dtype, backend }).catch(failLoading);
  return model.getState().status.kind === "ready" ? "before" : "none";
}

const WAS_WANTED: ReadonlySet<ModelStatus["kind"]> = new Set(["ready", "loading", "lost"]);

/** Says why a load failed, and goes back to the model before it: as it is where the engine still has it, else it is opened again. */
async function failLoading(reason: unknown): Promise<"before" | "none"> {
  // a cancelled load has a successor; the engine's own end is told, and mended, by `followEngine`
  if (faultCode(reason) === "cancelled" || isEngineEnd(reason)) return "none";
  underWay = undefined;
  const last = before;
  arrive(() => model.setState(last?.isHeld ? last.state : { status: { kind: "failed", fault: asFault(reason) } }));
  notifyFault("model", reason);
  if (!last || last.isHeld) return last ? "before" : "none";
  const found = await loadBefore(last.state);
  // which its arrival has taken away
  if (found === "before") notifyFault("model", reason);
  return found;
}

/**
 * Leaves out of the question what the model does not have, and says so: a link can switch off any part. Not a step of undo, and out of
 * those that there are, for each would bring it back.
 */
export function dropWhatDoesNotFit(info: ModelInfo): void {
  const { interventions, past, future } = question.getState();
  const fitting = (changes: readonly Intervention[]) => changes.filter((change) => isIn(info, change));
  const kept = fitting(interventions);
  const { selected, chain } = view.getState();
  if (selected && !fits(selected, info)) select(undefined);
  if (chain.head && !fits({ kind: "head", at: chain.head }, info)) setPredictingHead(undefined);
  const fittingSteps = (steps: typeof past) =>
    steps.map((step) => ({ ...step, interventions: fitting(step.interventions) }));
  question.setState({ past: fittingSteps(past), future: fittingSteps(future) });
  if (kept.length === interventions.length) return;
  question.setState({ interventions: kept });
  const gone = interventions.filter((change) => !kept.includes(change)).map(interventionKey);
  const extent = `layers 0 to ${info.layers - 1}, heads 0 to ${info.heads - 1} and neurons 0 to ${info.neurons - 1}`;
  notify("interventions", `${gone.join(", ")}: not in this model, which has ${extent}. Left out.`);
}

function isIn(info: ModelInfo, change: Intervention): boolean {
  try {
    normaliseInterventions([change], info);
    return true;
  } catch {
    return false; // the only fault it can raise: the part is not in this model
  }
}

function fits(part: NonNullable<ReturnType<typeof view.getState>["selected"]>, info: ModelInfo): boolean {
  const index = part.kind === "head" ? part.at.head : part.at.neuron;
  const count = part.kind === "head" ? info.heads : info.neurons;
  return part.at.layer < info.layers && index < count;
}
