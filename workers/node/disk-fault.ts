import { Fault } from "#core/fault.ts";

/** A failure's code, as `ENOENT`. */
export const codeOf = (reason: unknown): unknown => (reason as { readonly code?: unknown } | undefined)?.code;

/** The fault for what a disk refused, with a code that the engine decides by. */
export function diskFault(root: string, cause: unknown): Fault {
  if (cause instanceof Fault) return cause;
  const code = codeOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new Fault("storage-full", `${root}: the disk is full`, { cause });
  }
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") {
    return new Fault("storage-failed", `${root}: it may not be written to (${String(code)})`, { cause });
  }
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new Fault("storage-failed", `${root}: a file stands where a folder is needed (${code})`, { cause });
  }
  return new Fault("storage-failed", `${root}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

/** What a task gives, or what the disk refused. @throws Fault "storage-full" or "storage-failed" */
export async function ofDisk<T>(root: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (reason) {
    throw diskFault(root, reason);
  }
}

/** Whatever a reading gives, or undefined where there is nothing of that name. */
export const ifThere = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((reason: unknown) => {
    if (codeOf(reason) === "ENOENT") return undefined;
    throw reason;
  });
