import { MADE_DTYPES } from "#model/checkpoint.ts";
import type { CheckpointSource, Dtype } from "#model/checkpoint.ts";
import { ggufAmong, isGgufSource } from "#model/gguf/source.ts";
import { ggufOnHub, isAddress, isHubRepo, isRevision } from "#model/source-names.ts";
import type { StoredModel } from "#protocol/engine.ts";
import { folderId } from "../link/finding.ts";
import { hubChoice, linkedAs, model } from "./model.ts";
import type { ModelChoice } from "./model.ts";

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

/** @returns undefined for a name that leads nowhere, as a folder on somebody's disk */
export function adapterNamed(name: string): ModelChoice | undefined {
  const at = isAddress(name) ? -1 : name.indexOf("@");
  const [id, revision] = at === -1 ? [name] : [name.slice(0, at), name.slice(at + 1)];
  if (revision !== undefined && !isRevision(revision)) return undefined;
  return choiceNamed(id, revision, []);
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

/** The name of a chosen folder; none where files were chosen one by one. */
const folderName = ([first = ""]: readonly string[]) => (first.includes("/") ? first.split("/")[0] : undefined);

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

/** The ways in which a model can be held: a GGUF file's as it stores them, too. */
export const dtypesOf = (choice: ModelChoice | undefined): readonly Dtype[] =>
  choice && (isGgufSource(choice.source) || model.getState().dtype === "stored")
    ? ["stored", ...MADE_DTYPES]
    : MADE_DTYPES;
