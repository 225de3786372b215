import { asStorageFault, storageFailed, storageFull } from "./storage-faults.ts";

type Written = Pick<FileSystemSyncAccessHandle, "write" | "truncate" | "getSize">;

/**
 * What Chromium 156 counts in place of an exception once the file is gone, as after its site data was cleared: the error's number, −4,
 * taken for an unsigned one. The bytes that such a read leaves behind are zeros.
 */
const GONE = 2 ** 32 - 4;
/** The length that Chromium 156 gives once the file is gone: the same number in 64 bits. */
const GONE_LENGTH = 2 ** 64 - 4;

/**
 * Writes all of it. A full disk is an exception in some browsers; Chromium returns from `write` with fewer bytes than it was given, or with
 * a count that makes no sense.
 *
 * @throws Fault "storage-full" or "storage-failed"
 */
export function writeAll(handle: Written, bytes: Uint8Array<ArrayBuffer>, at: number): void {
  const count = withCode(() => handle.write(bytes, { at }));
  if (count === bytes.byteLength) return;
  const found = `${count} of ${bytes.byteLength} bytes were written`;
  throw count === GONE ? storageFailed(found) : storageFull(found);
}

/** @throws Fault "storage-full" or "storage-failed" */
export function resize(handle: Written, byteLength: number): void {
  withCode(() => handle.truncate(byteLength));
  const found = lengthOf(handle);
  if (found !== byteLength) throw storageFull(`a file of ${byteLength} bytes was asked for and has ${found}`);
}

/** @throws Fault "storage-failed" for a file that is gone */
export function lengthOf(handle: Pick<FileSystemSyncAccessHandle, "getSize">): number {
  const length = withCode(() => handle.getSize());
  if (length === GONE_LENGTH) throw storageFailed("a file that was open is gone");
  return length;
}

/** All bytes from `start` to `end`. @throws Fault "storage-failed" where fewer come, or none that are the file's */
export function readAll(handle: Pick<FileSystemSyncAccessHandle, "read">, start: number, end: number): ArrayBuffer {
  const bytes = new ArrayBuffer(end - start);
  const count = withCode(() => handle.read(bytes, { at: start }));
  if (count !== bytes.byteLength) throw storageFailed(`${count} of ${bytes.byteLength} bytes were read`);
  return bytes;
}

/** Flushes a file: what was written survives the end of the page when this returns. @throws Fault "storage-full" or "storage-failed" */
export const flush = (handle: Pick<FileSystemSyncAccessHandle, "flush">) => withCode(() => handle.flush());

function withCode<T>(task: () => T): T {
  try {
    return task();
  } catch (cause) {
    throw asStorageFault(cause);
  }
}
