import { randomStream } from "#core/numeric/random.ts";
import { codeAt } from "./float64.ts";
import type { Constants } from "./float64.ts";
import { productOf } from "./forms.ts";
import type { Form, FormConstant } from "./forms.ts";

/** Numbers for a form's constants, the same each time: codes of the whole range, the rest near what a model has. */
export function drawnConstants(form: Form): Constants {
  const random = randomStream(form.constants.length);
  const drawn = form.constants.map((constant) =>
    constant.type === "uint8" ? bytes(constant) : floats(constant, random),
  );
  if (form.op === "MatMulNBits") zeroTails(form, drawn);
  return drawn;
}

const countOf = ({ dims }: FormConstant) => dims.reduce((count, size) => count * size, 1);

/** Sixteen million take a hundredth of a second: xorshift32, four bytes at a time. */
function bytes(constant: FormConstant): Uint8Array {
  const words = new Uint32Array(Math.ceil(countOf(constant) / 4));
  let state = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, countOf(constant));
}

/** Away from 0, of either sign. */
function floats(constant: FormConstant, random: () => number): Float32Array {
  const drawn = new Float32Array(countOf(constant));
  for (let i = 0; i < drawn.length; i++) drawn[i] = (0.5 + random()) * (random() < 0.5 ? -1 : 1);
  return drawn;
}

/** A row's last block is filled up with weights of 0, as a model's are. */
function zeroTails(form: Form, [codes, , zeros]: Constants): void {
  const { K, N, bits, block_size: size } = productOf(form);
  const blocks = Math.ceil(K / size);
  const zeroRow = Math.ceil((blocks * bits) / 8) * (8 / bits);
  for (let n = 0; n < N && K % size > 0; n++) {
    const zero = zeros ? codeAt(zeros as Uint8Array, bits, n * zeroRow + blocks - 1) : 2 ** (bits - 1);
    for (let k = K; k < blocks * size; k++) setCode(codes as Uint8Array, bits, n * blocks * size + k, zero);
  }
}

function setCode(into: Uint8Array, bits: number, index: number, code: number): void {
  if (bits === 8) into[index] = code;
  else into[index >> 1] = index & 1 ? (into[index >> 1]! & 15) | (code << 4) : (into[index >> 1]! & 240) | code;
}
