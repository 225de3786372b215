import { Fault, faultCode } from "#core/fault.ts";
import { MAIN_REVISION, hubName } from "#model/checkpoint.ts";
import type { CheckpointSource, Dtype } from "#model/checkpoint.ts";
import { copyPack, openCheckpoint, openStored } from "./open-checkpoint.ts";
import type { OpenedCheckpoint } from "./open-checkpoint.ts";
import type { CheckpointFiles } from "../sources/checkpoint-files.ts";
import { openSource } from "../sources/open-source.ts";
import type { OwnCache } from "../sources/own-origin.ts";
import { memoryStore } from "../store/file-store.ts";
import type { FileStore } from "../store/file-store.ts";
import { packId } from "../store/pack.ts";
import type { PackRecord } from "../store/pack.ts";
import { isOfStorage } from "../store/storage-faults.ts";
import { withPackLock } from "../store/stores.ts";

export interface CheckpointRequest {
  readonly source: CheckpointSource;
  readonly store: FileStore;
  readonly dtype: Dtype;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
  /** How files of the page's own host are asked for. */
  readonly cache: OwnCache;
  /** Told of the files once they can be read; not of what is opened from the store. */
  readonly onOpened: (files: CheckpointFiles) => void;
  /** Told if another tab is at the same model, which has to end first. */
  readonly onWait: () => void;
  /** Told that the browser's storage refuses, and of the checkpoint as far as it was opened; the load goes on in memory then. */
  readonly onRefused: (reason: unknown, checkpoint?: OpenedCheckpoint) => Promise<void>;
}

type Run<T> = (checkpoint: OpenedCheckpoint) => Promise<T>;

/**
 * Opens what a request names and hands it on: from its source or, where that cannot be reached, from what is stored of it. Where the
 * browser's storage refuses, before or while it runs, it is opened and run once more in memory, with what was stored of it so far.
 *
 * @throws Fault
 */
export async function withCheckpoint<T>(request: CheckpointRequest, run: Run<T>): Promise<T> {
  const { source, store, dtype, onBytes, onOpened, signal, onWait, cache } = request;
  if (source.kind === "stored") {
    return storedOrHeld(request, run, async (from) => {
      const stored = await openStored(from, ({ id }) => id === source.id);
      if (stored) return stored;
      throw new Fault(
        "storage-failed",
        "this model is no longer stored in this browser; load it from where it came from",
      );
    });
  }
  const storedInstead = async (from: FileStore, reason: unknown): Promise<OpenedCheckpoint> => {
    if (faultCode(reason) !== "unreachable") throw reason;
    const stored = await openStored(from, (record) => record.dtype === dtype && isFrom(record, source));
    if (!stored) throw reason;
    return stored;
  };
  const files = await openSource(source, onBytes, signal, cache).catch((reason: unknown) => ({ reason }));
  // a Hub that cannot be reached cannot say which commit is meant either
  if ("reason" in files) return storedOrHeld(request, run, (from) => storedInstead(from, files.reason));
  onOpened(files);
  const id = await packId(files.identity, dtype);
  return withPackLock({ store, id }, { signal, onWait }, () =>
    storedOrHeld(request, run, (into) =>
      openCheckpoint(files, into, { dtype, signal }).catch((reason: unknown) => storedInstead(into, reason)),
    ),
  );
}

/**
 * @param open from a store, or into it
 * @throws what `open` or `run` fails with in memory
 */
async function storedOrHeld<T>(
  { store, signal, onRefused }: CheckpointRequest,
  run: Run<T>,
  open: (store: FileStore) => Promise<OpenedCheckpoint>,
): Promise<T> {
  let opened: OpenedCheckpoint | undefined;
  let isBegunHere = false;
  try {
    opened = await open(store);
    isBegunHere = !opened.pack.hasSteps;
    return await run(opened);
  } catch (reason) {
    if (!store.isPersistent || !isOfStorage(reason) || signal.aborted) throw reason;
    await onRefused(reason, opened);
    const memory = memoryStore();
    if (opened) await copyPack(opened, memory);
    const result = await run(await open(memory));
    // what an earlier visit stored stays for a later one; what this one began is only in the way
    if (opened && isBegunHere) await store.remove(opened.pack.id).catch(() => undefined);
    return result;
  }
}

/** A base address can stand with or without its last slash, a repository's commit for the branch that was asked for. */
function isFrom({ identity }: PackRecord, source: CheckpointSource): boolean {
  const { kind, name, file, revision, requested } = identity;
  if (source.kind === "url") return kind === "url" && name.replace(/\/$/, "") === source.base.replace(/\/$/, "");
  if (source.kind !== "hub" || kind !== "hub" || name !== hubName(source) || file !== source.file) return false;
  return [revision, requested].includes(source.revision ?? MAIN_REVISION);
}
