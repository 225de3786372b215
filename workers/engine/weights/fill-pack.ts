import type { TensorFile } from "#formats/checkpoint.ts";
import { segmentHashes } from "../load/content.ts";
import type { Fill } from "./fills.ts";
import type { PauseLatch } from "../load/pause-latch.ts";
import type { ModelPart } from "./model-parts.ts";
import type { PartId } from "./model-weights.ts";
import type { EditedFile } from "../store/file-store.ts";
import type { Pack, StepLog } from "../store/pack.ts";
import { partFile } from "../store/seal.ts";

/** Bytes of the checkpoint that may be on their way or in memory at once; a step larger than that goes alone. */
const MAX_BYTES_AT_ONCE = 32 * 2 ** 20;
/** A checkpoint has many tensors of a few kilobytes; more requests at once than this only wait for each other. */
const MAX_STEPS_AT_ONCE = 8;

export interface FillOptions {
  readonly pack: Pack;
  readonly parts: readonly ModelPart[];
  /** The steps that are not done yet. */
  readonly fills: readonly Fill[];
  readonly tensors: Pick<TensorFile, "entry" | "readRows">;
  readonly latch: PauseLatch;
  readonly signal: AbortSignal;
  /** Told of each step that begins to be read, by its share of the checkpoint. */
  readonly onStarted: (bytes: number) => void;
  /** Told of each step that is done, by its share of the checkpoint. */
  readonly onFilled: (bytes: number) => void;
}

export interface Filling {
  /** Resolves when the part's file is complete and closed. */
  ready(part: PartId): Promise<void>;
  /** Resolves when all are; rejects with the first failure, when nothing is under way any more. */
  readonly finished: Promise<void>;
}

/** Starts the steps, several at a time, in the order in which the parts are wanted. */
export function fillPack(options: FillOptions): Filling {
  const { pack, parts, fills } = options;
  const files = new PartFiles(pack, parts, fills);
  const finished = fillAll(files, options).catch(async (reason: unknown) => {
    await files.fail(reason);
    throw reason;
  });
  // whoever waits for a part hears of a failure there; nobody has to wait for the whole as well
  finished.catch(() => undefined);
  return { ready: (part) => files.ready(part), finished };
}

async function fillAll(files: PartFiles, options: FillOptions): Promise<void> {
  if (options.fills.length === 0) return;
  const log = await options.pack.openLog();
  try {
    await fillEach({ ...options, files, log });
  } finally {
    log.close();
  }
}

interface StepOptions extends FillOptions {
  readonly files: PartFiles;
  readonly log: StepLog;
}

async function fillEach(options: StepOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const running = new Set<Promise<void>>();
  let bytes = 0;
  let failure: { readonly reason: unknown } | undefined;
  for (const fill of options.fills) {
    while (running.size > 0 && (running.size >= MAX_STEPS_AT_ONCE || bytes + fill.bytes > MAX_BYTES_AT_ONCE)) {
      await Promise.race(running);
    }
    if (failure) break;
    bytes += fill.bytes;
    const step = fillOne(fill, { ...options, signal })
      .catch((reason: unknown) => {
        failure ??= { reason };
        failed.abort(reason);
      })
      .finally(() => {
        running.delete(step);
        bytes -= fill.bytes;
      });
    running.add(step);
  }
  await Promise.all(running);
  if (failure) throw failure.reason;
}

async function fillOne(
  fill: Fill,
  { files, log, tensors, latch, signal, onStarted, onFilled }: StepOptions,
): Promise<void> {
  await latch.pass(signal);
  onStarted(fill.bytes);
  const { rows, hashes } = await readHashed(fill, tensors, signal);
  signal.throwIfAborted();
  for (const { part, pack: packRows } of fill.sinks) {
    const file = await files.open(part);
    for (const { offset, bytes } of packRows(rows)) file.write(offset, bytes);
    file.flush();
  }
  log.markDone(fill.key, hashes);
  onFilled(fill.bytes);
  for (const { part } of fill.sinks) files.stepDone(part);
}

/** What a step reads of the checkpoint, and its hashes segment by segment. */
export async function readHashed(
  { reads }: Fill,
  tensors: Pick<TensorFile, "entry" | "readRows">,
  signal: AbortSignal,
): Promise<{ readonly rows: ArrayBuffer[]; readonly hashes: string[] }> {
  const rows = await Promise.all(reads.map(({ tensor, rows: range }) => tensors.readRows(tensor, range, signal)));
  const hashes = await Promise.all(
    reads.map(({ tensor, rows: range }, index) => segmentHashes(tensors.entry(tensor), range, rows[index]!)),
  );
  return { rows, hashes: hashes.flat() };
}

/** The files under way, each opened when it is first written to and closed when nothing is missing of it. */
class PartFiles {
  readonly #pack: Pack;
  readonly #bytes: ReadonlyMap<PartId, number>;
  readonly #missing = new Map<PartId, number>();
  readonly #open = new Map<PartId, Promise<EditedFile>>();
  readonly #ready = new Map<PartId, PromiseWithResolvers<void>>();

  constructor(pack: Pack, parts: readonly ModelPart[], missing: readonly Fill[]) {
    this.#pack = pack;
    this.#bytes = new Map(parts.map(({ id, layout }) => [id, layout.totalBytes]));
    for (const { id } of parts) this.#ready.set(id, Promise.withResolvers());
    for (const { part } of missing.flatMap(({ sinks }) => sinks)) {
      this.#missing.set(part, (this.#missing.get(part) ?? 0) + 1);
    }
    for (const [id, { promise, resolve }] of this.#ready) {
      promise.catch(() => undefined); // a part that nobody waits for yet may fail
      if (!this.#missing.has(id)) resolve();
    }
  }

  open(part: PartId): Promise<EditedFile> {
    const open = this.#open.get(part) ?? this.#pack.editFile(partFile(part), this.#bytes.get(part)!);
    this.#open.set(part, open);
    return open;
  }

  stepDone(part: PartId): void {
    const left = this.#missing.get(part)! - 1;
    this.#missing.set(part, left);
    if (left > 0) return;
    void this.#close(part).then(this.#ready.get(part)!.resolve);
  }

  ready(part: PartId): Promise<void> {
    return this.#ready.get(part)!.promise;
  }

  /** What is written so far stays, for the next try. */
  async fail(reason: unknown): Promise<void> {
    await Promise.all([...this.#open.keys()].map((part) => this.#close(part)));
    for (const { reject } of this.#ready.values()) reject(reason);
  }

  async #close(part: PartId): Promise<void> {
    const open = this.#open.get(part);
    this.#open.delete(part);
    try {
      (await open)?.close();
    } catch {
      // it could not be opened, which its step has said
    }
  }
}
