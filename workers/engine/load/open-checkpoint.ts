import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { FileSet } from "#formats/byte-source.ts";
import { openTensors, readFile, readJson, tensorTable } from "#formats/checkpoint.ts";
import type { TensorFile } from "#formats/checkpoint.ts";
import type { TensorEntry } from "#formats/stored.ts";
import type { Dtype, SourceIdentity } from "#model/checkpoint.ts";
import { readSpec } from "#model/families.ts";
import type { ReadSpec } from "#model/families.ts";
import { contentHash, segmentsIn } from "./content.ts";
import type { HashedTensor } from "./content.ts";
import { readHashed } from "../weights/fill-pack.ts";
import { ggufFolder } from "../gguf/gguf-folder.ts";
import type { ModelFolder } from "../gguf/gguf-folder.ts";
import { fillsOf } from "../weights/fills.ts";
import type { Fill } from "../weights/fills.ts";
import { packedBytes, planModel } from "../weights/model-parts.ts";
import type { ModelPlan } from "../weights/model-parts.ts";
import type { CheckpointFiles } from "../sources/checkpoint-files.ts";
import type { FileStore } from "../store/file-store.ts";
import { sha256, sha256OfText } from "./sha256.ts";
import { listPacks, Pack, packId } from "../store/pack.ts";
import { partFile } from "../store/seal.ts";
import { storageFailed } from "../store/storage-faults.ts";
import { openTokenizer } from "../tokenizer/tokenizer.ts";
import type { ModelTokenizer } from "../tokenizer/tokenizer.ts";

/** A checkpoint whose small files are read, and what is stored of it so far. */
export interface OpenedCheckpoint {
  readonly identity: SourceIdentity;
  readonly plan: ModelPlan;
  readonly tokenizer: ModelTokenizer;
  readonly pack: Pack;
  /** Where rows are read from that are not stored yet. @throws Fault where that is nowhere */
  readonly tensors: () => Promise<TensorFile>;
}

/** Kept beside the weights, so that the next visit needs nothing else. */
const SMALL_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json"] as const;
const isSmallFile = (path: string) => SMALL_FILES.some((name) => name === path);
const TENSORS = "tensors.json";

/** What a checkpoint says of itself. */
export interface ReadCheckpoint {
  readonly identity: SourceIdentity;
  readonly spec: ReadSpec;
  readonly tokenizer: ModelTokenizer;
  readonly tensors: TensorFile;
  readonly small: SmallFiles;
  /** Of all that is known before the weights are read: another one means other weights, another config or another tokenizer. */
  readonly fingerprint: string;
}

/** @throws Fault for whatever is wrong with config, tokenizer and headers */
export async function readCheckpoint(files: CheckpointFiles): Promise<ReadCheckpoint> {
  const folder = await folderOf(files);
  const small = await readSmallFiles(folder.files);
  const spec = readSpec(await readJson(small, "config.json"));
  const tokenizer = await openTokenizer(small, { repository: repositoryOf(files.identity) });
  const tensors = await folder.tensors();
  // of a commit every server has the same bytes, whatever each of them calls their version
  const version = isFixed(files.identity) ? undefined : tensors.version;
  const fingerprint = await fingerprintOf(small, tensors.entries, version);
  return { identity: files.identity, spec, tokenizer, tensors, small, fingerprint };
}

/** A GGUF file is read as the folder that it was made from. */
const folderOf = (files: CheckpointFiles): Promise<ModelFolder> =>
  files.gguf === undefined
    ? Promise.resolve({ files, tensors: () => openTensors(files) })
    : ggufFolder(files, files.gguf);

/** On the Hub, whose names transformers heeds. */
const repositoryOf = ({ kind, name }: SourceIdentity) => (kind === "hub" ? name : undefined);

/** Whether a source cannot change: what a commit of the Hub names does not. */
const isFixed = ({ kind, revision }: SourceIdentity) => kind === "hub" && revision !== undefined;

/** What is probably stored of a checkpoint that has been read: certain where a commit or a version names its bytes. */
export async function likelyPack(read: ReadCheckpoint, store: FileStore, dtype: Dtype): Promise<Pack | undefined> {
  return (await namedPack(read, store, dtype)) ?? (await candidates(read, store, dtype))[0];
}

