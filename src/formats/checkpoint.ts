import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { ByteSource, FileSet } from "./byte-source.ts";
import { otherFormat } from "./other-formats.ts";
import { readSafetensorsHeader, readTensor } from "./safetensors.ts";
import type { TensorEntry } from "./safetensors.ts";

/** A checkpoint's tensors by name, over one file or several. Only headers are read until a tensor is asked for. */
export interface TensorFile {
  has(name: string): boolean;
  /** @throws Fault "bad-file" if there is no such tensor */
  entry(name: string): TensorEntry;
  /** @throws Fault "bad-file" if there is no such tensor or its bytes cannot be read */
  read(name: string): Promise<Float32Array>;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** A config, an index and a tokenizer are text; the largest tokenizers have some 35 MB. */
const MAX_JSON_BYTES = 128_000_000;
/** The largest checkpoints on the Hub come in some 200 files. */
const MAX_SHARDS = 2_000;

/** @throws Fault "missing-file" with the names that were looked for, "bad-file" for what breaks the format */
export async function openTensors(files: FileSet): Promise<TensorFile> {
  const single = await files.open(SINGLE);
  const shards = single ? [{ file: SINGLE, source: single }] : await openShards(files);
  const found = new Map<string, { readonly source: ByteSource; readonly entry: TensorEntry }>();
  for (const { file, source } of shards) {
    for (const entry of await readSafetensorsHeader(source, file)) {
      if (found.has(entry.name)) {
        throw new Fault(
          "bad-file",
          `checkpoint: tensor ${shownName(entry.name)} is in ${shownName(file)} and in another file too; one of them is needed`,
        );
      }
      found.set(entry.name, { source, entry });
    }
  }
  const at = (name: string) => {
    const tensor = found.get(name);
    if (!tensor)
      throw new Fault("bad-file", `safetensors: ${files.name} has no tensor ${name}, which this architecture needs`);
    return tensor;
  };
  return {
    has: (name) => found.has(name),
    entry: (name) => at(name).entry,
    read: (name) => {
      const { source, entry } = at(name);
      return readTensor(source, entry);
    },
  };
}

async function openShards(files: FileSet): Promise<{ file: string; source: ByteSource }[]> {
  const index = await readOptionalJson(files, INDEX);
  if (index === undefined) {
    throw new Fault(
      "missing-file",
      `checkpoint: ${files.name} has neither ${SINGLE} nor ${INDEX}${await otherFormat(files)}`,
    );
  }
  const { weight_map: map } = (index ?? {}) as { readonly weight_map?: unknown };
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new Fault("bad-file", `checkpoint: ${INDEX} has no weight_map from tensor names to files`);
  }
  const names = [...new Set(Object.entries(map).map(([tensor, file]) => fileName(tensor, file)))].sort();
  if (names.length === 0) throw new Fault("bad-file", `checkpoint: ${INDEX} names no file at all`);
  if (names.length > MAX_SHARDS) {
    throw new Fault("bad-file", `checkpoint: ${INDEX} names ${names.length} files; at most ${MAX_SHARDS} can be read`);
  }
  return Promise.all(
    names.map(async (file) => {
      const source = await files.open(file);
      if (!source)
        throw new Fault("missing-file", `checkpoint: ${INDEX} names ${file}, which ${files.name} does not have`);
      return { file, source };
    }),
  );
}

/** A file beside the index: no way into another folder or to another server, nothing that an address would take apart. */
const PLAIN_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .+-]*\.safetensors$/u;
const MAX_NAME = 255;

function fileName(tensor: string, file: unknown): string {
  if (typeof file === "string" && file.length <= MAX_NAME && PLAIN_NAME.test(file)) return file;
  throw new Fault(
    "bad-file",
    `checkpoint: ${INDEX} names ${shown(file)} as the file of ${shownName(tensor)}; the name of a .safetensors file in the same folder is needed`,
  );
}

/** @throws Fault "missing-file" or "bad-file" */
export async function readJson(files: FileSet, path: string): Promise<unknown> {
  const value = await readOptionalJson(files, path);
  if (value === undefined) {
    throw new Fault("missing-file", `checkpoint: ${files.name} has no ${path}${await otherFormat(files)}`);
  }
  return value;
}

/** @returns undefined if there is no such file */
export async function readOptionalJson(files: FileSet, path: string): Promise<unknown> {
  const source = await files.open(path);
  if (!source) return undefined;
  if (source.byteLength > MAX_JSON_BYTES) {
    throw new Fault(
      "bad-file",
      `checkpoint: ${path} has ${source.byteLength} bytes, more than the ${MAX_JSON_BYTES} that such a file can need`,
    );
  }
  const text = new TextDecoder().decode(await source.slice(0, source.byteLength));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault(
      "bad-file",
      `checkpoint: ${path} is not JSON (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    );
  }
}
