import { Queue, WaitingError, Worker } from "bullmq";
import type { Job } from "bullmq";
import { Redis } from "ioredis";
import { Fault } from "#core/fault.ts";
import type { Say } from "../printing.ts";
import type { Plan } from "../shards/plan.ts";
import type { Board } from "./board.ts";

/** A shard that was tried as often as it may be, and why the last one failed. */
export interface GivenUp {
  readonly shard: number;
  readonly reason: string;
}

/** Thrown by whoever took a shard and cannot go on with it, where that is no fault of the shard's: it is handed out again at once. */
export class HandBack extends Error {}

export interface QueueOptions {
  /** Seconds without a sign of life after which a shard is another worker's. */
  readonly lease: number;
  /** Times that a shard is tried before it is given up. */
  readonly attempts?: number;
  /** Before a shard is tried again, in milliseconds; twice as long each time. */
  readonly backOffMs?: number;
  /** Told when the queue does not answer, and when it does otherwise than it should. */
  readonly say: Say;
}

interface Handed {
  readonly shard: number;
}

const ATTEMPTS = 5;
const BACK_OFF_MS = 2_000;
/** Workers that may vanish with a shard, as rented machines do, before it is taken for the cause. */
const VANISHED_AT_MOST = 10;
/** What is asked of a queue that went away while a worker ends. */
const PARTING_MS = 5_000;

const reconnecting = (times: number) => Math.min(100 * times, 2_000);

/**
 * Which shards nobody is at, on Redis or Valkey: BullMQ hands each to one worker, gives it to another where that one falls silent, and tries it
 * again where it fails. Nothing is known of it that does not follow from the plan and its parts, so that it may be lost at any time.
 */
export class ShardQueue {
  readonly #queue: Queue<Handed>;
  readonly #url: string;
  readonly #on: QueueOptions;
  #worker: Worker<Handed> | undefined;
  #board: Board | undefined;

  private constructor(url: string, plan: Pick<Plan, "id">, on: QueueOptions) {
    this.#url = url;
    this.#on = on;
    this.#queue = new Queue(`arithmoscope-${plan.id.slice(0, 16)}`, {
      // what is asked is asked again at the next look, and not kept until the queue comes back
      connection: connected(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false }),
    });
    this.#queue.on("error", this.#tell);
  }

  /** @throws Fault "unreachable" where nothing answers, "bad-request" for what the server refuses */
  static async open(url: string, plan: Pick<Plan, "id">, on: QueueOptions): Promise<ShardQueue> {
    await knock(url);
    const queue = new ShardQueue(url, plan, on);
    await queue.#queue.waitUntilReady();
    // whoever comes new tries again what was given up
    await queue.#queue.clean(0, 0, "failed");
    return queue;
  }

  /**
   * Puts in those of some shards that are not there.
   *
   * @returns those that were given up
   */
  async offer(shards: readonly number[]): Promise<readonly GivenUp[]> {
    const { attempts = ATTEMPTS, backOffMs = BACK_OFF_MS } = this.#on;
    const counts = await this.#queue.getJobCounts("waiting", "active", "delayed", "prioritized", "failed");
    const known = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (known < shards.length) {
      await this.#queue.addBulk(
        shards.map((shard) => ({
          name: "shard",
          data: { shard },
          opts: {
            // one of a name: what is there already stays as it is
            jobId: `shard-${shard}`,
            attempts,
            backoff: { type: "exponential", delay: backOffMs, jitter: 0.5 },
            removeOnComplete: true,
          },
        })),
      );
    }
    if (!counts["failed"]) return [];
    const failed = await this.#queue.getFailed();
    return failed.map(({ data, failedReason }) => ({ shard: data.shard, reason: failedReason }));
  }

  /** The queue is shown by a board until it is closed. @returns where */
  async showBy(open: (queue: Queue) => Promise<Board>): Promise<string> {
    this.#board = await open(this.#queue);
    return this.#board.address;
  }

  /** Takes shards, some at once; `run` is told each, and rejects where it failed. */
  take(atOnce: number, run: (shard: number) => Promise<void>): void {
    const leaseMs = this.#on.lease * 1_000;
    const worker = new Worker<Handed>(
      this.#queue.name,
      async (job, token) => {
        try {
          await run(job.data.shard);
        } catch (reason) {
          if (reason instanceof HandBack) await handBack(job, token);
          throw reason;
        }
      },
      {
        connection: connected(this.#url, { maxRetriesPerRequest: null }),
        concurrency: atOnce,
        lockDuration: leaseMs,
        stalledInterval: leaseMs,
        maxStalledCount: VANISHED_AT_MOST,
        runRetryDelay: 1_000,
      },
    );
    worker.on("error", this.#tell);
    worker.on("failed", (job, { message }) =>
      this.#on.say(`shard ${job?.data.shard ?? "?"} failed (${job?.attemptsMade ?? "?"} times): ${message}`, "lasting"),
    );
    worker.on("stalled", (id) =>
      this.#on.say(`${id.replace("-", " ")}: its worker has fallen silent; it is handed out again`, "lasting"),
    );
    this.#worker = worker;
  }

  /** Takes no more, and waits for those who run a shard. */
  async stop(): Promise<void> {
    if (this.#worker) await inTime(this.#worker.close());
  }

  /** Everything is done: nothing is left of it. */
  async clear(): Promise<void> {
    await inTime(this.#queue.drain(true)).catch(this.#tell);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#board?.close();
    await inTime(this.#queue.close());
  }

  readonly #tell = (reason: Error) => this.#on.say(`the queue at ${placeOf(this.#url)}: ${wordsOf(reason)}`, "passing");
}

const connected = (url: string, options: { maxRetriesPerRequest: number | null; enableOfflineQueue?: boolean }) => {
  const client = new Redis(url, { retryStrategy: reconnecting, ...options });
  // told by whoever uses it
  client.on("error", () => undefined);
  return client;
};

/** Whether anybody is there, asked once. */
async function knock(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 });
  let refusal: Error | undefined;
  client.on("error", (reason: Error) => (refusal = reason));
  try {
    await client.connect();
    await client.ping();
  } catch (reason) {
    const words = wordsOf(refusal ?? reason);
    const isRefused = /^(WRONGPASS|NOAUTH|NOPERM|ERR)\b/.test(words);
    throw new Fault(
      isRefused ? "bad-request" : "unreachable",
      isRefused ? `the queue at ${placeOf(url)} refuses: ${words}` : `no queue answers at ${placeOf(url)} (${words})`,
      { cause: reason },
    );
  } finally {
    client.disconnect();
  }
}

async function handBack(job: Job<Handed>, token: string | undefined): Promise<never> {
  await inTime(job.moveToWait(token));
  throw new WaitingError();
}

/** Without what opens it. */
const placeOf = (url: string) => new URL(url).host;

/** A connection that is refused by each of a host's addresses has a code and no words. */
function wordsOf(reason: unknown): string {
  const { message = "", code = "" } = reason as { readonly message?: string; readonly code?: string };
  return message || code || String(reason);
}

/** A server that is away would be waited for without end. */
function inTime(task: Promise<unknown>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PARTING_MS);
  return Promise.race([task, promise]).finally(() => clearTimeout(timer));
}
