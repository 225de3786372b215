import { breathe } from "#core/breath.ts";
import type { Dtype, SourceIdentity } from "#model/checkpoint.ts";
import type { ByteSource } from "#formats/byte-source.ts";
import { sha256, sha256OfText } from "../load/sha256.ts";
import type { EditedFile, FileStore, StoredFile } from "./file-store.ts";

/** Raised when what a pack's files hold changes: older ones are then made anew. */
const VERSION = 2;

const RECORD = "pack.json";
const PROGRESS = "progress.log";

/** What is known of a stored model without reading its weights. */
export interface PackRecord {
  readonly version: number;
  readonly id: string;
  readonly identity: SourceIdentity;
  readonly dtype: Dtype;
  /** Of what its source says of the files without their being read through: another one means that they have changed. */
  readonly fingerprint: string;
  readonly family: string;
  readonly parameters: number;
  /** What all parts take. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** When the last part was done; until then the pack is incomplete. */
  readonly completedAt?: number;
  /** SHA-256 of every `CHECKED_BYTES` of each part's file, hexadecimal. */
  readonly checksums?: Readonly<Record<string, readonly string[]>>;
  /** What the checkpoint contains, see `CheckpointContent`; of a complete pack. */
  readonly content?: string;
}

export interface StepLog {
  /**
   * Only after the step's own bytes are safe.
   *
   * @param hashes of what the step read of the checkpoint, segment by segment
   */
  markDone(step: string, hashes: readonly string[]): void;
  close(): void;
}

/** A checksum is taken of this much at a time, so that no more has to be in memory. */
export const CHECKED_BYTES = 16 * 2 ** 20;

/**
 * One checkpoint in one dtype always has the same name.
 *
 * @param fingerprint where the identity alone does not say what is in the files: two folders can bear one name, and what an
 *   address serves can change while a model that came from it is in use
 */
export async function packId(
  { kind, name, file, revision = "" }: SourceIdentity,
  dtype: Dtype,
  fingerprint = "",
): Promise<string> {
  return (
    await sha256OfText([kind, file === undefined ? name : `${name}/${file}`, revision, dtype, fingerprint].join("\n"))
  ).slice(0, 32);
}

/** The folder of what was computed with a model, as its token index: by content and precision, so that it is found whatever the model is called. */
export const resultsFolder = ({ content, dtype }: { readonly content: string; readonly dtype: Dtype }) =>
  `${content.slice(0, 32)}-${dtype}`;

/**
 * A model as the engine runs it, in a folder of its own: the checkpoint's small files, one file of weights per part, and a log
 * of the steps that are done, each with the hashes of what it read. A step is logged after its bytes are safe, so that making a
 * pack goes on where it was stopped.
 */
export class Pack {
  readonly id: string;
  readonly #store: FileStore;
  #record: PackRecord | undefined;
  #done = new Map<string, readonly string[]>();

  private constructor(store: FileStore, id: string) {
    this.#store = store;
    this.id = id;
  }

