import type { Fill } from "../weights/fills.ts";
import type { ByteRange } from "../sources/fetch-range.ts";
import type { ModelPart } from "../weights/model-parts.ts";
import type { PartId } from "../weights/model-weights.ts";
import { CHECKED_BYTES, checksumsOf } from "./pack.ts";
import type { StoredFile } from "./file-store.ts";
import type { Pack } from "./pack.ts";
import { storageFailed } from "./storage-faults.ts";

/** The file that holds a part's weights. */
export const partFile = (id: PartId) => `${id}.bin`;

/** A part's file that is complete. @throws Fault "storage-failed" if it is gone since it was made */
export async function openPart(pack: Pack, id: PartId): Promise<StoredFile> {
  const file = await pack.openFile(partFile(id));
  if (!file) throw storageFailed(`${partFile(id)} is gone`);
  return file;
}

/** Takes the checksums of a pack whose steps are all done; from then on it is complete. @param content what was read for it */
export async function sealPack(pack: Pack, parts: readonly ModelPart[], content: string): Promise<void> {
  const checksums: Record<string, string[]> = {};
  // what does not outlive the page is not read back either
  for (const { id } of pack.isPersistent ? parts : []) {
    const file = await openPart(pack, id);
    checksums[partFile(id)] = await checksumsOf(file);
    file.close();
  }
  await pack.complete({ checksums, content });
}

/**
 * The steps whose bytes are not what they were: a file that is gone or has another length, or a stretch of a complete pack
 * whose checksum does not fit.
 */
export async function damagedSteps(
  pack: Pack,
  parts: readonly ModelPart[],
  fills: readonly Fill[],
): Promise<ReadonlySet<string>> {
  const damaged = new Set<string>();
  for (const part of parts) {
    const ranges = await damagedRanges(pack, part);
    for (const { key, sinks } of ranges.length > 0 ? fills : []) {
      const isHit = sinks.some(
        (sink) => sink.part === part.id && sink.ranges.some((range) => ranges.some(overlaps(range))),
      );
      if (isHit && pack.isDone(key)) damaged.add(key);
    }
  }
  return damaged;
}

const overlaps = (a: ByteRange) => (b: ByteRange) => a.start < b.end && b.start < a.end;

async function damagedRanges(pack: Pack, { id, layout }: ModelPart): Promise<ByteRange[]> {
  const file = await pack.openFile(partFile(id));
  try {
    if (file?.byteLength !== layout.totalBytes) return [{ start: 0, end: layout.totalBytes }];
    const known = pack.record?.checksums?.[partFile(id)];
    return known ? differingStretches(await checksumsOf(file), known) : [];
  } finally {
    file?.close();
  }
}

function differingStretches(found: readonly string[], known: readonly string[]): ByteRange[] {
  return found.flatMap((sum, index) =>
    sum === known[index] ? [] : [{ start: index * CHECKED_BYTES, end: (index + 1) * CHECKED_BYTES }],
  );
}
