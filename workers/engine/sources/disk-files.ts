import { Fault } from "#core/fault.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import type { FilesSource } from "#model/checkpoint.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import { readBlob } from "./read-blob.ts";

/** A folder of the reader's own disk. Its bytes are read where they lie and sent nowhere. */
export function diskFiles(source: FilesSource, onBytes: (bytes: number) => void): CheckpointFiles {
  const paths = source.files.map((file, index) => source.paths?.[index] || file.webkitRelativePath || file.name);
  const byPath = new Map(source.files.map((file, index) => [pathInFolder(paths[index]!), file]));
  return {
    name: "the chosen folder",
    identity: { kind: "files", name: folderName(paths) ?? "from disk" },
    names: () => Promise.resolve([...byPath.keys()]),
    open: (path) => {
      const file = byPath.get(path);
      return Promise.resolve(file && fileSource(file, onBytes));
    },
  };
}

/** Without the chosen folder's own name: a checkpoint often has others in folders below it, with the same file names. */
const pathInFolder = (path: string) => path.split("/").slice(1).join("/") || path;

/** None for files that were chosen one by one. */
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
