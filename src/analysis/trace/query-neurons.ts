import { addScaled, dot, fromRows, rowOf } from "#core/numeric/matrix.ts";
import { topIndices } from "#core/numeric/top.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import { curved, slopes } from "../search/bounds.ts";
import { attentionFactor, ffnFactor } from "../capture.ts";
import type { Capture } from "../capture.ts";
import { certifiedTop } from "../search/certified.ts";
import { asDirections, ffnInput, scoreOf } from "./keys.ts";
import { lensLogProbabilities } from "../lens/lens.ts";
import type { FrozenLens } from "../lens/lens.ts";
import type { NeuronSearch } from "../lens/neurons.ts";
import type { Runner } from "../runner.ts";
import { sourcesAt } from "./source-tracing.ts";
import type { Source } from "./source-tracing.ts";
import { subvalues } from "../lens/subvalues.ts";

/** One dimension of a head's value at one source position: the sister paper's attention neuron. */
export interface AttentionNeuron extends HeadId {
  /** Of the head's value, 0 to headDim − 1. */
  readonly dim: number;
  readonly position: number;
}

export interface ValueAttentionNeuron extends AttentionNeuron {
  /**
   * log p(residPre + α·v_dim · o) − log p(residPre) at the last position, in nats, o the column of the output projection, through the
   * norm behind it where there is one.
   */
  readonly increase: number;
  /** α[h, last, p] · v[p, dim]: what the column is multiplied by. */
  readonly coefficient: number;
}

/** Exact values beyond which a list is given up as not certified; as for FFN neurons. */
const MAX_EXACT = 4096;

/**
 * Value attention neurons: those of largest log-probability increase among all heads, dimensions and source positions. The tangent
 * α·v_dim · (o · g), g the gradient of log p(target) at the layer's input, is an upper bound, so few have to be evaluated (with a soft-cap
 * behind the lens it is one with `curved` added).
 *
 * @see Yu & Ananiadou (2024), arXiv 2312.12141
 */
export async function valueAttentionNeurons(
  lens: FrozenLens,
  run: Capture,
  search: NeuronSearch,
): Promise<{ readonly rows: ValueAttentionNeuron[]; readonly evaluated: number; readonly certified: boolean }> {
  const { runner } = lens;
  const { heads, headDim, modelDim } = runner.spec;
  const positions = run.ids.length;
  const width = heads * headDim;
  const bases = run.layers.map(({ residPre }) => rowOf(residPre, positions - 1));
  const { atBase, gradients } = await slopes(lens, bases, search.target);
  const factors = run.layers.map((_, layer) => attentionFactor(run, layer, positions - 1));
  const coefficients = new Float64Array(run.layers.length * positions * width);
  const bounds = new Float64Array(coefficients.length);
  for (const layer of run.layers.keys()) {
    search.signal?.throwIfAborted();
    const mixed = await subvalues(runner, run, layer);
    const products = await runner.weights.outputProducts(layer, gradients[layer]!);
    const reach = await curved(lens, () => runner.weights.outputNorms(layer));
    mixed.data.forEach((coefficient, i) => {
      const flat = layer * positions * width + i;
      coefficients[flat] = coefficient;
      const written = factors[layer]! * coefficient;
      bounds[flat] = written * products[i % width]! + reach(written, i % width);
    });
  }
  const placeOf = (flat: number): AttentionNeuron => ({
    layer: Math.floor(flat / (positions * width)),
    position: Math.floor(flat / width) % positions,
    head: Math.floor((flat % width) / headDim),
    dim: flat % headDim,
  });
  const { order, evaluated, certified } = await certifiedTop(bounds, {
    ...search,
    limit: Math.max(search.count, MAX_EXACT),
    evaluate: async (flats) => {
      const raised: Float32Array[] = [];
      for (const flat of flats) {
        const { layer, ...at } = placeOf(flat);
        const output = await runner.weights.headOutput({ layer, head: at.head }, unit(headDim, at.dim));
        raised.push(addScaled(bases[layer]!, output, factors[layer]! * coefficients[flat]!));
      }
      const after = await lensLogProbabilities(lens, fromRows(raised, modelDim), search.target);
      return flats.map((flat, i) => after[i]! - atBase[placeOf(flat).layer]!);
    },
  });
  const rows = order.map(({ index, value }) => ({
    ...placeOf(index),
    increase: value,
    coefficient: coefficients[index]!,
  }));
  return { rows, evaluated, certified };
}

const unit = (length: number, at: number) => Float32Array.from({ length }, (_, i) => (i === at ? 1 : 0));

