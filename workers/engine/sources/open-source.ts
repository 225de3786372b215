import { ggufAddress } from "#model/source-names.ts";
import type { CheckpointFiles, FileSource } from "./checkpoint-files.ts";
import { diskFiles } from "./disk-files.ts";
import { PATIENCE } from "./fetch-range.ts";
import type { Fetching, Patience } from "./fetch-range.ts";
import { hubFiles } from "./hub-files.ts";
import type { OwnCache } from "./own-origin.ts";
import { urlFiles } from "./url-files.ts";

/**
 * The files of a checkpoint, wherever they are. A Hub's revision is resolved to its commit here, so that every file is
 * of the same one.
 *
 * @param onBytes told of bytes as they arrive
 * @param signal ends every request of the source, now and later
 * @param cache how files of the page's own host are asked for
 * @throws Fault "unreachable" for a Hub that cannot be reached, "needs-token" or "missing-file" for one that says no
 */
export async function openSource(
  source: FileSource,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
  cache: OwnCache = "default",
  patience: Patience = PATIENCE,
): Promise<CheckpointFiles> {
  switch (source.kind) {
    case "hub":
      return hubFiles(source, { onBytes, signal, patience });
    case "url": {
      const gguf = ggufAddress(source.base);
      if (gguf) return ggufAt(source.base, gguf, { onBytes, signal, patience, cache });
      const base = source.base.endsWith("/") ? source.base : `${source.base}/`;
      return urlFiles(
        { base, name: base, identity: { kind: "url", name: base } },
        { onBytes, signal, patience, cache },
      );
    }
    case "files":
      return diskFiles(source, onBytes);
    default:
      throw new Error(`source: unknown kind ${String(source satisfies never)}`);
  }
}

/** The file under its own address, which may have a key to it at its end; what lies beside it under its folder's. */
function ggufAt(
  address: string,
  { folder, file }: { readonly folder: string; readonly file: string },
  fetching: Fetching,
): CheckpointFiles {
  const identity = { kind: "url", name: address } as const;
  return { ...urlFiles({ base: folder, name: folder, identity, own: { file, address } }, fetching), gguf: file };
}
