import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import { memorySource } from "#formats/byte-source.ts";
import type { ByteSource, FileSet } from "#formats/byte-source.ts";
import { readOptionalJson, tensorFile } from "#formats/checkpoint.ts";
import type { TensorFile } from "#formats/checkpoint.ts";
import { partNames, readGgufParts } from "#formats/gguf/gguf-parts.ts";
import type { JoinedGguf } from "#formats/gguf/gguf-parts.ts";
import { architectureNamed } from "#model/gguf/architectures.ts";
import { readSpec } from "#model/families.ts";
import { GGUF_FIELD, configOfGguf } from "#model/gguf/config.ts";
import type { GgufTensors, RopeTensor } from "#model/gguf/metadata.ts";
import { checkpointName, storedName } from "#model/gguf/tensor-names.ts";
import { tokenizerOfGguf } from "./gguf-tokenizer.ts";

/** A checkpoint's small files and, once they are wanted, its tensors. */
export interface ModelFolder {
  readonly files: FileSet;
  readonly tensors: () => Promise<TensorFile>;
}

/** More pairs than the largest head has. */
const MAX_DIVISORS = 65_536;
/** Tensors of rotation in architectures that name none: read for the config, and part of no weight. */
const ROPE_TENSORS: readonly RopeTensor[] = ["rope_freqs.weight"];

/**
 * A GGUF file, or its parts, as the folder that it was made from: a config.json and a tokenizer.json of its metadata, and its tensors
 * by transformers' names.
 *
 * @param file its name, or that of one of its parts
 * @param notes grow by what a person should know
 * @throws Fault for whatever is wrong with the file, or is not read of it
 */
export async function ggufFolder(
  files: FileSet & { readonly notes?: readonly string[] },
  file: string,
): Promise<ModelFolder> {
  const names = partNames(file);
  const parts = await Promise.all(
    names.map(async (name) => ({ file: name, source: await opened(files, name, names.length) })),
  );
  const gguf = await readGgufParts(parts);
  const config = configOfGguf(gguf.metadata, {
    has: (tensor) => gguf.tensors.has(tensor),
    shapeOf: (tensor) => gguf.tensors.get(tensor)?.shape,
    ropeDivisors: await ropeDivisors(gguf),
  });
  const folder = inFolderOf(file, files);
  const { json, note } = tokenizerOfGguf(gguf.metadata, await readOptionalJson(folder, "tokenizer.json"));
  if (note !== undefined) (files.notes as string[] | undefined)?.push(note);
  const made = new Map([["config.json", jsonSource(config)]]);
  if (json !== undefined) made.set("tokenizer.json", jsonSource(json));
  const versions = parts.map(({ source }) => source.version);
  return {
    files: {
      name: files.name,
      // beside a tokenizer that the file holds, what else lies there is of no account
      open: (path) => (made.has(path) || json !== undefined ? Promise.resolve(made.get(path)) : folder.open(path)),
    },
    tensors: async () => {
      const tensors = tensorsOf(gguf, { name: files.name, versions });
      refuseUnused(config, tensors);
      return tensors;
    },
  };
}

async function opened(files: FileSet, name: string, parts: number): Promise<ByteSource> {
  const source = await files.open(name);
  if (source) return source;
  const needed = parts === 1 ? "the file itself is needed" : "all parts of a model are needed";
  throw new Fault("missing-file", `GGUF: ${files.name} has no ${shownName(name)}; ${needed}`);
}

/**
 * A tensor that nothing is computed with makes the file another model than the one that would run. llama.cpp refuses such a file
 * as well, but knows more tensors.
 *
 * @throws Fault "bad-file" naming it
 */
function refuseUnused(config: Record<string, unknown>, { entries, has }: TensorFile): void {
  const { family, spec } = readSpec(config);
  const { embed, block, unembed } = family.weights(spec, has);
  const blocks = Array.from({ length: spec.layers }, (_, layer) => block(layer)).flat();
  const used = new Set([...embed, ...blocks, ...unembed].flatMap(({ tensors }) => tensors));
  const architecture = String(config[GGUF_FIELD]);
  for (const name of ropeTensors(architecture)) used.add(name);
  const unused = entries.filter(({ name }) => !used.has(name));
  if (unused.length === 0) return;
  const name = shownName(storedName(architectureNamed(architecture).names, unused[0]!.name));
  throw new Fault(
    "bad-file",
    `GGUF: tensor ${name} is in the file, and nothing is computed with it in ${architecture} of ${spec.layers} layers; a file without it is needed`,
  );
}

/** The files that lie beside this one. */
function inFolderOf(file: string, files: FileSet): FileSet {
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  return { name: files.name, open: (path) => files.open(folder + path) };
}

const jsonSource = (value: unknown) => memorySource(new TextEncoder().encode(JSON.stringify(value)));

const ropeTensors = (architecture: unknown) =>
  typeof architecture === "string" ? (architectureNamed(architecture).ropeTensors ?? ROPE_TENSORS) : [];

/** Llama 3's scaling and longrope as llama.cpp keeps them: a number for each pair. */
async function ropeDivisors({ metadata, tensors }: JoinedGguf): Promise<GgufTensors["ropeDivisors"]> {
  const values: Partial<Record<RopeTensor, readonly number[]>> = {};
  for (const name of ropeTensors(metadata.get("general.architecture"))) {
    const found = tensors.get(name);
    if (!found) continue;
    const { type, shape, source, offset, bytes } = found;
    if (type !== "F32" || shape.length !== 1 || shape[0]! > MAX_DIVISORS) {
      throw new Fault(
        "bad-file",
        `GGUF: ${name} is [${shape.join(", ")}] in ${type}; one number for each pair in F32 is needed`,
      );
    }
    values[name] = [...new Float32Array(await source.slice(offset, offset + bytes))];
  }
  return values;
}

function tensorsOf(
  { metadata, tensors }: JoinedGguf,
  { name, versions }: { readonly name: string; readonly versions: readonly (string | undefined)[] },
): TensorFile {
  const { names } = architectureNamed(String(metadata.get("general.architecture")));
  const found = [...tensors].map(([stored, { type, shape, offset, bytes, source }]) => ({
    source,
    entry: { name: checkpointName(names, stored), dtype: type, shape, startByte: offset, endByte: offset + bytes },
  }));
  return tensorFile(found, { name, versions, format: "GGUF", storedName: (tensor) => storedName(names, tensor) });
}
