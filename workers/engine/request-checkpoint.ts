import { Fault, faultCode } from "#core/fault.ts";
import { MAIN_REVISION, hubName } from "#model/checkpoint.ts";
import type { CheckpointSource, Dtype } from "#model/checkpoint.ts";
import { openCheckpoint, openStored } from "./open-checkpoint.ts";
import type { OpenedCheckpoint } from "./open-checkpoint.ts";
import type { CheckpointFiles } from "./sources/checkpoint-files.ts";
import { openSource } from "./sources/open-source.ts";
import type { FileStore } from "./store/file-store.ts";
import { packId } from "./store/pack.ts";
import type { PackRecord } from "./store/pack.ts";
import { withPackLock } from "./store/stores.ts";

export interface CheckpointRequest {
  readonly source: CheckpointSource;
  readonly store: FileStore;
  readonly dtype: Dtype;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
  /** Told of the files once they can be read; not of what is opened from the store. */
  readonly onOpened: (files: CheckpointFiles) => void;
  /** Told if another tab is at the same model, which has to end first. */
  readonly onWait: () => void;
}

/**
 * Opens what a request names and hands it on: from its source or, where that cannot be reached, from what is stored of it.
 *
 * @throws Fault
 */
export async function withCheckpoint<T>(
  { source, store, dtype, onBytes, onOpened, signal, onWait }: CheckpointRequest,
  run: (checkpoint: OpenedCheckpoint) => Promise<T>,
): Promise<T> {
  if (source.kind === "stored") {
    const stored = await openStored(store, ({ id }) => id === source.id);
    if (stored) return run(stored);
    throw new Fault("missing-file", "this model is no longer stored in this browser; load it from where it came from");
  }
  const storedInstead = async (reason: unknown): Promise<OpenedCheckpoint> => {
    if (faultCode(reason) !== "unreachable") throw reason;
    const stored = await openStored(store, (record) => record.dtype === dtype && isFrom(record, source));
    if (!stored) throw reason;
    return stored;
  };
  const files = await openSource(source, onBytes, signal).catch(async (reason: unknown) => ({
    stored: await storedInstead(reason),
  }));
  // a Hub that cannot be reached cannot say which commit is meant either
  if ("stored" in files) return run(files.stored);
  onOpened(files);
  const id = await packId(files.identity, dtype);
  return withPackLock({ store, id }, { signal, onWait }, async () =>
    run(await openCheckpoint(files, store, { dtype, signal }).catch(storedInstead)),
  );
}

/** A base address can stand with or without its last slash, a repository's commit for the branch that was asked for. */
function isFrom({ identity }: PackRecord, source: CheckpointSource): boolean {
  const { kind, name, revision, requested } = identity;
  if (source.kind === "url") return kind === "url" && name.replace(/\/$/, "") === source.base.replace(/\/$/, "");
  if (source.kind !== "hub" || kind !== "hub" || name !== hubName(source)) return false;
  return [revision, requested].includes(source.revision ?? MAIN_REVISION);
}
