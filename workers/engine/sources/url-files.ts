import { grouped } from "#core/grouped.ts";
import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import type { SourceIdentity } from "#model/checkpoint.ts";
import type { CheckpointFiles } from "./checkpoint-files.ts";
import { PROBE, PassingFailure, ask, endedBy, withPatience } from "./fetch-range.ts";
import type { Answer, ByteRange, Fetching } from "./fetch-range.ts";
import { differingState, stateOf, versionOf } from "./file-state.ts";
import type { FileState } from "./file-state.ts";
import { isEncoded, wholeSource } from "./whole-file.ts";

interface UrlFolder {
  /** Ends in "/". */
  readonly base: string;
  readonly name: string;
  readonly identity: SourceIdentity;
  /** A file with an address of its own. */
  readonly own?: { readonly file: string; readonly address: string };
}

/** The files under an address, each read range by range; of a server without ranges whole, in the order of its bytes. */
export function urlFiles({ base, name, identity, own }: UrlFolder, fetching: Fetching): CheckpointFiles {
  const notes: string[] = [];
  return {
    name,
    identity,
    notes,
    open: async (path) => {
      const url = path === own?.file ? own.address : addressIn(base, path);
      if (url === undefined) return undefined;
      return withPatience(
        async () => {
          // of a range a browser asks for the bytes as they are
          let range: ByteRange | undefined = PROBE;
          let answer = await ask(url, range, fetching);
          if (answer.response.status === 206) {
            const source = await openRanged(url, answer, fetching);
            if (source) return source;
            // parts of the compressed file are no parts of the file
            range = undefined;
            answer = await ask(url, range, fetching);
          }
          const { status } = answer.response;
          if (status === 200 && !isFallbackPage(answer.response, path)) {
            const source = await wholeSource(url, answer, range, fetching);
            if (source.byteLength > PROBE.end) notes.push(wholeNote(path, source.byteLength));
            return source;
          }
          answer.close();
          // an empty file has no first byte to give
          return status === 416 ? memorySource(new Uint8Array(0)) : undefined;
        },
        fetching.patience.attemptsToOpen,
        fetching,
      );
    },
  };
}

/** @returns undefined for a path that leads out of the folder: the names of shards are written by whoever made the checkpoint */
function addressIn(base: string, path: string): string | undefined {
  const parts = path.split("/");
  return parts.includes("..") ? undefined : base + parts.map(encodeURIComponent).join("/");
}

const wholeNote = (path: string, bytes: number) =>
  `The server sends files only whole, without ranges: ${path} has ${grouped(bytes)} bytes and cannot be resumed in its middle.`;

/** A development server answers with its page where there is no file; no file of a checkpoint is HTML. */
const isFallbackPage = (response: Response, path: string) =>
  !path.endsWith(".html") && (response.headers.get("content-type") ?? "").startsWith("text/html");

/** What every later answer about the same file has to repeat. */
interface FileFacts {
  readonly byteLength: number;
  readonly state: FileState;
}

/** @returns undefined where the server has ranges of the file as it is compressed */
async function openRanged(url: string, answer: Answer, fetching: Fetching): Promise<ByteSource | undefined> {
  const { headers } = answer.response;
  if (isEncoded(answer.response)) {
    answer.close();
    return undefined;
  }
  const contentRange = readContentRange(headers);
  if (contentRange?.total === undefined) {
    answer.close();
    throw new Fault(
      "bad-file",
      `${url}: the server sent a part of the file without saying how long it is; a Content-Range like “bytes 0-65535/12750008” is needed, it is “${headers.get("content-range") ?? ""}”`,
    );
  }
  const { total } = contentRange;
  const beginning = new Uint8Array(Math.min(contentRange.end, PROBE.end));
  const asked = { start: 0, end: beginning.byteLength };
  const isLonger = await fill({ bytes: beginning, at: 0 }, answer, { url, asked });
  // what another origin does not say is seen by its length: more came than its own range has
  if (isLonger && contentRange.end === beginning.byteLength) return undefined;
  const known = { byteLength: total, state: stateOf(headers) };
  if (total === beginning.byteLength) return memorySource(beginning, versionOf(known.state, total));
  return rangedSource(url, beginning, known, fetching);
}

