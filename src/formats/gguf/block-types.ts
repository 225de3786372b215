import { halfToNumber } from "#core/numeric/half.ts";

/**
 * ggml's blocks of values, by their layout. Each is read into whole numbers and one or more scales:
 *
 *     weight = scale · (q + centre) − minimum
 *
 * with one scale and one minimum for so many values as the type's sub-blocks have. A scale is a half float times a small whole
 * number at most, which float32 holds exactly, and so does it the product with q. (ggml-quants.c, `dequantize_row_*`.)
 */
export interface BlockFormat {
  /** Values that share a scale. */
  readonly sub: 16 | 32;
  /** How many bits the matrix product's operator needs for q + 2^(bits − 1), which is at least 0. */
  readonly bits: 4 | 8;
  /** What was taken from the file's whole number, so that q lies around 0; 0 where blocks have no minimum. */
  readonly centre: number;
  readonly read: (bytes: Uint8Array, at: number, into: ReadBlock) => void;
}

/** What a block is read into. */
export interface ReadBlock {
  readonly q: Int8Array;
  readonly scales: Float32Array;
  readonly minima: Float32Array;
}

/** A block of 32 with one scale, a half float at its beginning. */
const small = (bits: 4 | 8, centre: number, read: BlockFormat["read"]): BlockFormat => ({
  sub: 32,
  bits,
  centre,
  read(block, at, into) {
    into.scales[0] = half(block, at);
    read(block, at, into);
  },
});

/** The values that IQ4's four bits stand for. */
const IQ4_VALUES = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

export const BLOCK_TYPES = {
  Q4_0: small(4, 0, (block, at, { q }) => nibbles(block, at + 2, q, 0, (code) => code - 8)),
  Q4_1: small(4, 8, (block, at, { q, minima }) => {
    minima[0] = -half(block, at + 2);
    nibbles(block, at + 4, q, 0, (code) => code - 8);
  }),
  Q5_0: small(8, 0, (block, at, { q }) => fives(block, at + 2, q)),
  Q5_1: small(8, 16, (block, at, { q, minima }) => {
    minima[0] = -half(block, at + 2);
    fives(block, at + 4, q);
  }),
  Q8_0: small(8, 0, (block, at, { q }) => {
    for (let i = 0; i < 32; i++) q[i] = block[at + 2 + i]!;
  }),
  IQ4_NL: small(8, 0, (block, at, { q }) => nibbles(block, at + 2, q, 0, (code) => IQ4_VALUES[code]!)),
  /** scales[16], each with the scale in its low half and the minimum in its high one; qs[64], two bits a value; d; dmin */
  Q2_K: {
    sub: 16,
    bits: 4,
    centre: 2,
    read(block, at, { q, scales, minima }) {
      const [d, dmin] = [half(block, at + 80), half(block, at + 82)];
      for (let sub = 0; sub < 16; sub++) {
        const packed = block[at + sub]!;
        scales[sub] = d * (packed & 15);
        minima[sub] = dmin * (packed >> 4);
      }
      for (let i = 0; i < 256; i++) q[i] = twoBits(block, at + 16, i) - 2;
    },
  },
  /** hmask[32], the third bit of each value, inverted; qs[64]; scales[12], 16 of six bits; d */
  Q3_K: {
    sub: 16,
    bits: 4,
    centre: 0,
    read(block, at, { q, scales }) {
      const d = half(block, at + 108);
      for (let sub = 0; sub < 16; sub++) {
        const low = sub < 8 ? block[at + 96 + sub]! & 15 : block[at + 88 + sub]! >> 4;
        const high = (block[at + 104 + (sub & 3)]! >> (2 * (sub >> 2))) & 3;
        scales[sub] = d * ((low | (high << 4)) - 32);
      }
      for (let i = 0; i < 256; i++) {
        const isWhole = (block[at + (i & 31)]! >> (i >> 5)) & 1;
        q[i] = twoBits(block, at + 32, i) - (isWhole ? 0 : 4);
      }
    },
  },
  /** d; dmin; scales[12]; qs[128] */
  Q4_K: {
    sub: 32,
    bits: 4,
    centre: 8,
    read(block, at, into) {
      sixBits(block, at, into);
      for (let i = 0; i < 256; i++) into.q[i] = pairedNibble(block, at + 16, i) - 8;
    },
  },
  /** d; dmin; scales[12]; qh[32], the fifth bits; qs[128] */
  Q5_K: {
    sub: 32,
    bits: 8,
    centre: 16,
    read(block, at, into) {
      sixBits(block, at, into);
      for (let i = 0; i < 256; i++) {
        const fifth = (block[at + 16 + (i & 31)]! >> (i >> 5)) & 1;
        into.q[i] = (pairedNibble(block, at + 48, i) | (fifth << 4)) - 16;
      }
    },
  },
  /** ql[128]; qh[64]; scales[16], signed; d */
  Q6_K: {
    sub: 16,
    bits: 8,
    centre: 0,
    read(block, at, { q, scales }) {
      const d = half(block, at + 208);
      for (let sub = 0; sub < 16; sub++) scales[sub] = d * ((block[at + 192 + sub]! << 24) >> 24);
      for (let i = 0; i < 256; i++) {
        const [upper, quarter, l] = [i >> 7, (i >> 5) & 3, i & 31];
        const low = block[at + 64 * upper + 32 * (quarter & 1) + l]! >> (quarter < 2 ? 0 : 4);
        const high = block[at + 128 + 32 * upper + l]! >> (2 * quarter);
        q[i] = ((low & 15) | ((high & 3) << 4)) - 32;
      }
    },
  },
  /** d; scales_h, two bits of each of 8; scales_l[4], four bits; qs[128] */
  IQ4_XS: {
    sub: 32,
    bits: 8,
    centre: 0,
    read(block, at, { q, scales }) {
      const d = half(block, at);
      const high = block[at + 2]! | (block[at + 3]! << 8);
      for (let sub = 0; sub < 8; sub++) {
        const low = (block[at + 4 + (sub >> 1)]! >> (4 * (sub & 1))) & 15;
        scales[sub] = d * ((low | (((high >> (2 * sub)) & 3) << 4)) - 32);
        nibbles(block, at + 8 + 16 * sub, q, 32 * sub, (code) => IQ4_VALUES[code]!);
      }
    },
  },
} satisfies Record<string, BlockFormat>;

