import type { ModelSpec } from "#model/spec.ts";
import type { OnnxGraph } from "#formats/onnx/encode.ts";
import { block } from "./block.ts";
import { GraphBuilder } from "./builder.ts";
import type { Value } from "./builder.ts";
import * as op from "./operators.ts";
import { normRange } from "./range.ts";
import { weightsOf } from "./weights.ts";
import type { WeightLayout } from "./weights.ts";

/** The name under which a part's graph finds its file of weights. */
export const WEIGHTS_FILE = "weights.bin";

/** Number of the most probable tokens that the unembedding ranks; who wants more ranks the logits. */
const TOP_COUNT = 16;

/** One decoder layer; its inputs and outputs are listed at `block`. */
export function blockGraph(spec: ModelSpec, layer: number, layout: WeightLayout): OnnxGraph {
  const g = new GraphBuilder(`block_${layer}`, WEIGHTS_FILE);
  block(g, spec, layer, weightsOf(g, layout, spec));
  return g.build();
}

/**
 * The final norm and the projection to the vocabulary, which is also the lens.
 *
 * Inputs: `residual` [batch, position, modelDim]; `positions` [chosen], the positions to unembed; `scale` [1 or batch, 1, 1],
 * what a vector is multiplied by before the norm's gain, 0 meaning its own 1 / rms or 1 / deviation; in a model with biases or a
 * soft-cap here `offset` [1], 1 for a residual, 0 for a bare vector that they are no part of; `targets` [asked], token ids;
 * `ranked_rows` [ranked], those of the batch · chosen vectors whose top tokens are wanted: ranking a row costs a GPU as much
 * as projecting several.
 *
 * Outputs, each [batch, chosen, …]: `logits` [vocabulary], `log_sum_exp` [1], `target_logits` [asked], `highest_logit` and
 * `lowest_logit` [1], `own_scale` [1]; and `top_ids` [ranked, TOP_COUNT], most probable first.
 */
export function unembedGraph(spec: ModelSpec, layout: WeightLayout): OnnxGraph {
  const g = new GraphBuilder("unembed", WEIGHTS_FILE);
  const weights = weightsOf(g, layout, spec);
  const residual = g.input("residual", ["batch", "position", spec.modelDim]);
  const positions = g.input("positions", ["chosen"], "int64");
  const scale = g.input("scale", ["scaled", 1, 1]);
  const hasBias = weights.has("final_norm.bias") || weights.has("unembedding.bias");
  const cap = spec.softcap?.final;
  const offset = hasBias || cap !== undefined ? g.input("offset", [1]) : "";
  const targets = g.input("targets", ["asked"], "int64");
  const rankedRows = g.input("ranked_rows", ["ranked"], "int64");

  const chosen = op.gather(g, residual, positions, 1);
  const vectors = spec.norm === "layer" ? op.sub(g, chosen, op.reduceMean(g, chosen)) : chosen;
  const { shrink } = normRange(spec.normEps, spec.modelDim);
  const shrunk = op.mul(g, vectors, g.floats([shrink]));
  const meanSquare = op.reduceMean(g, op.mul(g, shrunk, shrunk));
  const ofShrunk = op.reciprocal(g, op.sqrt(g, op.add(g, meanSquare, g.floats([spec.normEps * shrink ** 2]))));
  const ownScale = op.mul(g, ofShrunk, g.floats([shrink]));
  const used = op.where(g, op.greater(g, scale, g.floats([0])), scale, ownScale);
  const withBias = (value: Value, name: string) =>
    weights.has(name) ? op.add(g, value, op.mul(g, weights.plain(name), offset)) : value;
  const normed = withBias(op.mul(g, op.mul(g, vectors, used), weights.plain("final_norm")), "final_norm.bias");
  const biased = withBias(weights.bare(normed, "unembedding"), "unembedding.bias");
  const raw = op.scaled(g, biased, spec.scales?.logits);
  const isWhole = cap === undefined ? "" : op.greater(g, offset, g.floats([0]));
  const logits = cap === undefined ? raw : op.where(g, isWhole, op.softcapped(g, raw, cap), raw);
  const highest = op.reduceMax(g, logits);
  const count = Math.min(TOP_COUNT, spec.vocabulary);
  const ranked = op.gather(g, op.reshape(g, logits, [-1, spec.vocabulary]), rankedRows, 0);
  const [, topIds] = op.topK(g, ranked, count) as [string, string];

  const dims = ["batch", "chosen"] as const;
  g.output(logits, "logits", [...dims, spec.vocabulary]);
  g.output(logSumExp(g, logits, highest), "log_sum_exp", [...dims, 1]);
  g.output(op.gather(g, logits, targets, 2), "target_logits", [...dims, "asked"]);
  g.output(op.reduceMin(g, logits), "lowest_logit", [...dims, 1]);
  g.output(highest, "highest_logit", [...dims, 1]);
  g.output(ownScale, "own_scale", [...dims, 1]);
  g.output(topIds, "top_ids", ["ranked", count], "int64");
  return g.build();
}

/** max + ln Σ exp(x − max): the operator alone overflows beyond 88 on WebGPU, and has nothing left where all are below −103. */
const logSumExp = (g: GraphBuilder, x: Value, max: Value): Value =>
  op.add(g, max, op.reduceLogSumExp(g, op.sub(g, x, max)));
