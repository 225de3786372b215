import { createStore } from "zustand/vanilla";
import type { Fault } from "#core/fault.ts";
import type { Backend, CheckpointSource, Dtype } from "#model/checkpoint.ts";
import { hubAddress, isAddress, isRepo } from "./finding.ts";
import type { LoadProgress, ModelInfo } from "#protocol/engine.ts";

/** A checkpoint and the name that links call it by. */
export interface ModelChoice {
  /** A known name, `owner/name` on the Hub, a base URL, or a folder's name. */
  readonly id: string;
  readonly revision?: string | undefined;
  readonly source: CheckpointSource;
}

export type ModelStatus =
  | { readonly kind: "nothing" }
  /** A link wants this model; loading it waits for the person's word. */
  | { readonly kind: "offered" }
  | { readonly kind: "loading"; readonly progress: LoadProgress | undefined; readonly leftMs: number | undefined }
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly fault: Fault };

export interface ModelState {
  readonly choice: ModelChoice | undefined;
  readonly dtype: Dtype;
  /** "auto": WebGPU where there is one, else WASM. */
  readonly backend: Backend | "auto";
  readonly status: ModelStatus;
  /** The model that answers, or that answered last. */
  readonly info: ModelInfo | undefined;
}

export const DEFAULT_DTYPE: Dtype = "q8";

export const model = createStore<ModelState>(() => ({
  choice: undefined,
  dtype: DEFAULT_DTYPE,
  backend: "auto",
  status: { kind: "nothing" },
  info: undefined,
}));

/**
 * Where a model that a link names is read from.
 *
 * @param known the models that come with the page
 * @returns undefined for a name that leads nowhere, as a folder on somebody's disk
 */
export function choiceNamed(
  id: string,
  revision: string | undefined,
  known: readonly ModelChoice[],
): ModelChoice | undefined {
  const shipped = known.find((choice) => choice.id === id);
  if (shipped) return shipped;
  if (isAddress(id)) return { id, source: { kind: "url", base: id } };
  return isRepo(id) && id.includes("/")
    ? { id, revision, source: { kind: "url", base: hubAddress(id, revision) } }
    : undefined;
}
