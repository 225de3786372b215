import { Fault, faultCode } from "#core/fault.ts";
import type { CheckpointSource, Dtype } from "#model/checkpoint.ts";
import { openCheckpoint, openStored } from "./open-checkpoint.ts";
import type { OpenedCheckpoint } from "./open-checkpoint.ts";
import { openSource } from "./sources.ts";
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
  /** Told if another tab is at the same model, which has to end first. */
  readonly onWait: () => void;
}

/**
 * Opens what a request names and hands it on: from its source or, where that cannot be reached, from what is stored of it.
 *
 * @throws Fault
 */
export async function withCheckpoint<T>(
  { source, store, dtype, onBytes, signal, onWait }: CheckpointRequest,
  run: (checkpoint: OpenedCheckpoint) => Promise<T>,
): Promise<T> {
  if (source.kind === "stored") {
    const stored = await openStored(store, ({ id }) => id === source.id);
    if (stored) return run(stored);
    throw new Fault("missing-file", "this model is no longer stored in this browser; load it from where it came from");
  }
  const files = openSource(source, onBytes);
  const id = await packId(files.identity, dtype);
  return withPackLock({ store, id }, { signal, onWait }, async () => {
    const opened = await openCheckpoint(files, store, dtype).catch(async (reason: unknown) => {
      if (faultCode(reason) !== "unreachable") throw reason;
      const stored = await openStored(store, (record) => record.dtype === dtype && isFrom(record, source));
      if (!stored) throw reason;
      return stored;
    });
    return run(opened);
  });
}

/** A base address can stand with or without its last slash. */
function isFrom({ identity: { kind, name } }: PackRecord, source: CheckpointSource): boolean {
  return source.kind === "url" && kind === "url" && name.replace(/\/$/, "") === source.base.replace(/\/$/, "");
}
