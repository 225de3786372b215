import { Fault } from "#core/fault.ts";
import { heldUp, sign } from "#core/sign.ts";
import { isOwnOrigin } from "./own-origin.ts";
import type { OwnCache } from "./own-origin.ts";

/** How long a failure that may pass is put up with. */
export interface Patience {
  /** Of a file that has been opened: how often one read is tried in all. */
  readonly attempts: number;
  /** Before a file has answered at all, so that a wrong address is told soon. */
  readonly attemptsToOpen: number;
  /** The wait before the second attempt; it doubles from one to the next. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Without a byte for this long, a connection counts as broken. */
  readonly stallMs: number;
}

/** Some 15 seconds of waits in all: long enough to change networks, short enough to be told that it is over. */
export const PATIENCE: Patience = {
  attempts: 6,
  attemptsToOpen: 3,
  firstWaitMs: 500,
  longestWaitMs: 10_000,
  stallMs: 30_000,
};

/** A server that asks for a longer pause is told to the person instead. The Hub counts requests in windows of 300 seconds. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** How the requests of one source are made. */
export interface Fetching {
  /** Told of bytes as they arrive, also of those that have to be read again. */
  readonly onBytes: (bytes: number) => void;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the page's own host; left out: as the caches have it. */
  readonly cache?: OwnCache;
  /** A server that sends on to another address is not followed there. */
  readonly isStaying?: boolean;
  /** What an answer of 400 and more means at this source; undefined: what it means anywhere. */
  readonly refusal?: (response: Response) => Fault | undefined;
}

/** Bytes from `start` (inclusive) to `end` (exclusive). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The first request of a file asks for this much: small files come whole, and of a large one the header. */
export const PROBE: ByteRange = { start: 0, end: 65_536 };

/** A source's way of making requests, ended by one more signal. */
export function endedBy(signal: AbortSignal | undefined, fetching: Fetching): Fetching {
  const signals = [signal, fetching.signal].filter((each) => each !== undefined);
  return { ...fetching, signal: AbortSignal.any(signals) };
}

/** A failure that may be gone the next time, with what to say if it is not. */
export class PassingFailure extends Error {
  readonly fault: Fault;
  readonly retryAfterMs: number;

  constructor(fault: Fault, retryAfterMs = 0) {
    super(fault.message, { cause: fault });
    this.fault = fault;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Tries until it succeeds or fails for good, at most `attempts` times, with waits that double, shortened by up to half at
 * random so that many readers of one server do not come back at once.
 *
 * @throws Fault of the last failure, or the signal's reason
 */
export async function withPatience<Result>(
  attempt: () => Promise<Result>,
  attempts: number,
  { patience, signal }: Pick<Fetching, "patience" | "signal">,
): Promise<Result> {
  for (let failures = 1; ; failures++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (reason) {
      signal?.throwIfAborted();
      if (!(reason instanceof PassingFailure)) throw reason;
      if (failures >= attempts || reason.retryAfterMs > LONGEST_RETRY_AFTER_MS) throw reason.fault;
      const backOff = Math.min(patience.longestWaitMs, patience.firstWaitMs * 2 ** (failures - 1));
      await heldUp(pause(Math.max(reason.retryAfterMs, backOff * (0.5 + Math.random() / 2)), signal));
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** A request that is being answered: the head is there, the body comes piece by piece as it is asked for. */
export interface Answer {
  readonly response: Response;
  /** @returns undefined at the end; throws a PassingFailure where the connection breaks or stalls */
  next(): Promise<Uint8Array | undefined>;
  close(): void;
}

/**
 * One request, without a Referer: which page asks is nobody's business. Answers below 400, 404 and 416 are the caller's
 * to read.
 *
 * @throws PassingFailure where another attempt may succeed, Fault where not, or the signal's reason
 */
export async function ask(url: string, range: ByteRange | undefined, fetching: Fetching): Promise<Answer> {
  const { patience, signal, headers, cache = "default", isStaying = false } = fetching;
  const stall = new AbortController();
  const signals = signal ? [stall.signal, signal] : [stall.signal];
  const inTime = async <Result>(work: Promise<Result>, what: string): Promise<Result> => {
    const timer = setTimeout(() => stall.abort(), patience.stallMs);
    try {
      const arrived = await work;
      sign();
      return arrived;
    } catch (cause) {
      signal?.throwIfAborted();
      const why = stall.signal.aborted
        ? `nothing came for ${patience.stallMs / 1_000} seconds`
        : `${what}${messageOf(cause)}`;
      throw new PassingFailure(unreachable(url, why, cause));
    } finally {
      clearTimeout(timer);
    }
  };
  const response = await inTime(
    fetch(url, {
      headers: { ...headers, ...(range && { Range: `bytes=${range.start}-${range.end - 1}` }) },
      referrerPolicy: "no-referrer",
      redirect: isStaying ? "error" : "follow",
      // what comes from elsewhere is kept in the store, the browser's cache would hold it a second time
      cache: isOwnOrigin(url) ? cache : "no-store",
      signal: AbortSignal.any(signals),
    }),
    "",
  );
  const close = () => stall.abort();
  const failure = refusalOf(response, url, fetching);
  if (failure) {
    close();
    throw failure;
  }
  const reader = response.body?.getReader();
  return {
    response,
    close,
    async next() {
      if (!reader) return undefined;
      const { value } = await inTime(reader.read(), "the connection broke: ");
      if (value) fetching.onBytes(value.byteLength);
      return value;
    },
  };
}

/** Too many requests, and trouble of the server's own: it may be over in a moment. */
const isPassing = (status: number) => status === 408 || status === 429 || status >= 500;

function refusalOf(response: Response, url: string, { refusal }: Fetching): Fault | PassingFailure | undefined {
  const { ok, status, statusText } = response;
  if (ok) return undefined;
  const answered = `the server answered ${status} ${statusText}`.trimEnd();
  if (isPassing(status)) {
    const waitMs = retryAfterMs(response);
    const asked =
      waitMs > 0 ? `${answered} and asks to be left alone for ${Math.ceil(waitMs / 1_000)} seconds` : answered;
    return new PassingFailure(unreachable(url, asked), waitMs);
  }
  const special = refusal?.(response);
  if (special || status === 404 || status === 416) return special;
  return new Fault("missing-file", `${url} could not be read: ${answered}`);
}

/** `Retry-After` in seconds or as a date. Another origin has to let a page see this header; the Hub does not. */
function retryAfterMs({ headers }: Response): number {
  const text = headers.get("retry-after") ?? "";
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

/** The network, or the server as a whole, is at fault: not this file. */
export const unreachable = (url: string, why: string, cause?: unknown) =>
  new Fault("unreachable", `${url} could not be read: ${why}`, { cause });

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
