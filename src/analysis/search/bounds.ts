import { fromRows, rowOf } from "#core/numeric/matrix.ts";
import { logProbability, softmax } from "#core/numeric/softmax.ts";
import type { ModelSpec } from "#model/spec.ts";
import { ffnFactor } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { midOf } from "../lens/increase.ts";
import { residualLogits } from "../lens/lens.ts";
import type { FrozenLens } from "../lens/lens.ts";
import { logProbabilityMix, mixGradients } from "./directions.ts";
import type { NeuronRanges } from "./ranges.ts";
import { bennett, varianceBound } from "./spread.ts";

/** log p(target) at each layer's residMid at the last position, and its first-order change by each neuron. */
export interface Linearisation {
  /** [layer] */
  readonly atBase: Float64Array;
  /** c_k · (v_k · g), flattened [layer, neuron] */
  readonly tangents: Float64Array;
  /** p of a layer, [vocabulary]. */
  readonly probabilities: (layer: number) => Float64Array;
}

/** The largest |second derivative| of tanh. */
const TANH_BEND = 4 / (3 * Math.sqrt(3));

/**
 * How far a soft-cap c · tanh(x / c) takes a weighted sum of capped logits from its tangent, by the square of the largest step of a raw
 * logit: |second derivative| ≤ 4 / (3√3 c), so that it is weight · TANH_BEND / (2 c). 0 without a cap.
 *
 * @param weight Σ |weights|; of a log-probability 2, the target's 1 and the log-sum-exp's 1
 */
export const capBend = ({ softcap }: Pick<ModelSpec, "softcap">, weight: number): number =>
  softcap?.final === undefined ? 0 : (weight * TANH_BEND) / (2 * softcap.final);

/**
 * The most that a vector can add to log p(target) beyond its tangent: nothing without a soft-cap, where log p is concave, else
 * `capBend` of the largest step of a logit, |s · coefficient| · |γ ⊙ v| · max_t |u_t| by Cauchy and Schwarz.
 *
 * @param norms |γ ⊙ v| of the vectors; asked for only where they are needed
 */
export async function curved(
  { runner, scale }: FrozenLens,
  norms: () => Promise<Float64Array>,
): Promise<(coefficient: number, index: number) => number> {
  const bend = capBend(runner.spec, 2);
  if (bend === 0) return () => 0;
  const reach = await runner.weights.unembeddingReach();
  const found = await norms();
  return (coefficient, index) => bend * (scale * coefficient * found[index]! * reach) ** 2;
}

/**
 * What the neurons of each layer start from, and c_k · (v_k · g) for every neuron, c_k being what its value vector is multiplied by, in
 * each of several runs.
 *
 * g = s·γ ⊙ (u_w − Σ_t p_t u_t) is the gradient of log p(w) at the layer's residMid, p being the lens distribution there; in a
 * LayerNorm model its mean is taken out; behind a soft-cap each logit's part is multiplied by the cap's slope.
 * Log-sum-exp is convex, so log p is concave along any direction and this tangent is an upper bound of the neuron's increase; a soft-cap takes the concavity away, and `upperBounds` gives it back.
 *
 * @param firstLayer below it nothing is bounded: tangents are 0
 */
export async function linearise(
  lens: FrozenLens,
  runs: readonly Capture[],
  { target, firstLayer = 0, onTokens }: LinearisedFor,
): Promise<Linearisation[]> {
  const { spec } = lens.runner;
  const { layers } = spec;
  const bases = fromRows(
    runs.flatMap((run) => run.layers.map((_, layer) => midOf(run, layer))),
    spec.modelDim,
  );
  const logits = await residualLogits(lens, bases);
  const bounded = Array.from({ length: Math.max(0, layers - firstLayer) }, (_, place) => firstLayer + place);
  const weights = new Map([[target, 1]]);
  const mixes = runs.flatMap((_, place) =>
    bounded.map((layer) => logProbabilityMix(spec, rowOf(logits, place * layers + layer), weights)),
  );
  const gradients = await mixGradients(lens, mixes, onTokens);
  const found: Linearisation[] = [];
  for (const [place, run] of runs.entries()) {
    const own = gradients.slice(place * bounded.length);
    const tangents = await gradientProducts(lens, run, (layer) => own[layer - firstLayer]);
    found.push({
      atBase: Float64Array.from({ length: layers }, (_, layer) =>
        logProbability(rowOf(logits, place * layers + layer), target),
      ),
      tangents,
      probabilities: (layer) => softmax(rowOf(logits, place * layers + layer)),
    });
  }
  return found;
}

interface LinearisedFor {
  readonly target: number;
  readonly firstLayer?: number | undefined;
  /** Told how many tokens of the unembedding have been read. */
  readonly onTokens?: ((done: number) => void) | undefined;
}

