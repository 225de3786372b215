import { faultCode } from "#core/fault.ts";
import type { Backend, Dtype, HubSource } from "#model/checkpoint.ts";
import type { ModelInfo } from "#protocol/engine.ts";
import { withToken } from "./hub-tokens.ts";
import { loadOffer } from "./offered.ts";
import { goesBackTo, loadInPlaceOf } from "./loading.ts";
import type { LoadOptions } from "./loading.ts";
import { dtypeFor, hubChoice, model } from "./model.ts";
import type { ModelChoice } from "./model.ts";
import { shipped } from "./shipped.ts";
import { setPredictingHead } from "../chain-view.ts";
import { dismiss, notify, notifyFault } from "../notices.ts";
import { dropInterventions, question } from "../question.ts";
import { expectedHere } from "../road/expected-memory.ts";
import { currentEngine } from "../run/engine-port.ts";
import { clearResults } from "../run/results.ts";
import { select, view } from "../view.ts";

/** More than this is not read before a person has seen the numbers: a minute on a slow line, a tenth of a small plan. */
const ASK_ABOVE_BYTES = 50e6;

/** A person picks a model. Never rejects: if it cannot be loaded the page says why and stays with the one at hand. */
export async function changeModel(choice: ModelChoice, options: LoadOptions = {}): Promise<void> {
  await changeModelOrThrow(choice, options).catch(() => undefined); // the page has been told
}

/**
 * Changes the model as `changeModel` does, for a caller who wants the outcome.
 *
 * @throws Fault as the engine; "cancelled" if a newer load took its place
 */
export function changeModelOrThrow(choice: ModelChoice, options: LoadOptions): Promise<ModelInfo> {
  const now = model.getState();
  const { kind } = now.status;
  // a load that this one ends may have reached the engine all the same, so that nobody knows which model it has
  const overtaken = kind === "loading" ? { state: goesBackTo()?.state ?? now, isHeld: false } : undefined;
  const old = kind === "ready" ? { state: now, isHeld: true } : overtaken;
  const isOther = choice.id !== (old?.state ?? now).choice?.id;
  return loadInPlaceOf(old, choice, options, isOther ? leaveOldModel : undefined);
}

/** Another model has other heads and neurons: the interventions go, and the page says so. */
function leaveOldModel(): void {
  const count = question.getState().interventions.length;
  clearResults();
  select(undefined);
  view.setState({ pinned: [], hovered: undefined, cursor: { layer: 0, head: 0 } });
  question.setState({ target: undefined, answer: undefined });
  setPredictingHead(undefined);
  dropInterventions();
  if (count > 0) {
    const what = count === 1 ? "the intervention was" : `the ${count} interventions were`;
    notify("interventions", `Another model has other heads and neurons: ${what} dropped.`);
  }
}

export interface OfferOptions {
  readonly dtype?: Dtype;
  readonly backend?: Backend | "auto";
}

let inspecting: AbortController | undefined;

/**
 * What a person picked, inspected first: what is small, stored or comes with the page is loaded at once; what is large, does
 * not fit, or may take more memory than the device is expected to give, is put before the person with its numbers. The model at hand goes on answering meanwhile.
 */
export async function offerModel(choice: ModelChoice, options: OfferOptions = {}): Promise<void> {
  withdrawOffer();
  const { dtype = dtypeFor(choice), backend = model.getState().backend } = options;
  const isShipped = shipped.getState().models.some(({ id }) => id === choice.id);
  if (choice.source.kind === "stored" || isShipped) return changeModel(choice, { dtype, backend });
  const controller = new AbortController();
  inspecting = controller;
  loadOffer.setState({ kind: "inspecting", choice, backend, dtype }, true);
  try {
    const report = await currentEngine().inspectCheckpoint(
      withToken(choice.source),
      backend === "auto" ? {} : { backend },
      { signal: controller.signal },
    );
    if (controller.signal.aborted) return;
    dismiss("model");
    const { missingBytes, refusal, peakBytes } = report.held[dtype];
    const expected = expectedHere();
    if (missingBytes > ASK_ABOVE_BYTES || refusal !== "" || peakBytes > expected.bytes) {
      loadOffer.setState({ kind: "asking", choice, report, expected, backend, dtype }, true);
      return;
    }
  } catch (reason) {
    if (controller.signal.aborted || (await offerGguf(choice, reason, controller.signal))) return;
    withdrawOffer();
    // what cannot be reached may be stored, which loading finds out
    if (faultCode(reason) !== "unreachable") return notifyFault("model", reason);
  }
  withdrawOffer();
  await changeModel(choice, { dtype, backend });
}

/** Puts a repository's models in GGUF before the person, where it has nothing else. @returns whether nothing is left to be said */
async function offerGguf({ source, ...choice }: ModelChoice, reason: unknown, signal: AbortSignal): Promise<boolean> {
  if (source.kind !== "hub" || source.file !== undefined || faultCode(reason) !== "other-format") return false;
  // why not even a list can be had is no news beside why the repository cannot be opened
  const files = await currentEngine()
    .ggufFiles(withToken(source) as HubSource, { signal })
    .catch(() => []);
  if (signal.aborted) return true;
  if (files.length === 0) return false;
  inspecting = undefined;
  dismiss("model");
  loadOffer.setState({ kind: "choosing", choice: { ...choice, source }, files }, true);
  return true;
}

/** One of the files that were offered. Never rejects. */
export async function chooseGguf(file: string): Promise<void> {
  const offer = loadOffer.getState();
  if (offer.kind !== "choosing" || offer.choice.source.kind !== "hub") return;
  await offerModel(hubChoice({ ...offer.choice.source, file }));
}

/** The model at hand, held or run in another way. */
export async function offerAgain(options: OfferOptions = {}): Promise<void> {
  const { choice } = model.getState();
  if (choice) await offerModel(choice, options);
}

export function chooseOfferedDtype(dtype: Dtype): void {
  const offer = loadOffer.getState();
  if (offer.kind === "asking") loadOffer.setState({ ...offer, dtype }, true);
}

/** The person has seen the numbers and wants it. Never rejects. */
export async function acceptOffer(): Promise<void> {
  const offer = loadOffer.getState();
  if (offer.kind !== "asking") return;
  withdrawOffer();
  await changeModel(offer.choice, { dtype: offer.dtype, backend: offer.backend });
}

export function withdrawOffer(): void {
  inspecting?.abort();
  inspecting = undefined;
  loadOffer.setState({ kind: "none" }, true);
}
