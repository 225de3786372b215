import type { Band, Linear } from "#formats/linear.ts";
import { bytesOfValues, decodeStored } from "#formats/stored.ts";
import type { WeightPlace } from "#graph/builder.ts";
import type { BandWeight } from "#graph/operators.ts";
import type { ModelPart } from "./model-parts.ts";
import type { PartId, WeightReader } from "./model-weights.ts";
import type { StoredFile } from "../store/file-store.ts";

/**
 * Bytes of weights that are held beside the sessions: a layer's matrices are read again and again within one analysis, and then
 * for long not at all. A quarter of a gigabyte holds the unembedding of a large vocabulary and the layers at hand.
 */
const MAX_HELD_BYTES = 256 * 2 ** 20;
/** Rows of the embedding that are remembered: more than a prompt has, far fewer than a vocabulary. */
const MAX_HELD_ROWS = 4096;

/** Reads weights from the parts' files when they are asked for, and holds the ones used last. */
export class StoredWeights implements WeightReader {
  readonly #parts: ReadonlyMap<PartId, ModelPart>;
  readonly #files: ReadonlyMap<PartId, StoredFile>;
  readonly #held = new Map<string, { readonly bytes: number; readonly value: Promise<unknown> }>();
  readonly #rows = new Map<string, Float32Array>();
  #heldBytes = 0;

  constructor(parts: readonly ModelPart[], files: ReadonlyMap<PartId, StoredFile>) {
    this.#parts = new Map(parts.map((part) => [part.id, part]));
    this.#files = files;
  }

  linear(part: PartId, name: string): Promise<Linear> {
    const { rows, cols, bands } = this.#parts.get(part)!.layout.linear.get(name)!;
    const bytes = bands.reduce(
      (sum, { values, scales, offsets }) => sum + values.bytes + scales.bytes + offsets.bytes,
      0,
    );
    return this.#hold(`${part}/${name}`, bytes, async () => ({
      rows,
      cols,
      bands: await Promise.all(bands.map((band) => this.#band(part, band))),
    }));
  }

  async #band(part: PartId, band: BandWeight): Promise<Band> {
    const stored = await this.#read(part, band.values);
    return {
      ...band,
      values: band.bits === 32 ? new Float32Array(stored) : new Uint8Array(stored),
      scales: new Float32Array(await this.#read(part, band.scales)),
      offsets: new Float32Array(await this.#read(part, band.offsets)),
    };
  }

  plain(part: PartId, name: string): Promise<Float32Array> {
    const { place } = this.#parts.get(part)!.layout.plain.get(name)!;
    return this.#hold(`${part}/${name}`, place.bytes, async () => new Float32Array(await this.#read(part, place)));
  }

  plainIfAny(part: PartId, name: string): Promise<Float32Array | undefined> {
    return this.#parts.get(part)!.layout.plain.has(name) ? this.plain(part, name) : Promise.resolve(undefined);
  }

  async row(part: PartId, name: string, row: number): Promise<Float32Array> {
    const { cols, dtype, place } = this.#parts.get(part)!.layout.table.get(name)!;
    const key = `${part}/${name}/${row}`;
    const known = this.#rows.get(key);
    if (known) return known;
    const bytes = bytesOfValues(dtype, cols);
    const values = decodeStored(await this.#read(part, { offset: place.offset + row * bytes, bytes }), dtype);
    if (this.#rows.size >= MAX_HELD_ROWS) this.#rows.clear();
    this.#rows.set(key, values);
    return values;
  }

  rows(part: PartId, name: string, first: number, count: number): Promise<Float32Array> {
    const { cols, dtype, place } = this.#parts.get(part)!.layout.table.get(name)!;
    const bytes = bytesOfValues(dtype, cols);
    return this.#read(part, { offset: place.offset + first * bytes, bytes: count * bytes }).then((stored) =>
      decodeStored(stored, dtype),
    );
  }

  /** The least recently used go first; what is larger than the budget alone is held until something else comes. */
  #hold<T>(key: string, bytes: number, read: () => Promise<T>): Promise<T> {
    const known = this.#held.get(key);
    if (known) {
      this.#held.delete(key);
      this.#held.set(key, known);
      return known.value as Promise<T>;
    }
    const value = read();
    this.#held.set(key, { bytes, value });
    this.#heldBytes += bytes;
    value.catch(() => this.#drop(key));
    for (const oldest of this.#held.keys()) {
      if (this.#heldBytes <= MAX_HELD_BYTES || oldest === key) break;
      this.#drop(oldest);
    }
    return value;
  }

  #drop(key: string): void {
    this.#heldBytes -= this.#held.get(key)?.bytes ?? 0;
    this.#held.delete(key);
  }

  #read(part: PartId, { offset, bytes }: WeightPlace): Promise<ArrayBuffer> {
    return this.#files.get(part)!.slice(offset, offset + bytes);
  }
}
