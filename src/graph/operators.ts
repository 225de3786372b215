import { blocksPerRow } from "#formats/linear.ts";
import type { LinearForm } from "#formats/linear.ts";
import { MAX_EXPANDED_BYTES } from "#model/cost/memory.ts";
import type { GraphBuilder, Value, WeightPlace } from "./builder.ts";

/** One function per ONNX operator, named as the operator. Each returns its first output unless it says otherwise. */

const first = (values: Value[]): Value => values[0]!;

export const add = (g: GraphBuilder, a: Value, b: Value) => first(g.apply("Add", [a, b]));
export const mul = (g: GraphBuilder, a: Value, b: Value) => first(g.apply("Mul", [a, b]));
export const matMul = (g: GraphBuilder, a: Value, b: Value) => first(g.apply("MatMul", [a, b]));
export const sigmoid = (g: GraphBuilder, x: Value) => first(g.apply("Sigmoid", [x]));
export const tanh = (g: GraphBuilder, x: Value) => first(g.apply("Tanh", [x]));
export const relu = (g: GraphBuilder, x: Value) => first(g.apply("Relu", [x]));
export const div = (g: GraphBuilder, a: Value, b: Value) => first(g.apply("Div", [a, b]));
export const sqrt = (g: GraphBuilder, x: Value) => first(g.apply("Sqrt", [x]));
export const reciprocal = (g: GraphBuilder, x: Value) => first(g.apply("Reciprocal", [x]));
export const greater = (g: GraphBuilder, a: Value, b: Value) => first(g.apply("Greater", [a, b]));
export const where = (g: GraphBuilder, condition: Value, a: Value, b: Value) =>
  first(g.apply("Where", [condition, a, b]));
export const softmax = (g: GraphBuilder, x: Value) => first(g.apply("Softmax", [x], { attributes: { axis: -1 } }));

export const reshape = (g: GraphBuilder, x: Value, shape: readonly number[]) =>
  first(g.apply("Reshape", [x, g.ints(shape)]));

export const transpose = (g: GraphBuilder, x: Value, perm: readonly number[]) =>
  first(g.apply("Transpose", [x], { attributes: { perm } }));

export const gather = (g: GraphBuilder, x: Value, indices: Value, axis: number) =>
  first(g.apply("Gather", [x, indices], { attributes: { axis } }));

/** @returns one value per size, in order */
export const split = (g: GraphBuilder, x: Value, sizes: readonly number[], axis: number) =>
  g.apply("Split", [x, g.ints(sizes)], { attributes: { axis }, results: sizes.length });

export const reduceMean = (g: GraphBuilder, x: Value) =>
  first(g.apply("ReduceMean", [x, g.ints([-1])], { attributes: { keepdims: 1 } }));
export const reduceMax = (g: GraphBuilder, x: Value) =>
  first(g.apply("ReduceMax", [x, g.ints([-1])], { attributes: { keepdims: 1 } }));
export const reduceMin = (g: GraphBuilder, x: Value) =>
  first(g.apply("ReduceMin", [x, g.ints([-1])], { attributes: { keepdims: 1 } }));
export const reduceLogSumExp = (g: GraphBuilder, x: Value) =>
  first(g.apply("ReduceLogSumExp", [x, g.ints([-1])], { attributes: { keepdims: 1 } }));

/** @returns values and int64 indices of the `count` largest along the last axis, largest first */
export const topK = (g: GraphBuilder, x: Value, count: number) =>
  g.apply("TopK", [x, g.ints([count])], { attributes: { axis: -1, largest: 1, sorted: 1 }, results: 2 });

export const sub = (g: GraphBuilder, a: Value, b: Value) => first(g.apply("Sub", [a, b]));
export const concat = (g: GraphBuilder, parts: readonly Value[], axis: number) =>
  first(g.apply("Concat", parts, { attributes: { axis } }));

/** x · factor; x itself where the factor is 1. */
export const scaled = (g: GraphBuilder, x: Value, factor = 1) => (factor === 1 ? x : mul(g, x, g.floats([factor])));

/** c · tanh(x / c), which no x takes beyond ±c; x itself where there is no cap. */
export const softcapped = (g: GraphBuilder, x: Value, cap: number | undefined) =>
  cap === undefined ? x : scaled(g, tanh(g, scaled(g, x, 1 / cap)), cap);

/** x · Φ(x), exactly or by its tanh approximation. */
export const gelu = (g: GraphBuilder, x: Value, approximate: "none" | "tanh") =>
  first(g.apply("Gelu", [x], { attributes: { approximate } }));

/** (x − mean(x)) / sqrt(var(x) + eps) · gain + bias */
export const layerNormalization = (g: GraphBuilder, x: Value, [gain, bias]: readonly [Value, Value], eps: number) =>
  first(g.apply("LayerNormalization", [x, gain, bias], { attributes: { axis: -1, epsilon: { float: eps } } }));

