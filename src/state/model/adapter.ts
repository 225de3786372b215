import { createStore } from "zustand/vanilla";
import type { AdapterInfo, Variant } from "#protocol/engine.ts";
import { isAddress } from "#model/source-names.ts";
import { notify } from "../notices.ts";
import { question } from "../question.ts";
import { arrive, asLoaded, model, modelLabel } from "./model.ts";
import type { ModelChoice } from "./model.ts";

export type AdapterStatus =
  | { readonly kind: "nothing" }
  /** A link wants this adapter; attaching it waits for the person's word. */
  | { readonly kind: "offered" }
  /** On its way, and what the page shows if it does not arrive. */
  | (LaidOver & { readonly kind: "attaching"; readonly before: AdapterState; readonly controller: AbortController })
  | (LaidOver & { readonly kind: "attached"; readonly info: AdapterInfo });

/** The model that an adapter lies over, as links call it: with another one it is another finding. Left out: the model at hand. */
interface LaidOver {
  readonly to?: string | undefined;
}

/** The LoRA adapter over the model at hand. */
export interface AdapterState {
  /** Named as models are; undefined exactly where there is nothing. */
  readonly choice: ModelChoice | undefined;
  readonly status: AdapterStatus;
}

export const NO_ADAPTER: AdapterState = { choice: undefined, status: { kind: "nothing" } };

export const adapter = createStore<AdapterState>(() => NO_ADAPTER);

export const isAttached = ({ status }: AdapterState) => status.kind === "attached";

/** `owner/name`, with the revision that was asked for, or an address, as links write it. */
export const adapterName = ({ id, revision }: ModelChoice) => (revision === undefined ? id : `${id}@${revision}`);

/** An adapter's name to be read: `owner/name` as it is, of an address its last folder, of a folder its name. */
export const adapterLabel = ({ id }: ModelChoice) =>
  isAddress(id) ? (new URL(id).pathname.split("/").findLast((part) => part !== "") ?? id) : modelLabel({ id });

/** Whether the engine has the variant that is asked about: the adapter of a link is offered first. */
export const isVariantThere = (): boolean =>
  question.getState().variant !== "adapted" || isAttached(adapter.getState());

/** Which of the model's variants the whole page is about. */
export function showVariant(variant: Variant): void {
  if ((question.getState().variant ?? "base") !== variant) question.setState({ variant });
}

/** One that is on its way is not waited for any more. */
export function stopAttaching(): void {
  const { status } = adapter.getState();
  if (status.kind === "attaching") status.controller.abort();
}

/**
 * The engine is gone, and an adapter that was on its way with it; what was there before is wanted again.
 *
 * @returns the one that has to be asked for again
 */
export function interruptAttaching(): ModelChoice | undefined {
  const { choice, status } = adapter.getState();
  if (status.kind !== "attaching") return undefined;
  stopAttaching();
  arrive(() => adapter.setState(status.before, true));
  return choice;
}

/** One that is attached anew, as to an engine that took another's place, is no news to those who hold results of it. */
export function attached(choice: ModelChoice, info: AdapterInfo, to: string | undefined): void {
  const { status } = adapter.getState();
  const isKnown = status.kind === "attached" && status.to === to && sameAdapter(status.info, info);
  adapter.setState({ choice: asLoaded(choice, info), status: isKnown ? status : { kind: "attached", info, to } });
  if (info.note) notify("adapter", info.note);
}

const sameAdapter = (a: AdapterInfo, b: AdapterInfo) =>
  a.content === b.content && a.name === b.name && JSON.stringify(a.source) === JSON.stringify(b.source);

/** Whether the adapter that is attached, or on its way, is laid over this model. */
export function isLaidOver({ status }: AdapterState, modelId: string): boolean {
  if (status.kind !== "attached" && status.kind !== "attaching") return false;
  return (status.to ?? model.getState().choice?.id) === modelId;
}

/**
 * The adapter that a load takes with it: the same model in another dtype keeps its own.
 *
 * @param given by a script
 */
export function adapterForLoad(choice: ModelChoice, given: ModelChoice | undefined): ModelChoice | undefined {
  const now = adapter.getState();
  return given ?? (isAttached(now) && isLaidOver(now, choice.id) ? now.choice : undefined);
}

/**
 * After a load: what the engine has is what the page shows. An adapter that a link offers stays on offer.
 *
 * @param to the model that was loaded
 */
export function adapterAfterLoad(choice: ModelChoice | undefined, info: AdapterInfo | undefined, to: string): void {
  stopAttaching();
  if (choice && info) attached(choice, info, to);
  else if (adapter.getState().status.kind !== "offered") {
    adapter.setState(NO_ADAPTER, true);
    showVariant("base");
  }
}
