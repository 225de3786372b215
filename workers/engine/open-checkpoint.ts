import { Fault } from "#core/fault.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { FileSet } from "#formats/byte-source.ts";
import { openTensors, readFile, readJson, tensorTable } from "#formats/checkpoint.ts";
import type { TensorFile } from "#formats/checkpoint.ts";
import type { TensorEntry } from "#formats/safetensors.ts";
import type { Dtype, SourceIdentity } from "#model/checkpoint.ts";
import { readSpec } from "#model/families.ts";
import type { ReadSpec } from "#model/families.ts";
import { packedBytes, planModel } from "./model-parts.ts";
import type { ModelPlan } from "./model-parts.ts";
import type { CheckpointFiles } from "./sources/checkpoint-files.ts";
import type { FileStore } from "./store/file-store.ts";
import { listPacks, Pack, packId, sha256 } from "./store/pack.ts";
import { openTokenizer } from "./tokenizer.ts";
import type { ModelTokenizer } from "./tokenizer.ts";

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
  /** Another one means other weights, another config or another tokenizer. */
  readonly fingerprint: string;
}

/** @throws Fault for whatever is wrong with config, tokenizer and headers */
export async function readCheckpoint(files: CheckpointFiles): Promise<ReadCheckpoint> {
  const small = await readSmallFiles(files);
  const spec = readSpec(await readJson(small, "config.json"));
  const tokenizer = await openTokenizer(small);
  const tensors = await openTensors(files);
  const fingerprint = await fingerprintOf(small, tensors.entries);
  return { identity: files.identity, spec, tokenizer, tensors, small, fingerprint };
}

/** What a commit of the Hub names cannot change. */
const isFixed = ({ kind, revision }: SourceIdentity) => kind === "hub" && revision !== undefined;

/** What is stored of a checkpoint that has been read, perhaps nothing. */
export async function packOf(
  { identity, fingerprint }: Pick<ReadCheckpoint, "identity" | "fingerprint">,
  store: FileStore,
  dtype: Dtype,
): Promise<Pack> {
  return Pack.open(store, await packId(identity, dtype, isFixed(identity) ? "" : fingerprint));
}

/**
 * Reads a checkpoint and finds what is stored of it. What changed at its source since it was stored is made anew; what a Hub
 * commit names cannot have changed and is not asked for again.
 *
 * @throws Fault for whatever is wrong with the files
 */
export async function openCheckpoint(
  files: CheckpointFiles,
  store: FileStore,
  dtype: Dtype,
): Promise<OpenedCheckpoint> {
  const fixed = isFixed(files.identity) && (await Pack.open(store, await packId(files.identity, dtype)));
  if (fixed && fixed.record?.completedAt !== undefined) {
    return readStored(fixed, fixed.record.identity, () => openTensors(files));
  }
  const read = await readCheckpoint(files);
  const { identity, spec, tokenizer, tensors, small, fingerprint } = read;
  const pack = await packOf(read, store, dtype);
  const plan = planModel(spec, tensors, dtype);
  if (pack.record?.fingerprint !== fingerprint) {
    const { parameters } = plan;
    const bytes = packedBytes(plan.parts);
    await pack.begin({ identity, dtype, fingerprint, family: plan.spec.family, parameters, bytes });
    for (const [name, contents] of small.contents) await pack.writeFile(name, contents);
    await pack.writeFile(TENSORS, new TextEncoder().encode(JSON.stringify(tensors.entries)));
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
  const table = tensorTable(entries, stored.name);
  return {
    identity,
    plan: planModel(readSpec(await readJson(stored, "config.json")), table, pack.record!.dtype),
    tokenizer: await openTokenizer(stored),
    pack,
    tensors,
  };
}

interface SmallFiles extends FileSet {
  readonly contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

async function readSmallFiles(files: CheckpointFiles): Promise<SmallFiles> {
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of SMALL_FILES) {
    const bytes = await readFile(files, name);
    if (bytes) contents.set(name, bytes);
  }
  return {
    name: files.name,
    contents,
    open: (path) => {
      const known = contents.get(path);
      if (known) return Promise.resolve(memorySource(known));
      // what else is in the folder is asked for where something is missing, to say what is there instead
      return isSmallFile(path) ? Promise.resolve(undefined) : files.open(path);
    },
  };
}

async function fingerprintOf({ contents }: SmallFiles, entries: readonly TensorEntry[]): Promise<string> {
  const hashes = await Promise.all([...contents].map(async ([name, bytes]) => [name, await sha256(bytes)]));
  return sha256(new TextEncoder().encode(JSON.stringify([hashes, entries])));
}
