import { Fault } from "#core/fault.ts";
import type { Tap } from "#model/taps.ts";

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** What a layer gives: taps, and the residual behind it where that can be looked at. */
export type LayerOutputs = { readonly [part in Tap | "residual"]?: Float32Array | undefined };

/** A layer's parts in the order in which they are computed, so that the first with a number out of range is where that began. */
const PARTS: readonly (readonly [keyof LayerOutputs, string])[] = [
  ["pattern", "its attention"],
  ["z", "its attention"],
  ["residMid", "its attention's output"],
  ["post", "its neurons"],
  ["residual", "its FFN's output"],
];

/** Taps that show in which part numbers leave float32. */
export const EVERY_TAP: readonly Tap[] = ["pattern", "z", "residMid", "post"];

/** A number that nothing can go on with. */
export interface OutOfRange {
  readonly value: number;
  readonly part: string;
  /** What share of the part's numbers comes before it: times a batch's rows, the row. */
  readonly before: number;
}

/** @param limit how large the residual's numbers may be; everything else may be whatever float32 holds */
export function outOfRange(values: LayerOutputs, limit: number): OutOfRange | undefined {
  for (const [name, part] of PARTS) {
    const found = values[name] ?? new Float32Array(0);
    const at = firstBeyond(found, name === "residual" ? limit : LARGEST_FLOAT32);
    if (at >= 0) return { value: found[at]!, part, before: at / found.length };
  }
  return undefined;
}

/**
 * Refuses numbers that are NaN, infinite or larger than what reads them can take.
 *
 * @param where what gave them, as the beginning of a sentence
 * @param limit left out: whatever float32 holds
 * @throws Fault "overflow"
 */
export function refuseOverflow(values: Float32Array, where: string, limit = LARGEST_FLOAT32): void {
  const at = firstBeyond(values, limit);
  if (at >= 0) throw overflow(where, values[at]!);
}

/**
 * Refuses residuals that have grown beyond what a norm can take: nothing is ever taken out of a residual, so that one which any layer has
 * made too large is so at the end, where its own 1 / rms is then 0.
 *
 * @param ownScales 1 / rms or 1 / deviation of whole residuals behind the last layer
 * @throws Fault "overflow"
 */
export function refuseVanished(ownScales: Float32Array): void {
  refuseOverflow(ownScales, "one of the layers");
  if (ownScales.includes(0)) throw overflow("one of the layers", Number.POSITIVE_INFINITY);
}

/** Where `refuseVanished` finds the first: an index, −1 for none. */
export function vanishedAt(ownScales: Float32Array): number {
  return ownScales.findIndex((scale) => scale === 0 || !Number.isFinite(scale));
}

/** @param part of a layer, where it is known */
export function overflow(where: string, value: number, part?: string): Fault {
  const found = Number.isFinite(value) ? value.toExponential(1) : value;
  const inPart = part === undefined ? "" : ` in ${part}`;
  return new Fault(
    "overflow",
    `${where} gives ${found}${inPart}, more than float32 can go on with, and every number behind it would be wrong; activations and scales that stay in range are needed`,
  );
}

/** The index of the first value that is NaN, infinite or larger; −1 for none. */
export function firstBeyond(values: Float32Array, limit: number): number {
  // a comparison with NaN is false, so that one test finds all three
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]!) <= limit)) return i;
  return -1;
}