  /** The pack of that name with what it holds so far, perhaps nothing. */
  static async open(store: FileStore, id: string): Promise<Pack> {
    const pack = new Pack(store, id);
    pack.#record = await readRecord(store, id);
    if (pack.#record) pack.#done = await readLog(store, id);
    return pack;
  }

  get isPersistent(): boolean {
    return this.#store.isPersistent;
  }

  get record(): PackRecord | undefined {
    return this.#record;
  }

  /** Whether it is still where it was opened: what is stored can be cleared at any time. */
  async isThere(): Promise<boolean> {
    return (await readRecord(this.#store, this.id)) !== undefined;
  }

  get hasSteps(): boolean {
    return this.#done.size > 0;
  }

  isDone(step: string): boolean {
    return this.#done.has(step);
  }

  /** Of what a step read, segment by segment; undefined for one that is not done. */
  hashesOf(step: string): readonly string[] | undefined {
    return this.#done.get(step);
  }

  /** Deletes what is there and begins anew. */
  async begin(record: Omit<PackRecord, "version" | "id" | "startedAt">): Promise<void> {
    await this.#store.remove(this.id);
    this.#done = new Map();
    await this.#writeRecord({ ...record, version: VERSION, id: this.id, startedAt: Date.now() });
  }

  async complete(known: Required<Pick<PackRecord, "checksums" | "content">>): Promise<void> {
    await this.#writeRecord({ ...this.#record!, completedAt: Date.now(), ...known });
  }

  /** These steps have to be done again: what they made is damaged. */
  async forget(steps: ReadonlySet<string>): Promise<void> {
    const { completedAt: _completedAt, checksums: _checksums, content: _content, ...record } = this.#record!;
    await this.#writeRecord(record);
    this.#done = new Map([...this.#done].filter(([step]) => !steps.has(step)));
    await this.#store.write(this.id, PROGRESS, linesOf([...this.#done]));
  }

  /**
   * The log of steps, open for as long as there are any: opening a file anew for every line is slow, and browsers have been
   * seen to hang on it.
   */
  async openLog(): Promise<StepLog> {
    const log = await this.#store.extend(this.id, PROGRESS);
    return {
      markDone: (step, hashes) => {
        log.append(linesOf([[step, hashes]]));
        this.#done.set(step, hashes);
      },
      close: () => log.close(),
    };
  }

  openFile(name: string): Promise<StoredFile | undefined> {
    return this.#store.open(this.id, name);
  }

  /** All of a small file. */
  readFile(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return readWhole(this.#store, this.id, name);
  }

  writeFile(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#store.write(this.id, name, bytes);
  }

  editFile(name: string, byteLength: number): Promise<EditedFile> {
    return this.#store.edit(this.id, name, byteLength);
  }

  /**
   * The same in another store, with as many of its steps as can be read here.
   *
   * @param files all but the record and the log
   */
  async copyTo(store: FileStore, files: readonly string[]): Promise<void> {
    for (const name of [...files, PROGRESS, RECORD]) {
      const from = await this.openFile(name);
      if (!from) continue;
      const into = await store.edit(this.id, name, from.byteLength);
      try {
        for (let start = 0; start < from.byteLength; start += CHECKED_BYTES) {
          const end = Math.min(start + CHECKED_BYTES, from.byteLength);
          into.write(start, new Uint8Array(await from.slice(start, end)));
        }
      } finally {
        into.close();
        from.close();
      }
    }
  }

  async #writeRecord(record: PackRecord): Promise<void> {
    this.#record = record;
    await this.#store.write(this.id, RECORD, new TextEncoder().encode(JSON.stringify(record)));
  }
}

/** Every stored model, the newest first; what cannot be read is passed over, as a newer version's. */
export async function listPacks(store: FileStore): Promise<PackRecord[]> {
  const records = await Promise.all((await store.folders()).map((id) => readRecord(store, id)));
  return records.filter((record) => record !== undefined).sort((a, b) => b.startedAt - a.startedAt);
}

async function readRecord(store: FileStore, id: string): Promise<PackRecord | undefined> {
  const bytes = await readWhole(store, id, RECORD);
  if (!bytes) return undefined;
  try {
    const record = JSON.parse(new TextDecoder().decode(bytes)) as PackRecord;
    return record.version === VERSION && record.id === id ? record : undefined;
  } catch {
    return undefined; // the page ended while it was written: as if it had never begun
  }
}

/** The last line may be torn where the page ended while it was written. */
async function readLog(store: FileStore, id: string): Promise<Map<string, readonly string[]>> {
  const text = new TextDecoder().decode(await readWhole(store, id, PROGRESS));
  return new Map(
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => {
        const tab = line.indexOf("\t");
        return [line.slice(tab + 1), line.slice(0, tab).split(",")];
      }),
  );
}

async function readWhole(store: FileStore, id: string, name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = await store.open(id, name);
  if (!file) return undefined;
  try {
    return new Uint8Array(await file.slice(0, file.byteLength));
  } finally {
    file.close();
  }
}

/** The hashes first: a tensor's name may have a tab in it. */
const linesOf = (steps: readonly (readonly [step: string, hashes: readonly string[]])[]) =>
  new TextEncoder().encode(steps.map(([step, hashes]) => `${hashes.join(",")}\t${step}\n`).join(""));

/** SHA-256 of every `CHECKED_BYTES` of a file. */
export async function checksumsOf(file: ByteSource): Promise<string[]> {
  const sums: string[] = [];
  // gigabytes, read without a look at the messages
  for (let start = 0; start < file.byteLength; start += CHECKED_BYTES) {
    sums.push(await sha256(await file.slice(start, Math.min(start + CHECKED_BYTES, file.byteLength))));
    await breathe();
  }
  return sums;
}
