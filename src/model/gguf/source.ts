import type { CheckpointSource, Dtype } from "../checkpoint.ts";
import { PROJECTOR, ggufAddress, isBlobName, isGgufName } from "../source-names.ts";

/** Small enough for everyone, exact enough that the prediction does not move. */
export const DEFAULT_DTYPE = "q8";

/**
 * The model in GGUF that is among files from disk, by their paths: a file that is called so, or a sum, as Ollama's are, or is the only one,
 * whatever it is called. Undefined for a checkpoint's folder.
 */
export function ggufAmong(paths: readonly string[]): string | undefined {
  if (paths.some((path) => CONFIG.test(path)) && paths.some((path) => path.endsWith(".safetensors"))) return undefined;
  const names = paths.map((path) => path.split("/").at(-1)!);
  const models = names.filter((name) => isGgufName(name) && !PROJECTOR.test(name));
  const [first] = (models.length > 0 ? models : names.filter(isBlobName)).sort();
  return first ?? (paths.length === 1 && ALONE.test(paths[0]!) ? paths[0] : undefined);
}

/** The path of a config in the chosen folder itself, or of one that was chosen without a folder. */
const CONFIG = /^(?:[^/]+\/)?config\.json$/;
/** A file that was not chosen with its folder, and is neither text nor safetensors. */
const ALONE = /^[^/]+$(?<!\.(?:json|safetensors))/;

export function isGgufSource(source: CheckpointSource): boolean {
  switch (source.kind) {
    case "hub":
      return source.file !== undefined;
    case "url":
      return ggufAddress(source.base) !== undefined;
    case "files":
      return ggufAmong(source.paths ?? source.files.map(({ name }) => name)) !== undefined;
    case "stored":
      return false;
    default:
      throw new Error(`source: unknown kind ${String(source satisfies never)}`);
  }
}

/**
 * The precision of a checkpoint that nobody named one for: a GGUF file's weights stay as they are.
 *
 * @param usual of other checkpoints
 */
export function usualDtype(source: CheckpointSource, usual: Dtype = DEFAULT_DTYPE): Dtype {
  if (isGgufSource(source)) return "stored";
  return usual === "stored" ? DEFAULT_DTYPE : usual;
}
