import { Fault } from "#core/fault.ts";

const LARGEST_FLOAT32 = 3.4028234663852886e38;

/**
 * How large a residual's numbers may be: the norm behind it adds up the squares of a whole vector, and where that sum leaves float32
 * the norm gives zeros, which look like an answer. √(largest float32 / modelDim).
 */
export const largestNormed = (modelDim: number) => Math.sqrt(LARGEST_FLOAT32 / modelDim);

/**
 * Refuses numbers that are NaN, infinite or larger than what reads them can take.
 *
 * @param where what gave them, as the beginning of a sentence
 * @param limit left out: whatever float32 holds
 * @throws Fault "overflow"
 */
export function refuseOverflow(values: Float32Array, where: string, limit = LARGEST_FLOAT32): void {
  // a comparison with NaN is false, so that one test finds all three
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]!) <= limit)) throw overflow(values[i]!, where);
}

/**
 * Refuses residuals that have grown beyond what a norm can take: nothing is ever taken out of a residual, so that one which any layer has
 * made too large is so at the end, where its own 1 / rms is then 0.
 *
 * @param ownScales 1 / rms or 1 / deviation of whole residuals behind the last layer
 * @throws Fault "overflow"
 */
export function refuseVanished(ownScales: Float32Array): void {
  refuseOverflow(ownScales, "the last norm");
  if (ownScales.includes(0)) throw overflow(Number.POSITIVE_INFINITY, "one of the layers");
}

const overflow = (value: number, where: string) =>
  new Fault(
    "overflow",
    `${where} gives ${Number.isFinite(value) ? value.toExponential(1) : value}, more than float32 can go on with, and every number behind it would be wrong; activations and scales that stay in range are needed`,
  );
