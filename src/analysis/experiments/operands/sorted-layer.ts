import { recordOf } from "#core/record-of.ts";
import { randomStream, sample } from "#core/numeric/random.ts";
import { HEURISTIC_KINDS, matchesOf } from "./heuristics.ts";
import type { Heuristic, HeuristicKind, Match, NeuronMap } from "./heuristics.ts";

/** A layer over the pairs of an operand map. */
export interface LayerMap {
  readonly neurons: number;
  /** Every neuron's activation at the last position, [pair, neuron]. */
  readonly activations: Float32Array;
  /** What the norm behind the FFN, where there is one, multiplies a pair's activations by before they are added, [pair]; left out: 1. */
  readonly factors?: ArrayLike<number>;
  /** What one unit of each neuron's activation, times that factor, adds to an answer's logit, less the mean logit: [answer][neuron]. */
  readonly products: readonly Float64Array[];
  /** Which answer is right, [pair]. */
  readonly answers: readonly number[];
}

export interface SortOptions {
  /** How many neurons are sorted. */
  readonly count: number;
  readonly bothEnds: boolean;
  /** Of the shuffled maps, and of the other neurons. */
  readonly seed: number;
}

/** A neuron with what it is taken to implement. */
export interface SortedNeuron {
  readonly neuron: number;
  /** `supportOf`, in logits. */
  readonly support: number;
  readonly matches: readonly Match[];
}

/** How many of some neurons implement a heuristic at all, and how many one of each kind. */
export interface SortedCount {
  readonly neurons: number;
  readonly matched: number;
  readonly kinds: Readonly<Record<HeuristicKind, number>>;
}

export interface SortedLayer {
  /** The neurons that support the answers most. */
  readonly neurons: readonly SortedNeuron[];
  readonly own: SortedCount;
  /** The same neurons, each with its values dealt out anew over the pairs: what the threshold lets through by chance. */
  readonly shuffled: SortedCount;
  /** As many of the layer's other neurons, drawn at random. */
  readonly others: SortedCount;
}

/** Sorts the neurons of a layer that support the answers most by the heuristics that they implement, with both controls. */
export function sortedLayer(
  map: LayerMap,
  heuristics: readonly Heuristic[],
  { count, bothEnds, seed }: SortOptions,
): SortedLayer {
  const random = randomStream(seed);
  const support = supportOf(map);
  const order = Array.from(support.keys()).sort((x, y) => support[y]! - support[x]! || x - y);
  const [first, rest] = [order.slice(0, count), order.slice(count)];
  const sort = (neuronMap: NeuronMap) => matchesOf(neuronMap, heuristics, { bothEnds });
  const neurons = first.map((neuron) => ({
    neuron,
    support: support[neuron]!,
    matches: sort(neuronMapOf(map, neuron)),
  }));
  const counted = (all: readonly (readonly Match[])[]) => countOf(all, heuristics);
  return {
    neurons,
    own: counted(neurons.map(({ matches }) => matches)),
    shuffled: counted(first.map((neuron) => sort(shuffled(neuronMapOf(map, neuron), random)))),
    others: counted(sample(rest, Math.min(count, rest.length), random).map((neuron) => sort(neuronMapOf(map, neuron)))),
  };
}

function neuronMapOf(map: LayerMap, neuron: number): NeuronMap {
  const { neurons, activations, products, answers } = map;
  return {
    activations: Float32Array.from(answers, (_, pair) => activations[pair * neurons + neuron]!),
    contributions: Float64Array.from(
      answers,
      (answer, pair) => coefficient(map, pair, neuron) * products[answer]![neuron]!,
    ),
  };
}

/** What a neuron's value vector is multiplied by where it is added to a pair's residual. */
const coefficient = ({ neurons, activations, factors }: LayerMap, pair: number, neuron: number) =>
  activations[pair * neurons + neuron]! * (factors?.[pair] ?? 1);

/** A neuron's values dealt over other pairs, activations and contributions each: what chance would give. */
const shuffled = ({ activations, contributions }: NeuronMap, random: () => number): NeuronMap => ({
  activations: sample(Array.from(activations), activations.length, random),
  contributions: sample(Array.from(contributions), contributions.length, random),
});

/**
 * Σ_j (m_j − m̄) p_j / n over the pairs j, m the activation times the pair's factor and p what a unit of it adds to the right answer's logit, less
 * the mean logit: what the answers would lose directly if the neuron had its mean everywhere. [neuron], in logits before the final norm's scale.
 */
export function supportOf(map: LayerMap): Float64Array {
  const { neurons, products, answers } = map;
  const means = new Float64Array(neurons);
  answers.forEach((_, pair) => {
    for (let neuron = 0; neuron < neurons; neuron++) {
      means[neuron]! += coefficient(map, pair, neuron) / answers.length;
    }
  });
  const support = new Float64Array(neurons);
  answers.forEach((answer, pair) => {
    const own = products[answer]!;
    for (let neuron = 0; neuron < neurons; neuron++) {
      support[neuron]! += ((coefficient(map, pair, neuron) - means[neuron]!) * own[neuron]!) / answers.length;
    }
  });
  return support;
}

function countOf(all: readonly (readonly Match[])[], heuristics: readonly Heuristic[]): SortedCount {
  const has = (kind: HeuristicKind) => (matches: readonly Match[]) =>
    matches.some(([place]) => heuristics[place]!.kind === kind);
  return {
    neurons: all.length,
    matched: all.filter(({ length }) => length > 0).length,
    kinds: recordOf(HEURISTIC_KINDS, (kind) => all.filter(has(kind)).length),
  };
}
