import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import { readHashed } from "./fill-pack.ts";
import type { Fill } from "./fills.ts";
import { heldLimit } from "../load/fit.ts";
import type { ModelPart } from "./model-parts.ts";
import type { PartId } from "./model-weights.ts";
import type { OpenedCheckpoint } from "../load/open-checkpoint.ts";
import type { StoredFile } from "../store/file-store.ts";
import { storageFailed } from "../store/storage-faults.ts";

interface MadeOf {
  readonly checkpoint: OpenedCheckpoint;
  readonly fills: readonly Fill[];
}

/**
 * A running model's files, which outlast what is stored: a part that the browser does not give any more, as where its site data was
 * cleared, is read from the checkpoint once more and held in memory.
 */
export function lastingFiles(files: ReadonlyMap<PartId, StoredFile>, of: MadeOf): ReadonlyMap<PartId, StoredFile> {
  const { pack, plan } = of.checkpoint;
  if (!pack.isPersistent) return files;
  let heldBytes = 0;
  return new Map(
    plan.parts.map((part) => {
      const again = () => {
        heldBytes += part.layout.totalBytes;
        if (heldBytes <= heldLimit()) return readAgain(part, of);
        throw storageFailed("what is read again of the model is more than can be held in memory");
      };
      return [part.id, lasting(files.get(part.id)!, again)];
    }),
  );
}

function lasting(file: StoredFile, again: () => Promise<ByteSource>): StoredFile {
  let instead: Promise<ByteSource> | undefined;
  const held = async (cause: unknown) => {
    try {
      return await again();
    } catch (why) {
      instead = undefined;
      throw new Fault(
        "storage-failed",
        `the stored weights of this model are gone, and reading them again failed: ${why instanceof Error ? why.message : String(why)}`,
        { cause },
      );
    }
  };
  return {
    byteLength: file.byteLength,
    async slice(start, end, signal) {
      if (!instead) {
        try {
          return await file.slice(start, end, signal);
        } catch (cause) {
          signal?.throwIfAborted();
          instead ??= held(cause);
        }
      }
      return (await instead).slice(start, end, signal);
    },
    close: () => file.close(),
  };
}

/** @throws Fault "bad-file" if the checkpoint has other bytes by now */
async function readAgain(part: ModelPart, { checkpoint, fills }: MadeOf): Promise<ByteSource> {
  const tensors = await checkpoint.tensors();
  const file = new Uint8Array(part.layout.totalBytes);
  for (const fill of fills) {
    const sinks = fill.sinks.filter((sink) => sink.part === part.id);
    if (sinks.length === 0) continue;
    // others than the one who asked may wait for the part: it is read to its end
    const { rows, hashes } = await readHashed(fill, tensors, new AbortController().signal);
    if (hashes.join() !== checkpoint.pack.hashesOf(fill.key)!.join()) {
      throw new Fault(
        "bad-file",
        `the checkpoint has changed since it was loaded, in ${fill.reads[0]!.tensor}; load it again`,
      );
    }
    for (const { offset, bytes } of sinks.flatMap((sink) => sink.pack(rows))) file.set(bytes, offset);
  }
  return memorySource(file);
}