/** The pack of what a commit or a version names, perhaps empty; undefined where only the bytes themselves can tell. */
async function namedPack(
  { identity, fingerprint, tensors }: ReadCheckpoint,
  store: FileStore,
  dtype: Dtype,
): Promise<Pack | undefined> {
  if (isFixed(identity)) return Pack.open(store, await packId(identity, dtype));
  return tensors.version === undefined ? undefined : Pack.open(store, await packId(identity, dtype, fingerprint));
}

/** Packs that bear a checkpoint's name and agree with all that is known before its weights are read, the newest first. */
async function candidates({ identity, fingerprint }: ReadCheckpoint, store: FileStore, dtype: Dtype): Promise<Pack[]> {
  const records = (await listPacks(store)).filter(
    (record) =>
      record.fingerprint === fingerprint &&
      record.dtype === dtype &&
      record.identity.kind === identity.kind &&
      record.identity.name === identity.name &&
      record.identity.file === identity.file,
  );
  return Promise.all(records.map(({ id }) => Pack.open(store, id)));
}

/**
 * The pack that holds a checkpoint's bytes, among those that one without a version may be: every step that is done is read again
 * and held against its hashes, up to the first that differs. A new pack where there is none, so that a model which came of
 * other bytes under the same name, and may be in use, keeps its files.
 */
async function packOfSameBytes(
  read: ReadCheckpoint,
  store: FileStore,
  { plan, signal }: { readonly plan: ModelPlan; readonly signal: AbortSignal },
): Promise<Pack> {
  const fills = fillsOf(plan);
  for (const pack of await candidates(read, store, plan.dtype)) {
    if (await holdsSameBytes(pack, fills, read.tensors, signal)) return pack;
  }
  const fresh = Array.from(crypto.getRandomValues(new Uint32Array(4))).join(" ");
  return Pack.open(store, await packId(read.identity, plan.dtype, `${read.fingerprint} ${fresh}`));
}

async function holdsSameBytes(
  pack: Pack,
  fills: readonly Fill[],
  tensors: TensorFile,
  signal: AbortSignal,
): Promise<boolean> {
  for (const fill of fills) {
    const known = pack.hashesOf(fill.key);
    if (!known) continue;
    const { hashes } = await readHashed(fill, tensors, signal);
    if (hashes.join() !== known.join()) return false;
  }
  return true;
}

/** What a pack's checkpoint contains, by the hashes of the steps that read it, all of which are done. */
export async function packContent(pack: Pack, { tensors }: ModelPlan, fills: readonly Fill[]): Promise<string> {
  const files = new Map<string, string>();
  for (const name of SMALL_FILES) {
    const bytes = await pack.readFile(name);
    if (bytes) files.set(name, await sha256(bytes));
  }
  // a file that was cleared away reads as one that the checkpoint does not have, which is another content
  if (!(await pack.isThere())) throw storageFailed("the model is gone while it was being stored");
  const segments = new Map<string, Map<number, string>>();
  for (const { key, reads } of fills) {
    const hashes = pack.hashesOf(key)!;
    let at = 0;
    for (const { tensor, rows } of reads) {
      const ofTensor = segments.get(tensor) ?? new Map<number, string>();
      segments.set(tensor, ofTensor);
      for (const { first } of segmentsIn(tensors.entry(tensor), rows)) ofTensor.set(first, hashes[at++]!);
    }
  }
  const hashed = [...segments].map(([name, ofTensor]): HashedTensor => {
    const { dtype, shape } = tensors.entry(name);
    return { name, dtype, shape, segments: [...ofTensor].sort(([a], [b]) => a - b).map(([, hash]) => hash) };
  });
  return contentHash({ files, tensors: hashed });
}

/** Into memory, as far as it can still be read: what is missing there is read from the checkpoint. */
export async function copyPack({ pack, plan }: OpenedCheckpoint, memory: FileStore): Promise<void> {
  try {
    await pack.copyTo(memory, [...SMALL_FILES, TENSORS, ...plan.parts.map(({ id }) => partFile(id))]);
  } catch {
    await memory.remove(pack.id);
  }
}

