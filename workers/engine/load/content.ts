import type { TensorEntry, RowRange } from "#formats/stored.ts";
import { storedRowBytes } from "#formats/stored.ts";
import { sha256, sha256OfText } from "./sha256.ts";

/**
 * What a checkpoint contains, as one SHA-256. Two checkpoints with the same content compute the same, whatever they are called,
 * wherever they lie, into however many files they are cut; one changed bit in any weight, in the config or in the tokenizer makes
 * another content.
 *
 *     segment = rows of one tensor, as stored: as many as fit into 8 MiB, at least one, beginning with row 0
 *     content = SHA-256 of the UTF-8 text JSON.stringify(["arithmoscope-content-1", files, tensors])
 *     files   = [[name, SHA-256 of the file], …] of the small files, by name
 *     tensors = [[name, stored type, shape, [SHA-256 of each segment, …]], …] of the tensors that the engine reads, by name
 *
 * Names are in the order of their UTF-16 code units, digests hexadecimal. Tensors that no part of the model is made of (masks,
 * tables of rotary angles) are not read, and not counted.
 */
export interface CheckpointContent {
  /** SHA-256 of each small file, by its name. */
  readonly files: ReadonlyMap<string, string>;
  readonly tensors: readonly HashedTensor[];
}

export interface HashedTensor extends Pick<TensorEntry, "name" | "dtype" | "shape"> {
  /** SHA-256 of each segment, from row 0 on. */
  readonly segments: readonly string[];
}

/** How much of a tensor is read and hashed at once: enough that a request's delay does not count, little enough that several fit. */
const SEGMENT_BYTES = 8 * 2 ** 20;

/** The runs of rows that a tensor is read and hashed in; its type and shape alone decide. */
export function segmentsOf(entry: TensorEntry): RowRange[] {
  const [rows = 1] = entry.shape;
  const atOnce = Math.max(1, Math.floor(SEGMENT_BYTES / Math.max(1, storedRowBytes(entry))));
  return Array.from({ length: Math.ceil(rows / atOnce) }, (_, index) => ({
    first: index * atOnce,
    count: Math.min(atOnce, rows - index * atOnce),
  }));
}

/** The segments that some rows consist of; they begin and end where segments do. */
export const segmentsIn = (entry: TensorEntry, rows: RowRange) =>
  segmentsOf(entry).filter(({ first, count }) => first >= rows.first && first + count <= rows.first + rows.count);

/** SHA-256 of each segment of some rows. */
export function segmentHashes(entry: TensorEntry, rows: RowRange, bytes: ArrayBuffer): Promise<string[]> {
  const rowBytes = storedRowBytes(entry);
  return Promise.all(
    segmentsIn(entry, rows).map(({ first, count }) =>
      sha256(new Uint8Array(bytes, (first - rows.first) * rowBytes, count * rowBytes)),
    ),
  );
}

export function contentHash({ files, tensors }: CheckpointContent): Promise<string> {
  const byName = <T>(list: readonly T[], name: (each: T) => string) =>
    list.toSorted((a, b) => (name(a) < name(b) ? -1 : Number(name(a) > name(b))));
  return sha256OfText(
    JSON.stringify([
      "arithmoscope-content-1",
      byName([...files], ([name]) => name),
      byName(tensors, ({ name }) => name).map(({ name, dtype, shape, segments }) => [name, dtype, shape, segments]),
    ]),
  );
}
