import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import type { ByteSource } from "../byte-source.ts";
import { STORED_TYPES, isStored } from "../stored.ts";
import { isBlockType } from "./blocks.ts";
import { damagedGguf } from "./gguf-values.ts";
import { readGguf } from "./gguf.ts";
import type { Gguf, GgufTensor } from "./gguf.ts";

export interface GgufPart {
  readonly file: string;
  readonly source: ByteSource;
}

/** A model's file or files as one: the first one's metadata and the tensors of all. */
export interface JoinedGguf extends Pick<Gguf, "version" | "metadata"> {
  readonly tensors: ReadonlyMap<string, GgufTensor & { readonly source: ByteSource }>;
}

/** The names of a model's parts, as llama-gguf-split writes them. */
const PART = /-(\d{5})-of-(\d{5})\.gguf$/i;
/** The largest checkpoints come in some 200 files. */
const MAX_PARTS = 2_000;

/**
 * All parts of the model that a file is one of, the first one first; the file alone where its name is no part's.
 *
 * @throws Fault "bad-file" for a name that counts wrongly
 */
export function partNames(file: string): readonly string[] {
  const match = PART.exec(file);
  if (!match) return [file];
  const [ending, part, count] = [match[0], Number(match[1]), Number(match[2])];
  if (part < 1 || part > count || count > MAX_PARTS) {
    throw new Fault(
      "bad-file",
      `gguf: ${shownName(file)} calls itself part ${part} of ${count}; a part of at most ${MAX_PARTS} is needed`,
    );
  }
  const stem = file.slice(0, -ending.length);
  const digits = (number: number) => String(number).padStart(5, "0");
  return Array.from({ length: count }, (_, index) => `${stem}-${digits(index + 1)}-of-${digits(count)}.gguf`);
}

/** The file that a model is known by, where several are listed: one whose name counts wrongly stands for itself, and says so once it is opened. */
export function firstPart(file: string): string {
  try {
    return partNames(file)[0]!;
  } catch (reason) {
    if (!(reason instanceof Fault)) throw reason;
    return file;
  }
}

/**
 * Reads the headers of all parts and holds them against each other.
 *
 * @param parts in order
 * @throws Fault "damaged-file" for parts that do not belong together, "other-format" for types that cannot be read, and whatever `readGguf` throws
 */
export async function readGgufParts(parts: readonly GgufPart[]): Promise<JoinedGguf> {
  const headers = await Promise.all(parts.map(({ source, file }) => readGguf(source, file)));
  const [{ version, metadata }] = headers as [Gguf, ...Gguf[]];
  const tensors = new Map<string, GgufTensor & { readonly source: ByteSource }>();
  headers.forEach((header, index) => {
    const { file, source } = parts[index]!;
    checkPlace(header, file, { index, count: parts.length });
    for (const [name, tensor] of header.tensors) {
      if (tensors.has(name)) throw damagedGguf(file, `has tensor ${shownName(name)}, which another part has too`);
      tensors.set(name, { ...tensor, source });
    }
  });
  const claimed = metadata.get("split.tensors.count");
  if (claimed !== undefined && claimed !== tensors.size) {
    throw damagedGguf(parts[0]!.file, `claims ${shown(claimed)} tensors over all parts; they have ${tensors.size}`);
  }
  refuseTypes(tensors, parts[0]!.file);
  return { version, metadata, tensors };
}

/**
 * @throws Fault "other-format" naming the types that cannot be read and all that the file has, "damaged-file" for blocks along an
 *   axis that has no rows
 */
function refuseTypes(tensors: ReadonlyMap<string, GgufTensor>, file: string): void {
  const counts = new Map<string, number>();
  const unread = new Map<string, string>();
  for (const [name, { type, shape }] of tensors) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
    if (!isStored(type)) unread.set(type, name);
    else if (shape.length === 1 && isBlockType(type)) {
      throw damagedGguf(
        file,
        `tensor ${shownName(name)} has one axis in blocks of ${type}; F32, F16 or BF16 is needed there`,
      );
    }
  }
  if (unread.size === 0) return;
  const found = [...unread].map(([type, name]) => `${type} (as ${shownName(name)})`).join(", ");
  const all = [...counts].map(([type, count]) => `${count} in ${type}`).join(", ");
  throw new Fault(
    "other-format",
    `gguf: ${file} has tensors in ${found}, which cannot be read; its tensors are ${all}, and ${STORED_TYPES.join(", ")} can be read: another file of the model is needed, as Q4_K_M or Q8_0`,
  );
}

/** A file that is no part says nothing of parts, or that it is the only one. */
function checkPlace(
  { metadata }: Gguf,
  file: string,
  { index, count }: { readonly index: number; readonly count: number },
): void {
  const saidCount = metadata.get("split.count") ?? (count === 1 ? 1 : undefined);
  const saidIndex = metadata.get("split.no") ?? (count === 1 ? 0 : undefined);
  // a file that was never split may say 0 of 0
  if (count === 1 && saidCount === 0) return;
  if (saidCount === count && saidIndex === index) return;
  const said =
    typeof saidIndex === "number" && typeof saidCount === "number"
      ? `is part ${saidIndex + 1} of ${saidCount} by its own words`
      : "does not say which part of a model it is";
  throw damagedGguf(
    file,
    `${said}, and stands as part ${index + 1} of ${count}; all parts are needed beside each other, under the names that they were made with`,
  );
}
