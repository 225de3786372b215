import { nameIn, tensorOf, unembedding } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import { transposed } from "./tensors.ts";
import type { Tensor } from "./tensors.ts";

/** Inputs of a row that share a scale. */
const BLOCK = 32;

/**
 * The model that quantised weights are: every linear layer as `round(w / s) · s` in blocks of 32 inputs of one output,
 * symmetric in `bits` bits, with `s = −(the block's value of largest magnitude) / 2^(bits−1)` in float32 and the codes
 * kept in −2^(bits−1) … 2^(bits−1) − 1. Linear layers are the projections of attention and FFN and the unembedding;
 * embeddings, positions, gains and biases stay as they are, and a tied unembedding is quantised apart from the
 * embedding. Where a layer is stored as [in, out], a block still runs along the inputs.
 */
export function quantised(model: ReferenceModel, bits: 4 | 8): ReferenceModel {
  const { anatomy } = model;
  const tensors = new Map(model.tensors);
  for (let layer = 0; layer < model.layers; layer++) {
    for (const name of anatomy.linears(layer).map((linear) => `${linear}.weight`)) {
      const tensor = tensorOf(model, name);
      const rounded = anatomy.isConv1d
        ? transposed(roundInBlocks(transposed(tensor), bits))
        : roundInBlocks(tensor, bits);
      tensors.set(nameIn(model, name), rounded);
    }
  }
  tensors.set(`${anatomy.unembedding}.weight`, roundInBlocks(unembedding(model), bits));
  return { ...model, tensors };
}

function roundInBlocks({ shape, data }: Tensor, bits: number): Tensor {
  const [rows, cols] = shape as [number, number];
  const levels = 2 ** (bits - 1);
  const rounded = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let start = 0; start < cols; start += BLOCK) {
      const first = row * cols + start;
      const block = data.subarray(first, first + Math.min(BLOCK, cols - start));
      const extreme = block.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
      const scale = Math.fround(-extreme / levels);
      if (scale === 0) continue;
      const codes = block.map((value) => Math.min(levels - 1, Math.max(-levels, Math.round(value / scale))));
      rounded.set(
        codes.map((code) => code * scale),
        first,
      );
    }
  }
  return { shape, data: rounded };
}
