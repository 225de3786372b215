import type { ModelSpec } from "#model/spec.ts";
import type { GraphBuilder, Value } from "./builder.ts";
import * as op from "./operators.ts";

/**
 * softmax(q·kᵀ / √headDim + mask) · v, with q and k turned by their positions.
 *
 * `qkv` is [batch, position, (heads + 2·kvHeads)·headDim]: all query heads, then keys, then values. The inputs `cos`, `sin`
 * [position, headDim/2] and `mask` [position, position] are added to the graph. z is [batch, heads, position, headDim], the
 * pattern [batch, heads, position, position] with rows that sum to 1.
 */
export function attention(
  g: GraphBuilder,
  spec: ModelSpec,
  qkv: Value,
): { readonly z: Value; readonly pattern: Value } {
  const { heads, kvHeads, headDim } = spec;
  const cos = g.input("cos", ["position", headDim / 2]);
  const sin = g.input("sin", ["position", headDim / 2]);
  const mask = g.input("mask", ["position", "position"]);

  const byHead = op.transpose(g, op.reshape(g, qkv, [0, 0, heads + 2 * kvHeads, headDim]), [0, 2, 1, 3]);
  const [qk, v] = op.split(g, byHead, [heads + kvHeads, kvHeads], 1) as [Value, Value];
  const [q, k] = op.split(g, op.rotaryEmbedding(g, qk, cos, sin), [heads, kvHeads], 1) as [Value, Value];

  // query heads that share a key head follow each other, so all their positions form one long matrix and no key is repeated
  const grouped = op.reshape(g, q, [0, kvHeads, -1, headDim]);
  const scores = op.mul(g, op.matMul(g, grouped, op.transpose(g, k, [0, 1, 3, 2])), g.floats([1 / Math.sqrt(headDim)]));
  const pattern = op.softmax(g, op.add(g, op.reshape(g, scores, [0, heads, -1, 0]), mask));
  const z = op.matMul(g, op.reshape(g, pattern, [0, kvHeads, -1, 0]), v);
  return { z: op.reshape(g, z, [0, heads, -1, headDim]), pattern };
}