/** x / sqrt(mean(x²) + eps) · gain: RMSNorm. */
export const simplifiedLayerNormalization = (g: GraphBuilder, x: Value, gain: Value, eps: number) =>
  first(
    g.apply("SimplifiedLayerNormalization", [x, gain], {
      attributes: { axis: -1, epsilon: { float: eps }, stash_type: 1 },
    }),
  );

/** Turns the pairs (i, i + dims/2) of each head. `x` is [batch, heads, positions, dims], the caches [positions, dims/2]. */
export const rotaryEmbedding = (g: GraphBuilder, x: Value, cos: Value, sin: Value) =>
  first(
    g.apply("RotaryEmbedding", [x, g.ints([0]), cos, sin], { domain: "com.microsoft", attributes: { interleaved: 0 } }),
  );

/** Rows of a linear layer as a graph reads them; see `formats/linear.ts` for the layout. */
export interface BandWeight extends LinearForm {
  readonly rows: number;
  readonly values: WeightPlace;
  readonly scales: WeightPlace;
  readonly offsets: WeightPlace;
}

/** A linear layer's weights: its rows in one form or several, one after the other. */
export interface LinearWeight {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly bands: readonly BandWeight[];
}

/**
 * x · Wᵀ. Quantised weights go through MatMulNBits with `accuracy_level` 1: activations stay float32. The operator's default
 * would round them to 8 bits on some devices and for some batch sizes, and an ablation's effect would drown in that.
 *
 * @param maxBytes of one product's weights as float32: WASM expands them to multiply, and keeps the room that it took. Quantised they
 * are then far below the 128 MiB that every WebGPU device lets a shader bind as one buffer
 */
export function linear(g: GraphBuilder, x: Value, weight: LinearWeight, maxBytes = MAX_EXPANDED_BYTES): Value {
  const sums = new Map<number, Value>();
  let firstRow = 0;
  const products = weight.bands.map((band) => {
    const name = band.rows === weight.rows ? weight.name : `${weight.name}.${firstRow}`;
    firstRow += band.rows;
    const product = bandProduct(g, x, { ...band, name, cols: weight.cols }, maxBytes);
    if (!band.hasOffsets) return product;
    const sum = sums.get(band.block) ?? blockSums(g, x, band.block);
    sums.set(band.block, sum);
    const blocks = blocksPerRow(weight.cols, band.block);
    return add(g, product, matMul(g, sum, g.weight(`${name}.offsets`, "float32", [blocks, band.rows], band.offsets)));
  });
  return products.length === 1 ? products[0]! : concat(g, products, -1);
}

/** The sum of each block of inputs, which is what a block's offset is multiplied by: [batch, position, blocks]. */
function blockSums(g: GraphBuilder, x: Value, block: number): Value {
  return first(g.apply("ReduceSum", [reshape(g, x, [0, 0, -1, block]), g.ints([-1])], { attributes: { keepdims: 0 } }));
}

type NamedBand = BandWeight & { readonly name: string; readonly cols: number };

function bandProduct(g: GraphBuilder, x: Value, band: NamedBand, maxBytes: number): Value {
  const { name, rows, cols, bits, values } = band;
  if (bits === 32) return matMul(g, x, g.weight(name, "float32", [cols, rows], values));
  const rowsAtOnce = Math.max(ROW_STEP, Math.floor(maxBytes / (4 * cols) / ROW_STEP) * ROW_STEP);
  const slices = Array.from({ length: Math.ceil(rows / rowsAtOnce) }, (_, index) => index * rowsAtOnce);
  const products = slices.map((from) => quantisedRows(g, x, band, { from, count: Math.min(rowsAtOnce, rows - from) }));
  return products.length === 1 ? products[0]! : concat(g, products, -1);
}

/** Slices begin at whole steps of rows, so that their bytes begin where a buffer may. */
const ROW_STEP = 64;

/** The product with some of the rows; all of them where they are few enough. */
function quantisedRows(
  g: GraphBuilder,
  x: Value,
  { name, rows, cols, bits, block, values, scales }: NamedBand,
  { from, count }: { readonly from: number; readonly count: number },
): Value {
  const blocks = blocksPerRow(cols, block);
  const part = count === rows ? name : `${name}.${from}`;
  const within = ({ offset, bytes }: WeightPlace): WeightPlace => ({
    offset: offset + (bytes / rows) * from,
    bytes: (bytes / rows) * count,
  });
  const codes = g.weight(`${part}.q${bits}`, "uint8", [count, blocks, (block * bits) / 8], within(values));
  const factors = g.weight(`${part}.scales`, "float32", [count * blocks], within(scales));
  const attributes = { K: cols, N: count, bits, block_size: block, accuracy_level: 1 };
  return first(g.apply("MatMulNBits", [x, codes, factors], { domain: "com.microsoft", attributes }));
}
