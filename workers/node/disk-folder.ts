import { statSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "#core/fault.ts";
import { isGguf } from "#formats/gguf/gguf.ts";
import { partNames } from "#formats/gguf/gguf-parts.ts";
import type { FilesSource } from "#model/checkpoint.ts";
import { isGgufName } from "#model/source-names.ts";

/** A folder or a file of this machine's by its path, until it is opened where its files are read. */
export interface FolderSource {
  readonly kind: "folder";
  readonly path: string;
}

/**
 * A folder on this machine's disk with a checkpoint in it, or a GGUF file and its other parts, as the engine takes files.
 *
 * @throws Fault "missing-file" where there is none
 */
export async function folderSource(path: string): Promise<FilesSource> {
  const at = resolve(path);
  const found = await stat(at).catch((cause: unknown) => {
    throw new Fault("missing-file", `${path}: there is no such file or folder`, { cause });
  });
  if (found.isDirectory()) {
    const names = (await readdir(at, { withFileTypes: true })).filter((each) => each.isFile()).map(({ name }) => name);
    if (names.length === 0) throw new Fault("missing-file", `${path}: the folder has no files in it`);
    return {
      kind: "files",
      files: names.map((name) => new DiskFile(join(at, name))),
      paths: names.map((name) => `${basename(at)}/${name}`),
    };
  }
  if (!isGgufName(at)) {
    const file = new DiskFile(at);
    // Ollama's files are called by their sums
    if (isGguf(new Uint8Array(await file.slice(0, MAGIC_BYTES).arrayBuffer()))) {
      return { kind: "files", files: [file], paths: [file.name] };
    }
    throw new Fault("bad-request", `${path}: it is one file; a checkpoint's folder or a file in GGUF is needed`);
  }
  const names = partNames(basename(at));
  return { kind: "files", files: names.map((name) => new DiskFile(join(dirname(at), name))), paths: names };
}

const MAGIC_BYTES = 4;

/** A file that is read where it lies, and that has to stay as it was when it was named. */
class DiskFile extends File {
  readonly #path: string;
  readonly #size: number;
  readonly #changed: number;

  /** @throws Fault "missing-file" */
  constructor(path: string) {
    super([], basename(path));
    this.#path = path;
    try {
      const { size, mtimeMs } = statSync(path);
      [this.#size, this.#changed] = [size, mtimeMs];
    } catch (cause) {
      throw new Fault("missing-file", `${path}: there is no such file`, { cause });
    }
  }

  override get size(): number {
    return this.#size;
  }

  override slice(start = 0, end = this.#size): Blob {
    return new DiskSlice(() => this.#read(start, Math.min(end, this.#size)));
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#read(0, this.#size);
  }

  async #read(start: number, end: number): Promise<ArrayBuffer> {
    const handle = await open(this.#path);
    try {
      const { size, mtimeMs } = await handle.stat();
      if (size !== this.#size || mtimeMs !== this.#changed) throw new Error("it was written to");
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0) throw new Error("it is shorter than it was");
        at += bytesRead;
      }
      return bytes.buffer;
    } finally {
      await handle.close();
    }
  }
}

class DiskSlice extends Blob {
  readonly #bytes: () => Promise<ArrayBuffer>;

  constructor(bytes: () => Promise<ArrayBuffer>) {
    super([]);
    this.#bytes = bytes;
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes();
  }
}