/** The numbers of a Content-Range header, `bytes 0-65535/12750008`. Another origin has to let a page see it. */
function readContentRange(headers: Headers): { start: number; end: number; total: number | undefined } | undefined {
  const [, start, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  if (start === undefined || last === undefined) return undefined;
  return { start: Number(start), end: Number(last) + 1, total: total === "*" ? undefined : Number(total) };
}

function rangedSource(url: string, beginning: Uint8Array, known: FileFacts, fetching: Fetching): ByteSource {
  const version = versionOf(known.state, known.byteLength);
  return {
    byteLength: known.byteLength,
    ...(version !== undefined && { version }),
    async slice(start, end, signal) {
      signal?.throwIfAborted();
      if (end <= beginning.byteLength) return new Uint8Array(beginning.subarray(start, end)).buffer;
      const filling: Filling = { bytes: new Uint8Array(end - start), at: 0 };
      const here = endedBy(signal, fetching);
      const readMissing = async () => {
        // what came before a connection broke is not asked for again
        const missing = { start: start + filling.at, end };
        const answer = await ask(url, missing, here);
        checkPart(url, answer, missing, known);
        await fill(filling, answer, { url, asked: { start, end } });
      };
      // no range can ask for nothing
      if (end > start) await withPatience(readMissing, fetching.patience.attempts, here);
      return filling.bytes.buffer;
    },
  };
}

/** Bytes that are there up to `at`. */
interface Filling {
  readonly bytes: Uint8Array<ArrayBuffer>;
  at: number;
}

/**
 * Writes an answer's body where the bytes end; what has come stays if the connection breaks.
 *
 * @returns whether more came than was asked for
 */
async function fill(
  filling: Filling,
  answer: Answer,
  { url, asked }: { readonly url: string; readonly asked: ByteRange },
): Promise<boolean> {
  const { bytes } = filling;
  try {
    for (;;) {
      const isFull = filling.at === bytes.byteLength;
      const piece = await (isFull ? answer.next().catch(() => undefined) : answer.next());
      if (!piece && isFull) return false;
      if (!piece) throw new PassingFailure(truncated(url, asked, filling.at));
      const fitting = piece.subarray(0, bytes.byteLength - filling.at);
      bytes.set(fitting, filling.at);
      filling.at += fitting.byteLength;
      if (fitting.byteLength < piece.byteLength) return true;
    }
  } finally {
    answer.close();
  }
}

/** @throws Fault if the answer is not that part of that file */
function checkPart(url: string, { response, close }: Answer, asked: ByteRange, known: FileFacts): void {
  const { status, statusText, headers } = response;
  const fault = (() => {
    if (status === 404) {
      return new Fault(
        "missing-file",
        `${url} could not be read: the server answered ${status} ${statusText}`.trimEnd(),
      );
    }
    if (status === 416) return otherLength(url, asked, known, totalOf416(headers));
    if (status === 200) {
      return new Fault(
        "bad-file",
        `${url}: the server sent the whole file where bytes ${asked.start} to ${asked.end} were asked for`,
      );
    }
    if (isEncoded(response)) {
      return new Fault(
        "bad-file",
        `${url}: the server sent bytes ${asked.start} to ${asked.end} of the file as it is compressed (Content-Encoding ${headers.get("content-encoding")}) where it had sent the file's own before`,
      );
    }
    const part = readContentRange(headers);
    if (part?.total !== undefined && part.total !== known.byteLength) {
      return otherLength(url, asked, known, part.total);
    }
    if (part && part.start !== asked.start) {
      return new Fault(
        "bad-file",
        `${url}: the server sent bytes from ${part.start} on where bytes ${asked.start} to ${asked.end} were asked for`,
      );
    }
    const how = differingState(known.state, stateOf(headers));
    return how === undefined ? undefined : changed(url, how);
  })();
  if (!fault) return;
  close();
  throw fault;
}

/** `bytes ∗/90000`: how long the file is of which a range beyond its end was asked for. */
const totalOf416 = (headers: Headers) => Number(/^bytes \*\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1] ?? 0);

function otherLength(url: string, asked: ByteRange, { byteLength }: FileFacts, now: number): Fault {
  const had = `it had ${byteLength} bytes and has ${now}`;
  if (now >= asked.end) return changed(url, had);
  const { message } = truncated(url, asked, Math.max(0, now - asked.start));
  return new Fault("damaged-file", `${message}: ${had}`);
}

const changed = (url: string, how: string) =>
  new Fault("bad-file", `${url}: the file changed while it was read: ${how}; load it again from its beginning`);

const truncated = (url: string, { start, end }: ByteRange, came: number) =>
  new Fault("damaged-file", `${url}: bytes ${start} to ${end} were asked for, ${came} came; the file is truncated`);