/** What an attention neuron reads at its source position: γ ⊙ its row of v, γ the gain of the attention's norm; [modelDim]. */
export const attentionKey = ({ spec, weights }: Runner, { layer, head, dim }: AttentionNeuron): Promise<Float64Array> =>
  weights.valueDirection(layer, unit(spec.heads * spec.headDim, head * spec.headDim + dim));

export interface QueryNeuron extends NeuronId {
  /** Σ over the value neurons of increase · ⟨m v, key⟩ / ⟨residual, key⟩, in nats. */
  readonly score: number;
}

/**
 * Query FFN neurons: which neurons of earlier layers activate the value attention neurons, by the inner product of what they write
 * at the source position with the attention neuron's key, as a part of the whole residual's product, times its increase, summed.
 *
 * The denominator can be near 0, where the parts cancel; the parts are then large and of both signs. That is the paper's measure.
 *
 * @returns the `count` largest, largest first
 */
export async function queryNeurons(
  runner: Runner,
  run: Capture,
  valued: readonly ValueAttentionNeuron[],
  count: number,
): Promise<QueryNeuron[]> {
  const { neurons } = runner.spec;
  const totals = new Float64Array(run.layers.length * neurons);
  for (const at of valued) {
    const key = await attentionKey(runner, at);
    const whole = dot(rowOf(run.layers[at.layer]!.residPre, at.position), key);
    for (let layer = 0; layer < at.layer; layer++) {
      const products = await runner.weights.valueProducts(layer, key);
      const activations = rowOf(run.layers[layer]!.post, at.position);
      const factor = ffnFactor(run, layer, at.position);
      products.forEach((product, neuron) => {
        totals[layer * neurons + neuron]! += (at.increase * factor * activations[neuron]! * product) / whole;
      });
    }
  }
  return topIndices(totals, count).map((index) => ({
    layer: Math.floor(index / neurons),
    neuron: index % neurons,
    score: totals[index]!,
  }));
}

export interface QueryLayer extends Source {
  /** In nats, as a query neuron's. */
  readonly score: number;
}

/**
 * Query layers of value FFN neurons: the part of each earlier output in what the neuron reads at the last position, times the
 * neuron's increase, summed. The keys are the rows of up and gate (their parts averaged), not the column of the down projection
 * that the authors' Llama notebook takes: that one is the neuron's value.
 *
 * The neuron's own layer's attention is among the sources where the FFN reads it.
 *
 * @returns largest first
 */
export async function queryLayersOfNeurons(
  runner: Runner,
  run: Capture,
  valued: readonly (NeuronId & { readonly increase: number })[],
): Promise<QueryLayer[]> {
  const last = run.ids.length - 1;
  const totals = new QueryTotals();
  for (const at of valued) {
    const keys = asDirections(await runner.weights.neuronKeys(at));
    const whole = scoreOf(ffnInput(runner, run, at.layer, last), keys);
    const below = sourcesAt(run, last, at.layer + 1).slice(0, runner.spec.block === "sequential" ? -1 : -2);
    for (const source of below) {
      const { up, gate } = scoreOf(source.vector, keys);
      const shares = [up / whole.up, ...(gate === undefined ? [] : [gate / whole.gate!])];
      totals.add(source, (at.increase * shares.reduce((sum, share) => sum + share, 0)) / shares.length);
    }
  }
  return totals.sorted();
}

/** Query layers of value attention neurons, at their source positions and with their own keys. */
export async function queryLayersOfAttention(
  runner: Runner,
  run: Capture,
  valued: readonly ValueAttentionNeuron[],
): Promise<QueryLayer[]> {
  const totals = new QueryTotals();
  for (const at of valued) {
    const key = await attentionKey(runner, at);
    const whole = dot(rowOf(run.layers[at.layer]!.residPre, at.position), key);
    for (const source of sourcesAt(run, at.position, at.layer)) {
      totals.add(source, (at.increase * dot(source.vector, key)) / whole);
    }
  }
  return totals.sorted();
}

class QueryTotals {
  readonly #byName = new Map<string, { kind: Source["kind"]; layer: number; score: number }>();

  add({ kind, layer }: Source, score: number): void {
    const name = `${kind} ${layer}`;
    const known = this.#byName.get(name);
    if (known) known.score += score;
    else this.#byName.set(name, { kind, layer, score });
  }

  sorted(): QueryLayer[] {
    return [...this.#byName.values()].sort((a, b) => b.score - a.score || a.layer - b.layer);
  }
}
