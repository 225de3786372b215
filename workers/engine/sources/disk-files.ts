import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import { isGguf } from "#formats/gguf/gguf.ts";
import { firstPart } from "#formats/gguf/gguf-parts.ts";
import type { FilesSource } from "#model/checkpoint.ts";
import { PROJECTOR, isBlobName, isGgufName } from "#model/source-names.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import { readBlob } from "./read-blob.ts";

/**
 * A folder of the reader's own disk, or a GGUF file on it. Its bytes are read where they lie and sent nowhere.
 *
 * @throws Fault "bad-request" for a folder with several models in GGUF
 */
export async function diskFiles(source: FilesSource, onBytes: (bytes: number) => void): Promise<CheckpointFiles> {
  const paths = source.files.map((file, index) => source.paths?.[index] || file.webkitRelativePath || file.name);
  const byPath = new Map(source.files.map((file, index) => [pathInFolder(paths[index]!), file]));
  const gguf = await ggufAmong(byPath);
  return {
    name: calledAs(paths, gguf),
    identity: { kind: "files", name: gguf ?? folderName(paths) ?? "from disk" },
    ...(gguf !== undefined && { gguf }),
    names: () => Promise.resolve([...byPath.keys()]),
    open: (path) => {
      const file = byPath.get(path);
      return Promise.resolve(file && fileSource(file, onBytes));
    },
  };
}

/** What was chosen, in sentences: a file that was chosen or dropped by itself is no folder, and is called by its name. */
function calledAs(paths: readonly string[], gguf: string | undefined): string {
  if (gguf !== undefined) return "what was chosen";
  const [only, ...more] = paths;
  const isAlone = only !== undefined && more.length === 0 && !only.includes("/");
  return isAlone ? `${shownName(only)} alone, which is no GGUF file,` : "the chosen folder";
}

/** The GGUF file that is meant: the only model among the files, by its name or as one of Ollama's, or a lone file that begins like one. */
async function ggufAmong(files: ReadonlyMap<string, File>): Promise<string | undefined> {
  const names = [...files.keys()];
  const [only] = names;
  if (names.length === 1 && (await beginsAsGguf(files.get(only!)!))) return only;
  if (files.has("config.json") && names.some((name) => name.endsWith(".safetensors"))) return undefined;
  const called = [...new Set(names.filter((name) => isGgufName(name) && !PROJECTOR.test(name)).map(firstPart))];
  const models = called.length > 0 ? called : await blobsIn(files);
  if (models.length < 2) return models[0];
  const some = models.slice(0, 4).map(shownName).join(", ");
  throw new Fault("bad-request", `the folder has ${models.length} models in GGUF (${some}); open one of the files`);
}

/** Ollama's files are called by their sums; which of them are models their beginnings tell. */
async function blobsIn(files: ReadonlyMap<string, File>): Promise<string[]> {
  const blobs = [...files].filter(([name]) => isBlobName(name)).slice(0, MOST_BLOBS);
  const isModel = await Promise.all(blobs.map(([, file]) => beginsAsGguf(file)));
  return blobs.flatMap(([name], index) => (isModel[index] ? [name] : []));
}

/** More than a few hundred models have. */
const MOST_BLOBS = 2_000;

const MAGIC_BYTES = 4;

async function beginsAsGguf(file: File): Promise<boolean> {
  try {
    return isGguf(new Uint8Array(await readBlob(file, 0, MAGIC_BYTES)));
  } catch {
    return false; // whoever reads it next says why it cannot be
  }
}

/** A path without the chosen folder's own name: a checkpoint often has others in folders below it, with the same file names. */
const pathInFolder = (path: string) => path.split("/").slice(1).join("/") || path;

/** The chosen folder's name; none for files that were chosen one by one. */
const folderName = ([first = ""]: readonly string[]) => (first.includes("/") ? first.split("/")[0] : undefined);

function fileSource(file: File, onBytes: (bytes: number) => void): ByteSource {
  return {
    byteLength: file.size,
    async slice(start, end, signal) {
      signal?.throwIfAborted();
      try {
        const bytes = await readBlob(file, start, end);
        onBytes(bytes.byteLength);
        return bytes;
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new Fault(
          "bad-file",
          `${file.name} could not be read: it has changed or is gone since it was chosen (${why}); choose the folder again`,
          { cause },
        );
      }
    },
  };
}
