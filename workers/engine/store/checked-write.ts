import { Fault } from "#core/fault.ts";

type Written = Pick<FileSystemSyncAccessHandle, "write" | "truncate" | "getSize">;

/**
 * Writes all of it. A full disk is an exception in some browsers; Chromium returns from `write` with fewer bytes than it was given, or with
 * a count that makes no sense.
 *
 * @throws Fault "storage-full"
 */
export function writeAll(handle: Written, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  const count = asFull(() => handle.write(bytes, { at }));
  if (count !== bytes.byteLength) throw full(`${count} of ${bytes.byteLength} bytes were written`);
}

/** @throws Fault "storage-full" */
export function resize(handle: Written, byteLength: number): void {
  asFull(() => handle.truncate(byteLength));
  const found = handle.getSize();
  if (found !== byteLength) throw full(`a file of ${byteLength} bytes was asked for and has ${found}`);
}

function asFull<T>(task: () => T): T {
  try {
    return task();
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "QuotaExceededError") throw full("it refuses more", cause);
    throw cause;
  }
}

const full = (found: string, cause?: unknown) =>
  new Fault("storage-full", `the browser's storage for this page is full: ${found}`, { cause });
