import { float16Bits } from "../checkpoints.ts";
import { halfValue } from "../reference/tensors.ts";
import type { Tensor } from "../reference/tensors.ts";
import type { Conversion } from "./converted.ts";

const BLOCK = 32;

/** One block of values in ggml's bytes, and the values that these stand for. */
interface QuantisedBlock {
  readonly bytes: readonly number[];
  readonly values: readonly number[];
}

interface Quantiser {
  /** As ggml counts it. */
  readonly type: number;
  readonly block: (values: Float64Array) => QuantisedBlock;
}

const half = (value: number) => {
  const bits = float16Bits(value);
  return { bytes: [bits & 255, bits >> 8], value: halfValue(bits) };
};

/** block_q8_0: a half float d, 32 signed bytes q; d·q. */
export const Q8_0: Quantiser = {
  type: 8,
  block(values) {
    const d = half(Math.max(...values.map(Math.abs)) / 127);
    const codes = [...values].map((value) => Math.max(-127, Math.min(127, Math.round(value / (d.value || 1)))));
    return { bytes: [...d.bytes, ...codes.map((code) => code & 255)], values: codes.map((code) => d.value * code) };
  },
};

/** block_q4_1: half floats d and m, 16 bytes with value j in the low half of byte j and value j + 16 in its high one; d·q + m. */
export const Q4_1: Quantiser = {
  type: 3,
  block(values) {
    const least = Math.min(...values);
    const d = half((Math.max(...values) - least) / 15);
    const m = half(least);
    const codes = [...values].map((value) => Math.max(0, Math.min(15, Math.round((value - m.value) / (d.value || 1)))));
    const packed = Array.from({ length: BLOCK / 2 }, (_, at) => codes[at]! | (codes[at + BLOCK / 2]! << 4));
    return { bytes: [...d.bytes, ...m.bytes, ...packed], values: codes.map((code) => d.value * code + m.value) };
  },
};

/** What of a matrix is left in a file; rows, so that their order is of no account. */
export function dequantised({ block }: Quantiser, tensor: Tensor): Tensor {
  if (tensor.shape.length !== 2) return tensor;
  return { shape: tensor.shape, data: Float64Array.from(blocksOf(tensor).flatMap((values) => block(values).values)) };
}

export const encodedIn =
  ({ type, block }: Quantiser): NonNullable<Conversion["encode"]> =>
  (_, tensor) => ({ type, data: Uint8Array.from(blocksOf(tensor).flatMap((values) => block(values).bytes)) });

const blocksOf = ({ data }: Tensor) =>
  Array.from({ length: data.length / BLOCK }, (_, at) => data.subarray(at * BLOCK, (at + 1) * BLOCK));
