import { unembedding, unembeddingBias } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import type { Capture } from "./forward.ts";
import { addedLogits, atLast, cappedLogits, lensLogits, lensOf, logProbability, rawLogits } from "./lens.ts";
import type { Lens } from "./lens.ts";
import { coefficient, headOutput, valueVector } from "./method.ts";
import { normalised } from "./norms.ts";
import { largest, plus, scaled, times } from "./vectors.ts";

/** Reading the residual stream: the logit lens, and who wrote a logit. */

/** The residual behind the embedding and behind every layer: [layers + 1][T] of d. */
export const stages = (run: Capture): Float64Array[][] => [run.layerInput[0]!, ...run.layerOutput];

/** The logits of a residual through the final norm at its own scale. */
export function ownLogits(model: ReferenceModel, residual: Float64Array): Float64Array {
  const logits = times(unembedding(model), normalised(model.anatomy.finalNorm(model), residual));
  const bias = unembeddingBias(model);
  return cappedLogits(model, scaled(bias ? plus(logits, bias) : logits, model.logitScale ?? 1));
}

/** Of every stage and position: the most probable token, its probability, the target's rank and log-probability. */
export function logitLens(lens: Lens, run: Capture, norm: "own" | "final", target: number) {
  return stages(run).map((positions) =>
    positions.map((residual) => {
      const logits = norm === "own" ? ownLogits(lens.model, residual) : lensLogits(lens, residual);
      const order = largest(logits, logits.length);
      return {
        top: order[0]!,
        probability: Math.exp(logProbability(logits, order[0]!)),
        rank: order.indexOf(target),
        logProbability: logProbability(logits, target),
      };
    }),
  );
}

/**
 * What each part adds to a logit at the run's own final scale, each vector on its own through the linear part of the lens; the bias
 * is what the lens gives a vector of zeros, and what the biases of the projections add.
 */
export function directLogits(model: ReferenceModel, run: Capture, target: number, against?: number) {
  const lens = lensOf(model, run);
  const of = (logits: Float64Array) => logits[target]! - (against === undefined ? 0 : logits[against]!);
  const added = (vector: Float64Array) => of(addedLogits(lens, scaled(vector, model.residualScale ?? 1)));
  const write = (vector: Float64Array) => of(addedLogits(lens, vector));
  const layers = Array.from({ length: model.layers }, (_, layer) => layer);
  const biases = layers.flatMap((layer) => {
    const { attentionOut, ffnOut } = model.anatomy.layer(model, layer);
    return [attentionOut.bias, ffnOut.bias].map((bias) => (bias ? added(bias) : 0));
  });
  return {
    // of the logits before a cap, which are what parts add up to
    total: of(rawLogits(lens, atLast(run.layerOutput.at(-1)!))),
    embedding: write(atLast(run.layerInput[0]!)),
    heads: layers.map((layer) =>
      Array.from({ length: model.heads }, (_, head) => write(headOutput(model, run, layer, head))),
    ),
    neurons: layers.map((layer) =>
      Array.from({ length: model.neurons }, (_, neuron) =>
        write(scaled(valueVector(model, layer, neuron), coefficient(model, run, { layer, neuron }))),
      ),
    ),
    bias: of(rawLogits(lens, new Float64Array(model.modelDim))) + biases.reduce((sum, each) => sum + each, 0),
  };
}

/** A detection pattern, [query][key] of 0 and 1. */
export type DetectionPattern = number[][];

const square = (size: number, cell: (query: number, key: number) => boolean): DetectionPattern =>
  Array.from({ length: size }, (_, query) => Array.from({ length: size }, (_cell, key) => (cell(query, key) ? 1 : 0)));

/** The patterns of TransformerLens's head detector, built as it builds them: a shifted diagonal, equal tokens, and these rolled by one. */
export function detectionPatterns(ids: readonly number[]) {
  const lower = (pattern: DetectionPattern) => pattern.map((row, query) => row.map((d, key) => (key <= query ? d : 0)));
  const duplicate = lower(square(ids.length, (query, key) => query !== key && ids[query] === ids[key]));
  return {
    previousToken: square(ids.length, (query, key) => key === query - 1),
    duplicateToken: duplicate,
    induction: lower(duplicate.map((row) => [0, ...row.slice(0, -1)])),
    firstToken: square(ids.length, (query, key) => key === 0 && query > 0),
  };
}

/** The head detector's measure "mul" over several runs, Σ A ⊙ D / Σ A, and its largest value: the share of queries with a 1. */
export function detected(runs: readonly Capture[], patternOf: (ids: readonly number[]) => DetectionPattern) {
  const patterns = runs.map(({ ids }) => patternOf(ids));
  const [{ pattern }] = runs as [Capture, ...Capture[]];
  const queries = patterns.flat().length;
  const could = patterns.flat().filter((row) => row.includes(1)).length;
  const mul = pattern.map((heads, layer) =>
    heads.map((_, head) => {
      let together = 0;
      runs.forEach((run, index) => {
        run.pattern[layer]![head]!.forEach((row, query) => {
          row.forEach((attention, key) => (together += attention * patterns[index]![query]![key]!));
        });
      });
      return together / queries;
    }),
  );
  return { mul, most: could / queries };
}
