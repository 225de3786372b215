/**
 * The origin's private file system as Chromium 156 has it, in memory: with a quota, and with site data that can be cleared while files
 * are open. What it does then was measured: open files are read and written with nonsense counts (−4 or −8 as unsigned numbers) and no
 * exception, folders that were opened before lead nowhere, and a store that is opened anew is empty.
 */
export class FakeOpfs {
  #root = new FakeFolder(this);
  #used = 0;
  quota = Infinity;
  /** Set: the browser refuses storage altogether, by an exception of this name. */
  denied: string | undefined;
  /** What `estimate` says of the quota where it is not the truth, as on a disk that others have filled. */
  claimedQuota: number | undefined;

  /** For `vi.stubGlobal("navigator", …)`. */
  get navigator(): unknown {
    return {
      storage: {
        getDirectory: () => (this.denied === undefined ? Promise.resolve(this.#root.handle()) : refused(this.denied)),
        estimate: () => Promise.resolve({ quota: this.claimedQuota ?? this.quota, usage: this.#used }),
      },
      locks: {
        query: () => Promise.resolve({ held: [] }),
        request: (_name: string, _options: unknown, task: () => Promise<unknown>) => task(),
      },
    };
  }

  /** As "Clear site data" does. */
  clear(): void {
    this.#root.drop();
    this.#root = new FakeFolder(this);
    this.#used = 0;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether there is room for so much more; takes it if there is. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.quota) return false;
    this.#used += bytes;
    return true;
  }

  /** Names of all files, with their folders. */
  get files(): string[] {
    return this.#root.names();
  }
}

const refused = (name: string) => Promise.reject(new DOMException(`refused: ${name}`, name));
const GONE = 4_294_967_292;
const FULL = 4_294_967_288;
const GONE_LENGTH = 18_446_744_073_709_552_000;

class FakeFolder {
  readonly #disk: FakeOpfs;
  readonly #entries = new Map<string, FakeFolder | FakeFile>();
  #isGone = false;

  constructor(disk: FakeOpfs) {
    this.#disk = disk;
  }

  drop(): void {
    this.#isGone = true;
    for (const entry of this.#entries.values()) entry.drop();
    this.#entries.clear();
  }

  names(): string[] {
    return [...this.#entries].flatMap(([name, entry]) =>
      entry instanceof FakeFolder ? entry.names().map((each) => `${name}/${each}`) : [name],
    );
  }

  handle(): unknown {
    const entryOf = (name: string, { create = false }, make: () => FakeFolder | FakeFile): Promise<unknown> => {
      const known = this.#entries.get(name);
      if (this.#isGone || (!known && !create)) return refused("NotFoundError");
      if (!known && !this.#disk.take(1)) return refused("QuotaExceededError");
      const entry = known ?? make();
      this.#entries.set(name, entry);
      return Promise.resolve(entry.handle());
    };
    return {
      kind: "directory",
      getDirectoryHandle: (name: string, options = {}) => entryOf(name, options, () => new FakeFolder(this.#disk)),
      getFileHandle: (name: string, options = {}) => entryOf(name, options, () => new FakeFile(this.#disk)),
      entries: () => this.#list(),
      removeEntry: (name: string) => {
        const entry = this.#entries.get(name);
        if (this.#isGone || !entry) return refused("NotFoundError");
        if (entry.isOpen) return refused("NoModificationAllowedError");
        entry.drop();
        this.#entries.delete(name);
        return Promise.resolve();
      },
    };
  }

  async *#list(): AsyncGenerator<readonly [string, unknown]> {
    if (this.#isGone) await refused("NotFoundError");
    for (const [name, entry] of this.#entries) yield [name, entry.handle()];
  }

  get isOpen(): boolean {
    return [...this.#entries.values()].some((entry) => entry.isOpen);
  }
}

class FakeFile {
  readonly #disk: FakeOpfs;
  #bytes = new Uint8Array(0);
  #isGone = false;
  #readers = 0;
  #writers = 0;

  constructor(disk: FakeOpfs) {
    this.#disk = disk;
  }

  drop(): void {
    this.#disk.take(-this.#bytes.length - 1);
    this.#isGone = true;
  }

  get isOpen(): boolean {
    return this.#readers + this.#writers > 0;
  }

  handle(): unknown {
    return { kind: "file", createSyncAccessHandle: (options = {}) => this.#open(options) };
  }

  #open({ mode = "readwrite" }: { readonly mode?: string }) {
    const isReader = mode === "read-only";
    if (this.#writers > 0 || (!isReader && this.#readers > 0)) return refused("NoModificationAllowedError");
    if (isReader) this.#readers++;
    else this.#writers++;
    let isOpen = true;
    return Promise.resolve({
      getSize: () => (this.#isGone ? GONE_LENGTH : this.#bytes.length),
      truncate: (length: number) => {
        if (!this.#isGone) this.#resize(length);
      },
      flush: () => undefined,
      read: (into: ArrayBuffer, { at }: { readonly at: number }) => {
        if (this.#isGone) return GONE;
        const bytes = this.#bytes.subarray(at, at + into.byteLength);
        new Uint8Array(into).set(bytes);
        return bytes.length;
      },
      write: (bytes: Uint8Array, { at }: { readonly at: number }) => {
        if (this.#isGone) return GONE;
        if (at + bytes.length > this.#bytes.length && !this.#resize(at + bytes.length)) return FULL;
        this.#bytes.set(bytes, at);
        return bytes.length;
      },
      close: () => {
        if (isOpen && isReader) this.#readers--;
        else if (isOpen) this.#writers--;
        isOpen = false;
      },
    });
  }

  /** Without room nothing happens, and nothing is said. */
  #resize(length: number): boolean {
    if (!this.#disk.take(length - this.#bytes.length)) return false;
    const before = this.#bytes.subarray(0, length);
    this.#bytes = new Uint8Array(length);
    this.#bytes.set(before);
    return true;
  }
}
