import { Fault, faultCode } from "#core/fault.ts";

/** @param found what the browser did instead of storing */
export const storageFull = (found: string, cause?: unknown) =>
  new Fault("storage-full", `the browser's storage for this page is full: ${found}`, { cause });

/** @param found what the browser did instead of giving or taking what is stored */
export const storageFailed = (found: string, cause?: unknown) =>
  new Fault(
    "storage-failed",
    `the browser's storage for this page fails, as where its site data was cleared: ${found}`,
    {
      cause,
    },
  );

/** Whether somebody else has the file open and keeps others from writing it: the file is well, and this tab has to do without it. */
export const isInUse = (reason: unknown) =>
  reason instanceof DOMException && reason.name === "NoModificationAllowedError";

/** Whether what failed was the browser's storage, so that the same can be done in memory. */
export function isOfStorage(reason: unknown): boolean {
  const code = faultCode(reason);
  return code === "storage-full" || code === "storage-failed" || isInUse(reason);
}

/**
 * Runs a task on the browser's storage, with a code for whatever that refuses; that a file is in use stays what it is.
 *
 * @throws Fault "storage-full" or "storage-failed"; DOMException "NoModificationAllowedError"
 */
export async function ofStorage<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (reason) {
    throw asStorageFault(reason);
  }
}

export function asStorageFault(reason: unknown): unknown {
  if (reason instanceof Fault || isInUse(reason)) return reason;
  if (reason instanceof DOMException && reason.name === "QuotaExceededError") {
    return storageFull("it refuses more", reason);
  }
  return storageFailed(reason instanceof Error ? `${reason.name}, ${reason.message}` : String(reason), reason);
}
