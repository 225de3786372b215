import { Fault } from "#core/fault.ts";
import { TokenizerService } from "#workers/tokenizer/service.ts";
import type { TokenizerReply, TokenizerRequest } from "#workers/tokenizer/service.ts";
import { Queue } from "../run/queue.ts";

/** Where the library runs, so that it can be ended: what it is asked comes from files and texts that nobody has looked at. */
export interface TokenizerProcess {
  ask(request: TokenizerRequest): Promise<TokenizerReply>;
  /** Nothing that it was asked will be answered. */
  end(): void;
}

/** A million characters take half a second and the largest files two; the rest is for slow machines, and for busy ones. */
const LIMIT_MS = 5_000;
const MS_PER_CHARACTER = 0.02;
const MS_PER_BYTE = 0.000_5;
const GRACE_MS = 250;
/** Characters of a queue's texts that are cut at once: as many as are soon read. */
const BATCH_CHARACTERS = 100_000;

/** Ended because its time was up. */
export class TimeUp extends Error {
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`it had not finished after ${limitMs / 1000} s`);
    this.limitMs = limitMs;
  }
}

/** The library's fall, with what it said. */
export class Fallen extends Error {}

/**
 * The Rust library in a process of its own, one question at a time and each within its time. One that hangs is ended, one that
 * falls is replaced, and the next question finds a new one: no question costs more than itself.
 */
export class TokenizerHost {
  #start: () => Promise<TokenizerProcess>;
  readonly #queue = new Queue();
  #running: Promise<TokenizerProcess> | undefined;
  #keys = 0;

  constructor(start: () => Promise<TokenizerProcess>) {
    this.#start = start;
  }

  /** Where the library runs outside a browser: a composition root's to say, before the first question. */
  runIn(start: () => Promise<TokenizerProcess>): void {
    this.#start = start;
  }

  /** Loads the library before it is needed. Failures show when it is. */
  prepare(): void {
    this.#process().catch(() => undefined);
  }

  /** @param json a whole tokenizer.json in UTF-8 */
  tokenizer(json: Uint8Array, limitMs = LIMIT_MS): HostedTokenizer {
    const ask: Ask = (request, characters) =>
      this.#queue.add(() => this.#ask(request, json, limitMs + characters * MS_PER_CHARACTER));
    return new HostedTokenizer(ask, this.#keys++);
  }

  async #ask(request: TokenizerRequest, json: Uint8Array, limitMs: number): Promise<TokenizerReply> {
    const reply = await this.#timed(request, limitMs);
    if (reply.kind !== "closed") return reply;
    await this.#timed({ kind: "open", key: request.key, json }, LIMIT_MS + json.byteLength * MS_PER_BYTE);
    return this.#timed(request, limitMs);
  }

  /** @throws TimeUp, Fallen */
  async #timed(request: TokenizerRequest, limitMs: number): Promise<TokenizerReply> {
    const running = await this.#process();
    const { promise: timeUp, reject } = Promise.withResolvers<never>();
    const end = () => {
      this.#running = undefined;
      running.end();
      reject(new TimeUp(limitMs));
    };
    // an engine that was busy meanwhile hears the clock and the answer at once
    let timer = setTimeout(() => (timer = setTimeout(end, GRACE_MS)), limitMs);
    try {
      const reply = await Promise.race([running.ask(request), timeUp]);
      if (reply.kind === "fallen") throw new Fallen(reply.words);
      return reply;
    } finally {
      clearTimeout(timer);
    }
  }

  #process(): Promise<TokenizerProcess> {
    this.#running ??= this.#start().catch((cause: unknown) => {
      this.#running = undefined;
      const words = cause instanceof Error ? cause.message : String(cause);
      throw new Fault("unreachable", `the tokenizer library could not be loaded: ${words}`, { cause });
    });
    return this.#running;
  }
}

type Ask = (request: TokenizerRequest, characters: number) => Promise<TokenizerReply>;

interface Waiting {
  readonly text: string;
  readonly ids: PromiseWithResolvers<readonly number[]>;
  readonly signal: AbortSignal | undefined;
}

/** One tokenizer.json. Texts that wait at the same time are cut in one go. */
export class HostedTokenizer {
  readonly #ask: Ask;
  readonly #key: number;
  #waiting: Waiting[] = [];
  #isCutting = false;

