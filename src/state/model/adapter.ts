import { createStore } from "zustand/vanilla";
import type { AdapterInfo } from "#protocol/engine.ts";
import { isAddress, isRevision } from "#model/source-names.ts";
import { choiceNamed, modelLabel } from "./model.ts";
import type { ModelChoice } from "./model.ts";

export type AdapterStatus =
  | { readonly kind: "nothing" }
  /** A link wants this adapter; attaching it waits for the person's word. */
  | { readonly kind: "offered" }
  | { readonly kind: "attaching" }
  | { readonly kind: "attached"; readonly info: AdapterInfo };

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

/** To be read: `owner/name` as it is, of an address its last folder, of a folder its name. */
export const adapterLabel = ({ id }: ModelChoice) =>
  isAddress(id) ? (new URL(id).pathname.split("/").findLast((part) => part !== "") ?? id) : modelLabel({ id });

/** @returns undefined for a name that leads nowhere, as a folder on somebody's disk */
export function adapterNamed(name: string): ModelChoice | undefined {
  const at = isAddress(name) ? -1 : name.indexOf("@");
  const [id, revision] = at === -1 ? [name] : [name.slice(0, at), name.slice(at + 1)];
  if (revision !== undefined && !isRevision(revision)) return undefined;
  return choiceNamed(id, revision, []);
}