const half = (bytes: Uint8Array, at: number) => halfToNumber(bytes[at]! | (bytes[at + 1]! << 8));

/** 16 bytes with value j in the low half of byte j and value j + 16 in its high one. */
function nibbles(bytes: Uint8Array, at: number, q: Int8Array, first: number, meaning: (code: number) => number): void {
  for (let j = 0; j < 16; j++) {
    const byte = bytes[at + j]!;
    q[first + j] = meaning(byte & 15);
    q[first + j + 16] = meaning(byte >> 4);
  }
}

/** The fifth bits of 32 values in four bytes, and their low halves after them. */
function fives(bytes: Uint8Array, at: number, q: Int8Array): void {
  nibbles(bytes, at + 4, q, 0, (code) => code);
  for (let i = 0; i < 32; i++) q[i] = (q[i]! | (((bytes[at + (i >> 3)]! >> (i & 7)) & 1) << 4)) - 16;
}

/** Value i of 256 in two bits each: of every 128, byte j has values j, j + 32, j + 64 and j + 96. */
const twoBits = (bytes: Uint8Array, at: number, i: number) =>
  (bytes[at + 32 * (i >> 7) + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3;

/** Value i of 256 in four bits each: of every 64, byte j has values j and j + 32. */
const pairedNibble = (bytes: Uint8Array, at: number, i: number) =>
  (bytes[at + 32 * (i >> 6) + (i & 31)]! >> (4 * ((i >> 5) & 1))) & 15;

/** d, dmin, and eight scales and eight minima of six bits in 12 bytes. */
function sixBits(bytes: Uint8Array, at: number, { scales, minima }: ReadBlock): void {
  const [d, dmin] = [half(bytes, at), half(bytes, at + 2)];
  for (let j = 0; j < 4; j++) {
    const [scale, minimum, rest] = [bytes[at + 4 + j]!, bytes[at + 8 + j]!, bytes[at + 12 + j]!];
    scales[j] = d * (scale & 63);
    minima[j] = dmin * (minimum & 63);
    scales[j + 4] = d * ((rest & 15) | ((scale >> 6) << 4));
    minima[j + 4] = dmin * ((rest >> 4) | ((minimum >> 6) << 4));
  }
}
