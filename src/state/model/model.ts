import { createStore } from "zustand/vanilla";
import type { Fault } from "#core/fault.ts";
import { HUB, MADE_DTYPES, hubAddress, hubPath } from "#model/checkpoint.ts";
import type { Backend, CheckpointSource, Dtype, HubSource, SourceIdentity } from "#model/checkpoint.ts";
import type { LoadProgress, ModelInfo, StoredModel } from "#protocol/engine.ts";
import type { Pace } from "./load-pace.ts";
import { DEFAULT_DTYPE, ggufAmong, isGgufSource, usualDtype } from "#model/gguf/source.ts";
import { ggufOnHub, isAddress, isHubRepo } from "#model/source-names.ts";
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
    } & Pace)
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

/** The same weights in the same precision on the same device: what was computed with the one is computed with the other. */
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

/** The ways in which a model can be held: a GGUF file's as it stores them, too. */
export const dtypesOf = (choice: ModelChoice | undefined): readonly Dtype[] =>
  choice && (isGgufSource(choice.source) || model.getState().dtype === "stored")
    ? ["stored", ...MADE_DTYPES]
    : MADE_DTYPES;

/** How it is held where nobody says: the model at hand as it is, another one as is usual for it. */
export function dtypeFor({ id, source }: ModelChoice): Dtype {
  const { choice, dtype } = model.getState();
  return id === choice?.id ? dtype : usualDtype(source, dtype);
}

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
  const gguf = ggufOnHub(id);
  if (gguf) return hubChoice({ kind: "hub", ...gguf, ...(revision !== undefined && { revision }) });
  return isHubRepo(id) ? hubChoice({ kind: "hub", repo: id, ...(revision !== undefined && { revision }) }) : undefined;
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

/** A folder of the person's own, which links can name but not open. `paths` start with its name. */
export const folderChoice = (files: readonly File[], paths: readonly string[]): ModelChoice => ({
  id: folderId(ggufAmong(paths) ?? folderName(paths) ?? "from disk"),
  source: { kind: "files", files, paths },
});

/** The name by which links call what a script loads: a folder on disk has only its own. */
export function choiceOfSource(source: CheckpointSource): ModelChoice {
  switch (source.kind) {
    case "files":
      return folderChoice(
        source.files,
        source.files.map((file) => file.webkitRelativePath || file.name),
      );
    case "hub":
      return hubChoice(source);
    case "stored":
      return { id: source.id, source };
    case "url":
      return { id: source.base, source };
    default:
      throw new Error(`source: unknown kind ${String(source satisfies never)}`);
  }
}

/** None where files were chosen one by one. */
const folderName = ([first = ""]: readonly string[]) => (first.includes("/") ? first.split("/")[0] : undefined);

/** The same checkpoint or adapter as it was loaded: on the Hub by its commit, which is what a link carries and what "load again" means. */
export function asLoaded(choice: ModelChoice, { source: identity }: Pick<ModelInfo, "source">): ModelChoice {
  const { source } = choice;
  if (source.kind === "stored") return { ...linkedAs(identity), source };
  return source.kind === "hub" && identity.revision !== undefined
    ? hubChoice({ ...source, revision: identity.revision })
    : choice;
}

/**
 * How what is stored is opened: a complete model as it is stored, one whose load was broken off from where it came.
 *
 * @returns undefined for a folder that was not read to its end: the page cannot open it again by itself
 */
export function storedChoice({ id, source, isComplete }: StoredModel): ModelChoice | undefined {
  const linked = linkedAs(source);
  if (isComplete) return { ...linked, source: { kind: "stored", id } };
  return source.kind === "files" ? undefined : choiceNamed(linked.id, linked.revision, []);
}

/** As `hubChoice` names a repository, so that a link to what is stored leads others to where it came from. */
function linkedAs({ kind, name, file, revision }: SourceIdentity): Pick<ModelChoice, "id" | "revision"> {
  if (kind === "files") return { id: folderId(name), revision: undefined };
  if (kind !== "hub" || !isAddress(name)) return { id: hubPath({ name, file }), revision };
  const { origin, pathname } = new URL(name);
  return { id: hubAddress(pathname.slice(1), revision, origin) + (file ?? "") };
}
