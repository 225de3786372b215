/**
 * Some bytes of a file or a Blob, at once where a worker can: reading many slices side by side has been seen to hang
 * Chromium 156 for good. Node has no such reader, and does not hang.
 *
 * @throws DOMException "NotReadableError" for a file that has changed or is gone
 */
export const readBlob = (blob: Blob, start: number, end: number): Promise<ArrayBuffer> | ArrayBuffer =>
  typeof FileReaderSync === "undefined"
    ? blob.slice(start, end).arrayBuffer()
    : new FileReaderSync().readAsArrayBuffer(blob.slice(start, end));
