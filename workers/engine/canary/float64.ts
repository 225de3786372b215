import { productOf } from "./forms.ts";
import type { Form } from "./forms.ts";

/** The bytes of a form's constants, in their order. */
export type Constants = readonly (Float32Array | Uint8Array)[];

/**
 * What an operator gives for one row of its activation, in float64, from ONNX's definition of it:
 *
 *     MatMulNBits    y_n = Σ_k (code_nk − zero_nb) · scale_nb · x_k, b being the block of k
 *     MatMul         y_n = Σ_k x_k · w_kn
 *     Softmax        y_i = exp(x_i − max) / Σ_j exp(x_j − max)
 *     LayerNormalization              y = (x − mean x) / √(var x + ε) · gain + bias
 *     SimplifiedLayerNormalization    y = x / √(mean x² + ε) · gain
 */
export function float64Of(form: Form, constants: Constants): (row: Float32Array) => Float64Array {
  switch (form.op) {
    case "MatMulNBits":
      return quantisedProduct(form, constants);
    case "MatMul":
      return (row) => product(row, constants[0] as Float32Array);
    case "Softmax":
      return softmax;
    case "LayerNormalization":
    case "SimplifiedLayerNormalization":
      return norm(form, constants);
    default:
      throw new Error(`canary: no float64 of ${form.op}`);
  }
}

/** Codes lie [N, blocks, block_size] in `bits` bits, low ones first; so do zero points, [N, blocks], each row beginning a byte. */
function quantisedProduct(form: Form, [codes, scales, zeros]: Constants) {
  const { K, N, bits, block_size: size } = productOf(form);
  const blocks = Math.ceil(K / size);
  const zeroRow = Math.ceil((blocks * bits) / 8) * (8 / bits);
  return (row: Float32Array) => {
    const y = new Float64Array(N);
    for (let n = 0; n < N; n++) {
      for (let block = 0; block < blocks; block++) {
        const at = n * blocks + block;
        const zero = zeros ? codeAt(zeros as Uint8Array, bits, n * zeroRow + block) : 2 ** (bits - 1);
        const first = block * size;
        let sum = 0;
        for (let k = first; k < Math.min(first + size, K); k++) {
          sum += (codeAt(codes as Uint8Array, bits, at * size + k - first) - zero) * row[k]!;
        }
        y[n]! += sum * scales![at]!;
      }
    }
    return y;
  };
}

export const codeAt = (bytes: Uint8Array, bits: number, index: number) =>
  bits === 8 ? bytes[index]! : (bytes[index >> 1]! >> (4 * (index & 1))) & 15;

function product(row: Float32Array, weights: Float32Array): Float64Array {
  const size = weights.length / row.length;
  const y = new Float64Array(size);
  for (let k = 0; k < row.length; k++) for (let n = 0; n < size; n++) y[n]! += row[k]! * weights[k * size + n]!;
  return y;
}

function softmax(row: Float32Array): Float64Array {
  const max = row.reduce((most, x) => Math.max(most, x));
  const powers = Float64Array.from(row, (x) => Math.exp(x - max));
  const total = powers.reduce((sum, power) => sum + power);
  return powers.map((power) => power / total);
}

function norm({ op, attributes }: Form, [gain, bias]: Constants) {
  const { float: epsilon } = attributes["epsilon"] as { readonly float: number };
  return (row: Float32Array) => {
    const mean = op === "LayerNormalization" ? row.reduce((sum, x) => sum + x, 0) / row.length : 0;
    const square = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
    return Float64Array.from(row, (x, i) => ((x - mean) / Math.sqrt(square + epsilon)) * gain![i]! + (bias?.[i] ?? 0));
  };
}