/**
 * Upper bounds of each neuron's increase: the tangents, and behind a soft-cap as much more as it can bend.
 *
 * @param tangents of the same run
 * @param firstLayer below it nothing is bounded
 */
export async function upperBounds(
  lens: FrozenLens,
  run: Capture,
  { tangents }: Pick<Linearisation, "tangents">,
  firstLayer = 0,
): Promise<Float64Array> {
  const { spec, weights } = lens.runner;
  if (capBend(spec, 2) === 0) return tangents;
  const upper = Float64Array.from(tangents);
  for (let layer = firstLayer; layer < spec.layers; layer++) {
    const above = await curved(lens, () => weights.valueNorms(layer));
    coefficientsAtLast(run, layer).forEach((coefficient, neuron) => {
      upper[layer * spec.neurons + neuron]! += above(coefficient, neuron);
    });
  }
  return upper;
}

/** What each of a layer's value vectors is multiplied by at the last position, [neurons]. */
function coefficientsAtLast(run: Capture, layer: number): Float64Array {
  const last = run.ids.length - 1;
  const factor = ffnFactor(run, layer, last);
  return Float64Array.from(rowOf(run.layers[layer]!.post, last), (activation) => activation * factor);
}

/**
 * c_k · (v_k · g) for every neuron at the last position, flattened [layer, neuron].
 *
 * @param gradientOf g of a layer, [modelDim]; 0 where there is none
 */
export async function gradientProducts(
  { runner: { spec, weights } }: FrozenLens,
  run: Capture,
  gradientOf: (layer: number) => Float64Array | undefined,
): Promise<Float64Array> {
  const sums = new Float64Array(spec.layers * spec.neurons);
  for (const layer of run.layers.keys()) {
    const gradient = gradientOf(layer);
    if (!gradient) continue;
    const coefficients = coefficientsAtLast(run, layer);
    const products = await weights.valueProducts(layer, gradient);
    sums.set(
      products.map((product, neuron) => product * coefficients[neuron]!),
      layer * spec.neurons,
    );
  }
  return sums;
}

/**
 * log p(target) at each residual, and its gradient there: g = s·γ ⊙ (u_w − Σ_t p_t u_t), in a LayerNorm model with its mean
 * taken out. A vector v adds at most v · g, but for what `curved` says.
 *
 * @returns gradients of modelDim each
 */
export async function slopes(
  lens: FrozenLens,
  bases: readonly Float32Array[],
  target: number,
): Promise<{ readonly atBase: Float64Array; readonly gradients: Float64Array[] }> {
  const { spec } = lens.runner;
  const logits = await residualLogits(lens, fromRows(bases, spec.modelDim));
  const atBase = Float64Array.from(bases, (_, row) => logProbability(rowOf(logits, row), target));
  const weights = new Map([[target, 1]]);
  const mixes = bases.map((_, row) => logProbabilityMix(spec, rowOf(logits, row), weights));
  return { atBase, gradients: await mixGradients(lens, mixes) };
}

/**
 * Hoeffding's lemma turned on the same tangent: the increase is at least c_k·(v_k·g) − (s·c_k·R_k)²/8, R_k being the range
 * (max − min over the vocabulary) of the logits of γ ⊙ v_k. Behind a soft-cap, whose slope is at most 1, R_k is twice their largest size,
 * and what the cap can bend goes off as well.
 *
 * Where the variance of those logits under p is bounded, Bennett's inequality is the tighter one: with b = |s·c_k|·R_k at least what a
 * logit's step is above its mean, no more than (e^b − 1 − b) / b² · (s·c_k)² · Var_p goes off.
 *
 * @param after tangents and probabilities of the same run
 * @param firstLayer below it nothing is bounded
 */
export function lowerBounds(
  lens: FrozenLens,
  run: Capture,
  after: Pick<Linearisation, "tangents" | "probabilities">,
  { ranges, variance }: NeuronRanges,
  firstLayer = 0,
): Float64Array {
  const { spec } = lens.runner;
  const { layers, neurons } = spec;
  const bend = capBend(spec, 2);
  const lower = Float64Array.from(after.tangents);
  for (let layer = firstLayer; layer < layers; layer++) {
    const most = variance && varianceBound(after.probabilities(layer), variance.spread);
    coefficientsAtLast(run, layer).forEach((coefficient, neuron) => {
      const index = layer * neurons + neuron;
      const step = Math.abs(lens.scale * coefficient);
      const reach = step * ranges[index]!;
      const byRange = reach ** 2 / 8;
      const byVariance = most === undefined ? Infinity : bennett(reach) * (step * variance!.norms[index]!) ** 2 * most;
      lower[index]! -= Math.min(byRange, byVariance) + bend * (reach / 2) ** 2;
    });
  }
  return lower;
}