  constructor(ask: Ask, key: number) {
    this.#ask = ask;
    this.#key = key;
  }

  /** Finds what is wrong with the file. @throws TimeUp, Fallen */
  async open(): Promise<void> {
    await this.#ask({ kind: "encode", key: this.#key, texts: [] }, 0);
  }

  /**
   * Ids without what a post-processor adds.
   *
   * @param signal a text that is still waiting when it is aborted is not cut
   * @throws TimeUp, Fallen, or what `signal` was aborted with
   */
  encode(text: string, signal?: AbortSignal): Promise<readonly number[]> {
    const ids = Promise.withResolvers<readonly number[]>();
    this.#waiting.push({ text, ids, signal });
    if (!this.#isCutting) void this.#cutWaiting();
    return ids.promise;
  }

  /** @throws TimeUp, Fallen */
  async decode(ids: readonly number[]): Promise<string> {
    const reply = await this.#ask({ kind: "decode", key: this.#key, ids }, ids.length);
    return reply.kind === "text" ? reply.text : "";
  }

  async #cutWaiting(): Promise<void> {
    this.#isCutting = true;
    await Promise.resolve(); // those of the same moment wait together
    for (this.#dropGivenUp(); this.#waiting.length > 0; this.#dropGivenUp()) {
      let characters = 0;
      const tooMany = this.#waiting.findIndex(({ text }) => (characters += text.length) > BATCH_CHARACTERS);
      await this.#cut(this.#waiting.splice(0, tooMany < 0 ? this.#waiting.length : Math.max(1, tooMany)));
    }
    this.#isCutting = false;
  }

  #dropGivenUp(): void {
    for (const { ids, signal } of this.#waiting) if (signal?.aborted) ids.reject(signal.reason);
    this.#waiting = this.#waiting.filter(({ signal }) => !signal?.aborted);
  }

  /** Where one of several texts is too much for the library, the others are cut without it. */
  async #cut(batch: readonly Waiting[]): Promise<void> {
    const texts = batch.map(({ text }) => text);
    try {
      const characters = texts.reduce((sum, { length }) => sum + length, 0);
      const reply = await this.#ask({ kind: "encode", key: this.#key, texts }, characters);
      const found = reply.kind === "ids" ? reply.ids : [];
      for (const [place, { ids }] of batch.entries()) ids.resolve(found[place] ?? []);
    } catch (reason) {
      if (batch.length === 1) batch[0]!.ids.reject(reason);
      else for (const each of batch) await this.#cut([each]);
    }
  }
}

/** Talks to the library in a worker, whose first message says that it is there, or why it is not. */
export async function tokenizerIn(worker: Worker): Promise<TokenizerProcess> {
  let waiting = Promise.withResolvers<TokenizerReply | { kind: "ready" } | Missing>();
  worker.addEventListener("message", ({ data }: MessageEvent<TokenizerReply>) => waiting.resolve(data));
  worker.addEventListener("error", ({ message }) => waiting.reject(new Error(message || "its worker does not start")));
  try {
    const first = await waiting.promise;
    if (first.kind === "missing") throw new Error(first.words);
  } catch (reason) {
    worker.terminate();
    throw reason;
  }
  return {
    ask: (request) => {
      waiting = Promise.withResolvers();
      worker.postMessage(request);
      return waiting.promise as Promise<TokenizerReply>;
    },
    end: () => worker.terminate(),
  };
}

interface Missing {
  readonly kind: "missing";
  readonly words: string;
}

/** Starts the library in a worker of the engine's own. */
const startWorker = () =>
  tokenizerIn(new Worker(new URL("../../tokenizer/worker.ts", import.meta.url), { type: "module", name: "tokenizer" }));

/** Starts the library in this thread where nobody says otherwise and there are no workers, as in a test; nothing can be ended there. */
async function startHere(): Promise<TokenizerProcess> {
  const service = new TokenizerService();
  await service.start();
  return { ask: (request) => service.answer(request), end: () => undefined };
}

/** Made once for the engine's life. */
export const tokenizerHost = new TokenizerHost(typeof Worker === "undefined" ? startHere : startWorker);
