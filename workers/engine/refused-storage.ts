import { Fault } from "#core/fault.ts";
import { fillsOf } from "./fills.ts";
import { bytesToStore, roomSentence } from "./fit.ts";
import type { OpenedCheckpoint } from "./open-checkpoint.ts";
import type { FileStore } from "./store/file-store.ts";
import { isInUse } from "./store/storage-faults.ts";
import { storageReport } from "./store/stores.ts";

/**
 * Why a model is not stored, in one sentence: what the browser's storage did and, where there was too little room, how much was found
 * and is needed.
 *
 * @param checkpoint as far as it was opened
 */
export async function refusedStorage(reason: unknown, store: FileStore, checkpoint?: OpenedCheckpoint): Promise<Fault> {
  if (isInUse(reason)) {
    return new Fault("storage-failed", "what is stored of the model has to be mended, and another tab has it open", {
      cause: reason,
    });
  }
  const { code, message } = reason as Fault;
  if (code !== "storage-full" || !checkpoint) return new Fault(code, message, { cause: reason });
  const { plan, pack } = checkpoint;
  const missing = fillsOf(plan).filter(({ key }) => !pack.isDone(key));
  const room = roomSentence(bytesToStore(plan, missing), await storageReport(store));
  return new Fault(code, `${message}; ${room}`, { cause: reason });
}

/** What a person is told of a model that answers all the same. */
export const heldInstead = ({ message }: Fault) =>
  `${message}. The model is held in memory for this visit, and the next one has to read it again.`;
