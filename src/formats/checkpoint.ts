import { Fault } from "#core/fault.ts";
import type { ByteSource, FileSet } from "./byte-source.ts";
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

/** @throws Fault "missing-file" with the names that were looked for, "bad-file" for what breaks the format */
export async function openTensors(files: FileSet): Promise<TensorFile> {
  const single = await files.open(SINGLE);
  const shards = single ? [{ file: SINGLE, source: single }] : await openShards(files);
  const found = new Map<string, { readonly source: ByteSource; readonly entry: TensorEntry }>();
  for (const { file, source } of shards) {
    for (const entry of await readSafetensorsHeader(source, file)) found.set(entry.name, { source, entry });
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
    throw new Fault("missing-file", `checkpoint: ${files.name} has neither ${SINGLE} nor ${INDEX}`);
  }
  const { weight_map: map } = (index ?? {}) as { readonly weight_map?: unknown };
  if (typeof map !== "object" || map === null) {
    throw new Fault("bad-file", `checkpoint: ${INDEX} has no weight_map from tensor names to files`);
  }
  const names = [...new Set(Object.entries(map).map(([tensor, file]) => fileName(tensor, file)))].sort();
  return Promise.all(
    names.map(async (file) => {
      const source = await files.open(file);
      if (!source)
        throw new Fault("missing-file", `checkpoint: ${INDEX} names ${file}, which ${files.name} does not have`);
      return { file, source };
    }),
  );
}

function fileName(tensor: string, file: unknown): string {
  if (typeof file === "string" && file !== "") return file;
  throw new Fault(
    "bad-file",
    `checkpoint: ${INDEX} names ${JSON.stringify(file)} as the file of ${tensor}; the name of a file is needed`,
  );
}

/** @throws Fault "missing-file" or "bad-file" */
export async function readJson(files: FileSet, path: string): Promise<unknown> {
  const value = await readOptionalJson(files, path);
  if (value === undefined) throw new Fault("missing-file", `checkpoint: ${files.name} has no ${path}`);
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
