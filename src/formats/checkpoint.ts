import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import { memorySource } from "./byte-source.ts";
import type { ByteSource, FileSet } from "./byte-source.ts";
import { parseJson } from "./json.ts";
import { foreignFile, otherFormat } from "./other-formats.ts";
import { refuseQuantised } from "./quantised.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { readRows, readTensor } from "./stored.ts";
import type { RowRange, TensorEntry } from "./stored.ts";

/** What tensors a checkpoint has, by their headers alone. */
export interface TensorTable {
  readonly entries: readonly TensorEntry[];
  has(name: string): boolean;
  /** @throws Fault "bad-file" if there is no such tensor */
  entry(name: string): TensorEntry;
}

/** A checkpoint's tensors by name, over one file or several. Only headers are read until a tensor is asked for. */
export interface TensorFile extends TensorTable {
  /** The versions of all files that the tensors lie in; undefined where one of them has none. */
  readonly version: string | undefined;
  /**
   * Some of a tensor's rows, along its first axis, as they are stored.
   *
   * @throws Fault "bad-file" for a stored type that cannot be read, or bytes that cannot
   */
  readRows(name: string, rows: RowRange, signal?: AbortSignal): Promise<ArrayBuffer>;
  /** @throws Fault "bad-file" if there is no such tensor or its bytes cannot be read */
  read(name: string): Promise<Float32Array>;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** A config, an index and a tokenizer are text; the largest tokenizers have some 35 MB. */
const MAX_JSON_BYTES = 128_000_000;
/** What torch.compile and FSDP put between the names of a tensor's modules. */
const WRAPPED = /_orig_mod\.|_fsdp_wrapped_module\.|_checkpoint_wrapped_module\./g;
/** What DataParallel, DDP and DeepSpeed put before the name of every tensor. */
const PARALLEL = /^(?:module\.)+/;
/** The largest checkpoints on the Hub come in some 200 files. */
const MAX_SHARDS = 2_000;

/**
 * @throws Fault "missing-file" with the names that were looked for, "other-format" for what is there instead, "bad-file" for what breaks the
 * format
 */
export async function openTensors(files: FileSet): Promise<TensorFile> {
  const single = await files.open(SINGLE);
  const shards = single ? [{ file: SINGLE, source: single }] : await openShards(files);
  const found = new Map<string, PlacedTensor>();
  for (const { file, source } of shards) {
    for (const stored of await readSafetensorsHeader(source, file)) {
      const entry = { ...stored, name: plainName(stored.name) };
      if (found.has(entry.name)) {
        throw new Fault(
          "bad-file",
          `checkpoint: tensor ${shownName(entry.name)} is in ${shownName(file)} and in another file too; one of them is needed`,
        );
      }
      found.set(entry.name, { source, entry });
    }
  }
  refuseQuantised([...found.values()].map(({ entry }) => entry));
  const versions = shards.map(({ source }) => source.version);
  return tensorFile([...found.values()], { name: files.name, versions });
}

/** Where one tensor is read from. */
interface PlacedTensor {
  readonly source: ByteSource;
  readonly entry: TensorEntry;
}

interface OfFiles {
  /** What to call them in messages. */
  readonly name: string;
  readonly versions: readonly (string | undefined)[];
  /** What a tensor is called in the files, if not as it is called here. */
  readonly storedName?: (tensor: string) => string;
  /** Left out: safetensors. */
  readonly format?: string;
}

/** @param tensors each name once */
export function tensorFile(tensors: readonly PlacedTensor[], { versions, ...of }: OfFiles): TensorFile {
  const table = tensorTable(
    tensors.map(({ entry }) => entry),
    of,
  );
  const sources = new Map(tensors.map(({ entry, source }) => [entry.name, source]));
  const sourceOf = (name: string) => sources.get(name)!;
  return {
    ...table,
    version: versions.includes(undefined) ? undefined : JSON.stringify(versions),
    read: async (name) => {
      const entry = table.entry(name);
      return readTensor(sourceOf(name), entry);
    },
    readRows: async (name, rows, signal) => {
      const entry = table.entry(name);
      return readRows(sourceOf(name), entry, rows, signal);
    },
  };
}

/** A tensor's name without what a wrapper in training put into it. */
export const plainName = (stored: string) => stored.replaceAll(WRAPPED, "").replace(PARALLEL, "");

export function tensorTable(
  entries: readonly TensorEntry[],
  { name, storedName = (tensor) => tensor, format = "safetensors" }: Omit<OfFiles, "versions">,
): TensorTable {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    entries,
    has: (tensor) => byName.has(tensor),
    entry: (tensor) => {
      const entry = byName.get(tensor);
      if (entry) return entry;
      const [other] = entries.filter((each) => each.name.endsWith(`.${tensor}`));
      const instead = other
        ? `; it has ${shownName(other.name)}: “${other.name.slice(0, -tensor.length)}” has to be taken off its tensors' names`
        : "";
      throw new Fault(
        "bad-file",
        `${format}: ${name} has no tensor ${storedName(tensor)}, which this architecture needs${instead}`,
      );
    },
  };
}

