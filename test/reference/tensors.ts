/** A row-major array in float64; a linear layer's weight is [out, in]. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const flipped = new WeakMap<Tensor, Tensor>();

/** [cols, rows] of [rows, cols]. The same tensor for the same tensor, so that it can be a key. */
export function transposed(tensor: Tensor): Tensor {
  let found = flipped.get(tensor);
  if (!found) {
    const [rows, cols] = tensor.shape as [number, number];
    const data = new Float64Array(tensor.data.length);
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) data[col * rows + row] = tensor.data[row * cols + col]!;
    }
    found = { shape: [cols, rows], data };
    flipped.set(tensor, found);
  }
  return found;
}

/** An 8-byte little-endian header length, a JSON header, then the data; F32, F16 and BF16. */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as Record<string, Entry>;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
    const start = 8 + headerBytes + offsets[0];
    for (let i = 0; i < data.length; i++) {
      if (dtype === "F32") data[i] = view.getFloat32(start + 4 * i, true);
      else if (dtype === "F16") data[i] = halfValue(view.getUint16(start + 2 * i, true));
      else if (dtype === "BF16") data[i] = bfloatValue(view.getUint16(start + 2 * i, true));
      else throw new Error(`reference: ${name} is stored as ${dtype}`);
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** sign · 2^(e − 15) · (1 + f/1024), and sign · 2⁻¹⁴ · f/1024 for e = 0; infinities and NaN do not occur in weights. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

/** A bfloat16 is a float32 whose lower 16 bits are 0. */
function bfloatValue(bits: number): number {
  return new Float32Array(new Uint32Array([bits << 16]).buffer)[0]!;
}
