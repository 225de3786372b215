import { Fault } from "#core/fault.ts";

/** As `ENOENT`. */
export const codeOf = (reason: unknown): unknown => (reason as { readonly code?: unknown } | undefined)?.code;

/** What a disk refused, with a code that the engine decides by. */
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