async function openShards(files: FileSet): Promise<{ file: string; source: ByteSource }[]> {
  const index = await readOptionalJson(files, INDEX);
  if (index === undefined) {
    throw await missing(files, `neither ${SINGLE} nor ${INDEX}`, "weights", OWN_ADDRESS);
  }
  const { weight_map: map } = (index ?? {}) as { readonly weight_map?: unknown };
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new Fault("bad-file", `checkpoint: ${INDEX} has no weight_map from tensor names to files; one is needed`);
  }
  const names = [...new Set(Object.entries(map).map(([tensor, file]) => fileName(tensor, file)))].sort();
  if (names.length === 0)
    throw new Fault("bad-file", `checkpoint: ${INDEX} names no file at all; the files of the tensors are needed`);
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

/** A config, an index or a tokenizer as it is. @returns undefined if there is no such file */
export async function readFile(files: FileSet, path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const source = await files.open(path);
  if (!source) return undefined;
  if (source.byteLength > MAX_JSON_BYTES) {
    throw new Fault(
      "bad-file",
      `checkpoint: ${path} has ${source.byteLength} bytes, more than the ${MAX_JSON_BYTES} that such a file can need`,
    );
  }
  const bytes = new Uint8Array(await source.slice(0, source.byteLength));
  const foreign = await foreignFile(memorySource(bytes));
  if (foreign) throw new Fault("other-format", `checkpoint: ${path} ${foreign}`);
  return bytes;
}

/** The fault for a file that is not there; where something known lies in its place, the sentence names that and its own way on. */
async function missing(files: FileSet, what: string, wanted: "weights" | "tokenizer", elsewhere = ""): Promise<Fault> {
  const instead = await otherFormat(files, wanted);
  const found = `checkpoint: ${files.name} has ${what}`;
  if (instead) return new Fault("other-format", found + instead);
  return new Fault("missing-file", files.names ? found : found + elsewhere);
}

/** Where files cannot be listed, one in GGUF may be there under any name. */
const OWN_ADDRESS = "; if the model is a GGUF file, give the file's own address";

/** @throws Fault "missing-file", "other-format" or "bad-file" */
export async function readJson(files: FileSet, path: string): Promise<unknown> {
  const value = await readOptionalJson(files, path);
  if (value === undefined) {
    const elsewhere = path === "config.json" ? OWN_ADDRESS : "";
    throw await missing(files, `no ${path}`, path === "tokenizer.json" ? "tokenizer" : "weights", elsewhere);
  }
  return value;
}

/** @returns undefined if there is no such file */
export async function readOptionalJson(files: FileSet, path: string): Promise<unknown> {
  const bytes = await readFile(files, path);
  if (!bytes) return undefined;
  const text = new TextDecoder().decode(bytes);
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Fault(
      "damaged-file",
      `checkpoint: ${path} is not JSON (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    );
  }
}
