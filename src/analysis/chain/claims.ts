import { fromRows, rowOf } from "#core/numeric/matrix.ts";
import type { Capture } from "../capture.ts";
import { enhancingGraph } from "../trace/enhancing-graph.ts";
import { activationOf, headIncrease, layerIncreases, midOf, neuronIncreases } from "../lens/increase.ts";
import { ffnInput } from "../trace/keys.ts";
import { lensLogProbabilities } from "../lens/lens.ts";
import type { FrozenLens } from "../lens/lens.ts";
import { transferAlong } from "../trace/transfer.ts";
import type { ChainEdge } from "./chain.ts";
import { deepNode, featureNode, headNode, layerNode, PREDICTION, readerNode } from "./outline.ts";
import type { Outline } from "./outline.ts";
import { headInput, isSameReading, readingSources, referenceOf, signed } from "./readings.ts";
import type { HeadInput, Reference, SignedScore } from "./readings.ts";

/** An edge before anything was ablated for it. */
export interface ClaimedEdge extends Omit<ChainEdge, "measured"> {
  readonly claimed: number;
}

/** What one run says of a chain's parts: contributions of nodes by id, activations of neurons, and every edge's claim. */
export interface ClaimedParts {
  /** Log-probability increase at the last position, in nats. */
  readonly contributions: ReadonlyMap<string, number>;
  readonly activations: ReadonlyMap<string, number>;
  readonly edges: readonly ClaimedEdge[];
}

interface ClaimedRun {
  readonly run: Capture;
  readonly clean: Capture;
  /** What the head reads in the run, where it is known already. */
  readonly input?: HeadInput;
}

/**
 * Measures everything that a chain claims in one run, without switching anything. No block is run for it. Which side of 0 a key counts
 * for is the clean run's matter, so that two runs can be compared.
 */
export async function claimsOf(
  lens: FrozenLens,
  claimed: ClaimedRun,
  outline: Outline,
  target: number,
): Promise<ClaimedParts> {
  const { run, clean } = claimed;
  const { head, deep } = outline;
  const { attention } = await layerIncreases(lens, run, target);
  const contributions = new Map<string, number>([[headNode(head), await headIncrease(lens, run, head, target)]]);
  const activations = new Map<string, number>();
  const last = run.ids.length - 1;
  for (const { via, at } of outline.readings)
    if (via !== undefined && at === last) contributions.set(layerNode(via), attention[via]!);
  const bases = fromRows(
    deep.map(({ layer }) => midOf(run, layer)),
    lens.runner.spec.modelDim,
  );
  const atBase = await lensLogProbabilities(lens, bases, target);
  const increases = await neuronIncreases(
    lens,
    deep.map((at, index) => ({ run, at, atBase: atBase[index]! })),
    target,
  );
  deep.forEach((at, index) => {
    contributions.set(deepNode(at), increases[index]!);
    activations.set(deepNode(at), activationOf(run, at));
  });
  for (const feature of outline.features) {
    const { neuron, reading } = feature;
    if (!neuron) continue;
    activations.set(featureNode(feature), rowOf(run.layers[neuron.layer]!.post, reading.position)[neuron.neuron]!);
  }
  const references = new Map<string, Reference>();
  for (const at of deep) {
    const residual = ffnInput(lens.runner, clean, at.layer, clean.ids.length - 1);
    references.set(deepNode(at), await referenceOf(lens.runner, at, residual));
  }
  const promotes = [headNode(head), ...deep.map(deepNode)].map((from): ClaimedEdge => {
    const claimed = contributions.get(from)!;
    return { from, to: PREDICTION, kind: "promotes", position: undefined, claimed, ...NO_KEYS };
  });
  const edges = [
    ...(await shallowEdges(lens, claimed, outline, references.get(deepNode(outline.reference))!)),
    ...(await predictingEdges(lens, run, outline, references)),
    ...(outline.isEnhancing ? await enhancingEdges(lens, run, outline, references) : []),
    ...promotes,
  ];
  return { contributions, activations, edges };
}

const NO_KEYS = { up: undefined, gate: undefined, share: undefined, placeShare: undefined };

const shareOf = ({ claimed }: SignedScore, total: number) => (total === 0 ? 0 : Math.abs(claimed) / total);

const claim = (score: SignedScore, total: number) => ({
  claimed: score.claimed,
  up: score.up,
  gate: score.gate,
  share: shareOf(score, total),
  placeShare: undefined,
});

async function shallowEdges(
  { runner }: FrozenLens,
  { run, clean, input: known }: ClaimedRun,
  { head, readings, features, splitShare }: Outline,
  reference: Reference,
): Promise<ClaimedEdge[]> {
  const input = known ?? (await headInput(runner, { run, clean }, { head, reference, splitShare }));
  const last = run.ids.length - 1;
  const edges: ClaimedEdge[] = [];
  for (const reading of readings) {
    const { via, position } = reading;
    const found = input.readings.find((each) => isSameReading(each, reading))!;
    const to = readerNode(reading, head, last);
    if (via !== undefined) {
      edges.push({ from: to, to: headNode(head), kind: "transfers", position, ...claim(found.score, input.total) });
    }
    const sources = await readingSources(runner, run, { head, reading, ...input }, reference);
    for (const feature of features.filter((each) => each.reading === reading)) {
      const { neuron } = feature;
      const score = neuron ? (await sources.neurons(neuron.layer))[neuron.neuron]!.score : sources.embedding;
      edges.push({
        from: featureNode(feature),
        to,
        kind: "enhances",
        position,
        ...claim(score, sources.total),
        placeShare: via === undefined ? shareOf(found.score, input.total) : undefined,
      });
    }
  }
  return edges;
}

async function predictingEdges(
  { runner }: FrozenLens,
  run: Capture,
  { head, deep }: Outline,
  references: ReadonlyMap<string, Reference>,
): Promise<ClaimedEdge[]> {
  const edges: ClaimedEdge[] = [];
  for (const at of deep) {
    const reference = references.get(deepNode(at))!;
    const { byHead } = await transferAlong(runner, run, head.layer, reference.directions);
    const scores = byHead.map((score) => signed(score, reference));
    const total = scores.reduce((sum, { claimed }) => sum + Math.abs(claimed), 0);
    edges.push({
      from: headNode(head),
      to: deepNode(at),
      kind: "predicts",
      position: undefined,
      ...claim(scores[head.head]!, total),
    });
  }
  return edges;
}

async function enhancingEdges(
  { runner }: FrozenLens,
  run: Capture,
  { deep }: Outline,
  references: ReadonlyMap<string, Reference>,
): Promise<ClaimedEdge[]> {
  const graph = (await enhancingGraph(runner, run, deep)).map(({ from, to, carried }) => ({
    from: deepNode(from),
    to: deepNode(to),
    score: signed(carried, references.get(deepNode(to))!),
  }));
  return graph.map(({ from, to, score }) => {
    const total = graph.filter((edge) => edge.to === to).reduce((sum, edge) => sum + Math.abs(edge.score.claimed), 0);
    return { from, to, kind: "amplifies", position: undefined, ...claim(score, total) };
  });
}
