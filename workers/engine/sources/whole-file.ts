import { Fault } from "#core/fault.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import { PassingFailure, ask, endedBy, withPatience } from "./fetch-range.ts";
import type { Answer, ByteRange, Fetching } from "./fetch-range.ts";
import { differingState, stateOf, versionOf } from "./file-state.ts";
import { readBlob } from "./read-blob.ts";

/** Up to here a file is read at once; of a larger one no more than is asked for, so that its reader can still say no. */
const READ_AT_ONCE_BYTES = 50_000_000;
/** Pieces are handed over to a Blob, which a browser may keep on disk, before they take more memory than this. */
const PIECES_BYTES = 8_000_000;

/** Whether an answer's body has been decoded: what its headers say of length and range is about other bytes. Another origin hides it. */
export const isEncoded = ({ headers }: Response) =>
  !["", "identity"].includes(headers.get("content-encoding")?.toLowerCase() ?? "");

/**
 * A file of a server that knows no ranges: one response, read as far as somebody has asked and no further, and kept as
 * Blobs. A connection that breaks is opened again, and what is there already is skipped.
 *
 * @param first the answer with the whole file, of which nothing has been read
 * @param range how it was asked for, and is again
 */
export async function wholeSource(
  url: string,
  first: Answer,
  range: ByteRange | undefined,
  fetching: Fetching,
): Promise<ByteSource> {
  const lengthText = isEncoded(first.response) ? null : first.response.headers.get("content-length");
  const declared = lengthText === null ? undefined : Number(lengthText);
  const blobs: Blob[] = [];
  let held = 0;
  let answer: Answer | undefined = first;
  /** Bytes of a newly opened answer that are held already. */
  let toSkip = 0;

  async function readTo(end: number, signal: AbortSignal | undefined): Promise<void> {
    if (!answer) {
      const again = await ask(url, range, fetching);
      checkAgain(url, again, first);
      answer = again;
      toSkip = held;
    }
    let pieces: BlobPart[] = [];
    let inPieces = 0;
    const keep = () => {
      if (inPieces > 0) blobs.push(new Blob(pieces));
      held += inPieces;
      pieces = [];
      inPieces = 0;
    };
    try {
      while (held + inPieces < end) {
        signal?.throwIfAborted();
        const piece = await answer.next();
        if (!piece && declared !== undefined && held + inPieces < declared) throw new PassingFailure(short());
        if (!piece) return;
        const fresh = piece.subarray(Math.min(toSkip, piece.byteLength));
        toSkip -= piece.byteLength - fresh.byteLength;
        pieces.push(fresh as Uint8Array<ArrayBuffer>);
        inPieces += fresh.byteLength;
        if (inPieces >= PIECES_BYTES) keep();
      }
    } catch (reason) {
      if (reason instanceof PassingFailure) answer = undefined;
      throw reason;
    } finally {
      keep();
    }
  }
  const short = () =>
    new Fault("damaged-file", `${url}: ${declared} bytes were announced, ${held} came; the file is truncated`);

  const { attempts, attemptsToOpen } = fetching.patience;
  const isAtOnce = declared === undefined || declared <= READ_AT_ONCE_BYTES;
  // to its end, which is behind the announced one where the body is decoded and another origin does not say so
  if (isAtOnce) await withPatience(() => readTo(Number.POSITIVE_INFINITY, undefined), attemptsToOpen, fetching);
  const byteLength = isAtOnce ? held : declared;
  /** One reader at a time; a failed one fails its caller and nobody else. */
  let turn: Promise<unknown> = Promise.resolve();
  const version = versionOf(stateOf(first.response.headers), byteLength);
  return {
    byteLength,
    ...(version !== undefined && { version }),
    async slice(start, end, signal) {
      signal?.throwIfAborted();
      const reading = turn.then(() => withPatience(() => readTo(end, signal), attempts, endedBy(signal, fetching)));
      turn = reading.catch(() => undefined);
      await orAbort(reading, signal);
      return readBlob(new Blob(blobs), start, end);
    },
  };
}

/** The reading itself goes on to its next piece, which the next reader finds. */
function orAbort(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function checkAgain(url: string, { response, close }: Answer, first: Answer): void {
  const isAsLong = response.headers.get("content-length") === first.response.headers.get("content-length");
  const how = differingState(stateOf(first.response.headers), stateOf(response.headers));
  if (response.status === 200 && isAsLong && how === undefined) return;
  close();
  const why = how === undefined ? "" : `: ${how}`;
  throw new Fault("bad-file", `${url}: the file changed while it was read${why}; load it again from its beginning`);
}
