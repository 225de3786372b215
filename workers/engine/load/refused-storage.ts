import { Fault } from "#core/fault.ts";
import { missingFills } from "../weights/fills.ts";
import { bytesToStore, megabytes, roomSentence } from "./fit.ts";
import { packedBytes } from "../weights/model-parts.ts";
import type { OpenedCheckpoint } from "./open-checkpoint.ts";
import type { FileStore } from "../store/file-store.ts";
import { isInUse } from "../store/storage-faults.ts";
import { storageReport } from "../store/stores.ts";

/**
 * Why a model is not stored, in one sentence: what the browser's storage did and, where there was too little room, how much was found
 * and is needed.
 *
 * @param checkpoint as far as it was opened
 */
export async function refusedStorage(reason: unknown, store: FileStore, checkpoint?: OpenedCheckpoint): Promise<Fault> {
  if (isInUse(reason)) {
    return new Fault(
      "storage-failed",
      "the stored copy of this model has to be mended, and another tab has it open; close that tab",
      {
        cause: reason,
      },
    );
  }
  const { code, message } = reason as Fault;
  if (code !== "storage-full" || !checkpoint) return new Fault(code, message, { cause: reason });
  const { plan, pack } = checkpoint;
  const neededBytes = bytesToStore(plan, missingFills(plan, pack));
  const storage = await storageReport(store);
  const { quotaBytes = 0, usedBytes = 0 } = storage;
  // browsers name more room than there is, lest pages learn how full a disk is: then what found room is all that is known
  const room =
    quotaBytes - usedBytes < neededBytes
      ? roomSentence(neededBytes, storage)
      : `storing it takes ${megabytes(neededBytes)} more, and there was room for ${megabytes(packedBytes(plan.parts) - neededBytes)} of it, though the browser speaks of ${megabytes(quotaBytes - usedBytes)}`;
  return new Fault(code, `${message}; ${room}`, { cause: reason });
}

/** The sentence about a model that answers although its storage was refused. */
export const heldInstead = ({ message }: Fault) =>
  `${message}. The model is held in memory for this visit, and the next one has to read it again.`;