/**
 * Reads a checkpoint and finds what is stored of it. What a Hub commit names cannot have changed and is not asked for again; of
 * what a server gives a version to, that decides; of all else, as a folder on disk, the bytes are read and held against what is
 * stored. What has changed is made anew.
 *
 * @throws Fault for whatever is wrong with the files
 */
export async function openCheckpoint(
  files: CheckpointFiles,
  store: FileStore,
  {
    dtype,
    signal = new AbortController().signal,
  }: { readonly dtype: Dtype; readonly signal?: AbortSignal | undefined },
): Promise<OpenedCheckpoint> {
  const fixed = isFixed(files.identity) && (await Pack.open(store, await packId(files.identity, dtype)));
  if (fixed && fixed.record?.completedAt !== undefined) {
    return readStored(fixed, fixed.record.identity, async () => (await folderOf(files)).tensors());
  }
  const read = await readCheckpoint(files);
  const { identity, spec, tokenizer, tensors, small, fingerprint } = read;
  const plan = planModel(spec, tensors, dtype);
  const pack = (await namedPack(read, store, dtype)) ?? (await packOfSameBytes(read, store, { plan, signal }));
  if (pack.record?.fingerprint !== fingerprint) {
    const { parameters } = plan;
    const bytes = packedBytes(plan.parts);
    try {
      await pack.begin({ identity, dtype, fingerprint, family: plan.spec.family, parameters, bytes });
      for (const [name, contents] of small.contents) await pack.writeFile(name, contents);
      await pack.writeFile(TENSORS, new TextEncoder().encode(JSON.stringify(tensors.entries)));
    } catch (reason) {
      await store.remove(pack.id).catch(() => undefined);
      throw reason;
    }
  }
  return { identity, plan, tokenizer, pack, tensors: () => Promise.resolve(tensors) };
}

/**
 * A complete stored model, without its source: for a visit without a network.
 *
 * @param matches which of the stored models is meant; the one stored last is taken
 * @returns undefined if there is none
 */
export async function openStored(
  store: FileStore,
  matches: (record: NonNullable<Pack["record"]>) => boolean,
): Promise<OpenedCheckpoint | undefined> {
  const found = (await listPacks(store)).find((record) => record.completedAt !== undefined && matches(record));
  if (!found) return undefined;
  return readStored(await Pack.open(store, found.id), found.identity, () => {
    throw new Fault(
      "bad-file",
      `the stored copy of ${found.identity.name} is damaged; load it from where it came from, so that it can be mended`,
    );
  });
}

async function readStored(
  pack: Pack,
  identity: SourceIdentity,
  tensors: OpenedCheckpoint["tensors"],
): Promise<OpenedCheckpoint> {
  const stored: FileSet = {
    name: `the stored copy of ${identity.name}`,
    open: async (path) => {
      const file = await pack.readFile(path);
      return file && memorySource(file);
    },
  };
  const entries = (await readJson(stored, TENSORS)) as TensorEntry[];
  const table = tensorTable(entries, { name: stored.name });
  return {
    identity,
    plan: planModel(readSpec(await readJson(stored, "config.json")), table, pack.record!.dtype),
    tokenizer: await openTokenizer(stored, { repository: repositoryOf(identity) }),
    pack,
    tensors,
  };
}

interface SmallFiles extends FileSet {
  readonly contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

async function readSmallFiles(files: FileSet): Promise<SmallFiles> {
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of SMALL_FILES) {
    const bytes = await readFile(files, name);
    if (bytes) contents.set(name, bytes);
  }
  return {
    name: files.name,
    ...(files.names && { names: files.names }),
    contents,
    open: (path) => {
      const known = contents.get(path);
      if (known) return Promise.resolve(memorySource(known));
      // what else is in the folder is asked for where something is missing, to say what is there instead
      return isSmallFile(path) ? Promise.resolve(undefined) : files.open(path);
    },
  };
}

async function fingerprintOf(
  { contents }: SmallFiles,
  entries: readonly TensorEntry[],
  version: string | undefined,
): Promise<string> {
  const hashes = await Promise.all([...contents].map(async ([name, bytes]) => [name, await sha256(bytes)]));
  return sha256OfText(JSON.stringify([hashes, entries, version]));
}
