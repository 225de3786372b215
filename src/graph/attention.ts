import { positionsOf } from "#model/spec.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import * as op from "./operators.ts";
import { infiniteFrom, queryLimit } from "./range.ts";
import type { PartWeights } from "./weights.ts";

/**
 * softmax(cap(q·kᵀ · scale) + mask) · v, with q and k turned by their positions where the layer does that; the scale is 1 / √headDim
 * unless the spec says another one, the cap nothing unless it has one.
 *
 * `normed` is [batch, position, modelDim]; the weight `qkv` gives all query heads, then keys, then values. Inputs added to the
 * graph: `mask` [position, position], and for rotary positions `cos`, `sin` [position, pairs]. z is
 * [batch, heads, position, headDim], the pattern [batch, heads, position, position] with rows that sum to 1.
 */
export function attention(
  g: GraphBuilder,
  spec: ModelSpec,
  layer: number,
  weights: PartWeights,
  normed: Value,
): { readonly [value in "z" | "pattern" | "q" | "k" | "v"]: Value } {
  const { heads, kvHeads, headDim } = spec;
  const factor = spec.scales?.attention ?? 1 / Math.sqrt(headDim);
  const mask = g.input("mask", ["position", "position"]);
  const projected = weights.linear(normed, "qkv", (bias) => biasThatCounts(g, spec, layer, bias));
  const product = normaliseAll(g, spec, weights, projected);
  const rows = op.reshape(g, product, [0, 0, heads + 2 * kvHeads, headDim]);
  const [qk, v] = op.split(g, op.transpose(g, rows, [0, 2, 1, 3]), [heads + kvHeads, kvHeads], 1) as [Value, Value];
  const scored = normaliseHeads(g, spec, weights, qk);
  const turned = rotate(g, spec, layer, scored);
  const [q, k] = op.split(g, turned, [heads, kvHeads], 1) as [Value, Value];

  // query heads that share a key head follow each other, so all their positions form one long matrix and no key is repeated
  const grouped = op.reshape(g, q, [0, kvHeads, -1, headDim]);
  const products = op.mul(g, op.matMul(g, grouped, op.transpose(g, k, [0, 1, 3, 2])), g.floats([factor]));
  const scores = op.softcapped(g, products, spec.softcap?.attention);
  const pattern = op.softmax(g, op.add(g, op.reshape(g, scores, [0, heads, -1, 0]), mask));
  const beyond = whereBeyond(g, spec, scored);
  const z = op.matMul(g, op.reshape(g, pattern, [0, kvHeads, -1, 0]), op.add(g, v, beyond.keys));
  return { z: op.add(g, op.reshape(g, z, [0, heads, -1, headDim]), beyond.queries), pattern, q, k, v };
}

/**
 * The bias of queries, keys and values, without what no softmax sees: a bias of keys that are not turned by their positions adds the same to
 * all of a query's scores. Left in, a large one costs the scores their digits. A cap on scores does see it.
 */
function biasThatCounts(g: GraphBuilder, spec: ModelSpec, layer: number, bias: Value): Value {
  const isSeen = positionsOf(spec, layer).kind === "rotary" || spec.qkNorm || spec.softcap?.attention;
  if (isSeen) return bias;
  const [q, k, v] = op.split(g, bias, sizesOf(spec), 0) as [Value, Value, Value];
  return op.concat(g, [q, op.mul(g, k, g.floats([0])), v], 0);
}

/** Numbers that a position's queries, keys and values have. */
const sizesOf = ({ heads, kvHeads, headDim }: ModelSpec) => [heads, kvHeads, kvHeads].map((count) => count * headDim);

/** RMSNorm over all heads' queries together, and over their keys, where the family has it so. */
function normaliseAll(g: GraphBuilder, spec: ModelSpec, weights: PartWeights, qkv: Value) {
  if (spec.qkNorm !== "full") return qkv;
  const [q, k, v] = op.split(g, qkv, sizesOf(spec), 2) as [Value, Value, Value];
  return op.concat(g, [weights.norm(q, "q_norm"), weights.norm(k, "k_norm"), v], 2);
}

/** RMSNorm over each head's queries and keys, where the family has it so. */
function normaliseHeads(
  g: GraphBuilder,
  { heads, kvHeads, qkNorm }: ModelSpec,
  weights: PartWeights,
  qk: Value,
): Value {
  if (qkNorm !== "head") return qk;
  const [q, k] = op.split(g, qk, [heads, kvHeads], 1) as [Value, Value];
  return op.concat(g, [weights.norm(q, "q_norm"), weights.norm(k, "k_norm")], 1);
}

/**
 * NaN where a query or key is too large for a score, 0 elsewhere, to be added to what attention gives: a sum of products that leaves
 * float32 can be −∞ where the whole is finite, and the softmax would take that for a key of no weight. It goes around the softmax,
 * because the exponential of some graphics processors makes a number of NaN.
 */
function whereBeyond(g: GraphBuilder, { heads, kvHeads, headDim }: ModelSpec, qk: Value) {
  const infinite = op.mul(g, qk, g.floats([infiniteFrom(queryLimit(headDim))]));
  const [queries, keys] = op.split(g, op.mul(g, infinite, g.floats([0])), [heads, kvHeads], 1) as [Value, Value];
  return { queries, keys };
}

/** Turns the first 2·pairs dimensions of each head; the rest, if any, passes by. */
function rotate(g: GraphBuilder, spec: ModelSpec, layer: number, qk: Value): Value {
  const { headDim } = spec;
  const positions = positionsOf(spec, layer);
  if (positions.kind !== "rotary") return qk;
  const pairs = positions.inverseFrequencies.length;
  const cos = g.input("cos", ["position", pairs]);
  const sin = g.input("sin", ["position", pairs]);
  if (2 * pairs === headDim) return op.rotaryEmbedding(g, qk, cos, sin);
  const [turning, passing] = op.split(g, qk, [2 * pairs, headDim - 2 * pairs], 3) as [Value, Value];
  return op.concat(g, [op.rotaryEmbedding(g, turning, cos, sin), passing], 3);
}
