import { createStore } from "zustand/vanilla";
import type { Fault } from "#core/fault.ts";
import { HUB, hubAddress, hubPath } from "#model/checkpoint.ts";
import type { Backend, CheckpointSource, Dtype, HubSource, SourceIdentity } from "#model/checkpoint.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import type { LoadProgress, ModelInfo } from "#protocol/engine.ts";
import type { LoadSpeed } from "./load-pace.ts";
import { DEFAULT_DTYPE, usualDtype } from "#model/gguf/source.ts";
import { isAddress } from "#model/source-names.ts";
import { folderId, folderNamed } from "../link/finding.ts";

/** A checkpoint and the name that links call it by. */
export interface ModelChoice {
  /** A known name, `owner/name` on the Hub, with a GGUF file's path where it is that, an address, or `folder:` and a folder's name. */
  readonly id: string;
  /** On the Hub: what was asked for and, once it is loaded, its commit. */
  readonly revision?: string | undefined;
  /** Without a token: that is added on the way to the engine. */
  readonly source: CheckpointSource;
}

export type ModelStatus =
  | { readonly kind: "nothing" }
  /** A link wants this model; loading it waits for the person's word. */
  | { readonly kind: "offered" }
  | ({
      readonly kind: "loading";
      readonly progress: LoadProgress | undefined;
      readonly isPaused: boolean;
    } & LoadSpeed)
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly fault: Fault }
  /** The engine went so many times within a minute, last for this reason, that a person decides how to go on. */
  | { readonly kind: "lost"; readonly fault: Fault; readonly times: number };

export interface ModelState {
  readonly choice: ModelChoice | undefined;
  readonly dtype: Dtype;
  /** "auto": WebGPU where there is one, else WASM. */
  readonly backend: Backend | "auto";
  readonly status: ModelStatus;
  /** The model that answers, or that answered last. */
  readonly info: ModelInfo | undefined;
}

/** Whether two models are the same weights in the same precision on the same device: what was computed with the one is computed with the other. */
export const isSameModel = (a: ModelInfo | undefined, b: ModelInfo | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && ranAs(a) === ranAs(b));

const ranAs = ({ source, content, dtype, backend, adapter }: ModelInfo) =>
  JSON.stringify([source.kind, source.name, source.revision, content, dtype, backend, adapter]);

/** A model to be read by a person: of a folder its name. */
export const modelLabel = ({ id }: Pick<ModelChoice, "id">) => folderNamed(id) ?? id;

export const model = createStore<ModelState>(() => ({
  choice: undefined,
  dtype: DEFAULT_DTYPE,
  backend: "auto",
  status: { kind: "nothing" },
  info: undefined,
}));

let isNews = false;

/** Makes a change that comes of a model's or an adapter's arrival or failure, and not of a person's choice. */
export function arrive<Result>(change: () => Result): Result {
  isNews = true;
  try {
    return change();
  } finally {
    isNews = false;
  }
}

/** Whether what a store tells at this moment is such a change. */
export const isArriving = () => isNews;

/** The precision of a model that nobody named one for: the model at hand as it is, another one as is usual for it. */
export function dtypeFor({ id, source }: ModelChoice): Dtype {
  const { choice, dtype } = model.getState();
  return id === choice?.id ? dtype : usualDtype(source, dtype);
}

/**
 * A repository is called by its name and revision, a GGUF file in it by its path there, `owner/name/file.gguf`; one of another Hub by the address that its files are under, for
 * the name alone would lead whoever opens the link to a repository of the same name on the Hub.
 */
export function hubChoice({ repo, file, revision, hub = HUB }: HubSource): ModelChoice {
  const source: HubSource = {
    kind: "hub",
    repo,
    ...(file !== undefined && { file }),
    ...(revision !== undefined && { revision }),
    ...(hub !== HUB && { hub }),
  };
  return hub === HUB
    ? { id: hubPath({ name: repo, file }), revision, source }
    : { id: hubAddress(repo, revision, hub) + (file ?? ""), source };
}

/** The choice of a checkpoint or adapter as it was loaded: on the Hub by its commit, which is what a link carries and what "load again" means. */
export function asLoaded(choice: ModelChoice, { source: identity }: Pick<ModelInfo, "source">): ModelChoice {
  const { source } = choice;
  if (source.kind === "stored") return { ...linkedAs(identity), source };
  return source.kind === "hub" && identity.revision !== undefined
    ? hubChoice({ ...source, revision: identity.revision })
    : choice;
}

/** The name in a link of what is stored, as `hubChoice` names a repository, so that a link to what is stored leads others to where it came from. */
export function linkedAs({ kind, name, file, revision }: SourceIdentity): Pick<ModelChoice, "id" | "revision"> {
  if (kind === "files") return { id: folderId(name), revision: undefined };
  if (kind !== "hub" || !isAddress(name)) return { id: hubPath({ name, file }), revision };
  const { origin, pathname } = new URL(name);
  return { id: hubAddress(pathname.slice(1), revision, origin) + (file ?? "") };
}

/** Names of a head and a neuron of the model at hand, as examples: those in its middle. */
export function exampleParts(): { readonly head: string; readonly neuron: string } {
  const { layers, heads, neurons } = model.getState().info ?? { layers: 0, heads: 0, neurons: 0 };
  const [layer, head, neuron] = [layers, heads, neurons].map((count) => Math.floor(count / 2)) as [
    number,
    number,
    number,
  ];
  return { head: formatHead({ layer, head }), neuron: formatNeuron({ layer, neuron }) };
}

/** The neighbour in the grid of heads, staying inside it. */
export function neighbour(at: HeadId, step: { readonly layers: number; readonly heads: number }): HeadId {
  const { info } = model.getState();
  const clamp = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));
  return {
    layer: clamp(at.layer + step.layers, info?.layers ?? Number.MAX_SAFE_INTEGER),
    head: clamp(at.head + step.heads, info?.heads ?? Number.MAX_SAFE_INTEGER),
  };
}
