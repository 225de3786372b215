import type {
  Chain,
  ChainEdge,
  ChainNode,
  ChainNodeKind,
  PredictingEvidence,
  StageName,
} from "#analysis/chain/chain.ts";
import { STAGE_NAMES } from "#analysis/chain/chain.ts";

const LAST = 5;

/** What is held against the head that `crowdedChain` is of. */
export const PREDICTING = {
  stage: "feature-predicting",
  head: { layer: 3, head: 1 },
  effect: 2,
  runnersUp: [],
  compared: 10,
  promoting: 4,
  spellings: [],
} as const satisfies PredictingEvidence;

/** As many parts as an assembled chain can have: six places of which three come by two layers, eight shallow and eight deep neurons. */
export function crowdedChain(): Chain {
  const shallow = Array.from({ length: 8 }, (_, index) => {
    const [layer, position] = [index % 3, 1 + (index % 3)];
    return part("shallow-neuron", `L${layer}N${index}@${position}`, { layer, index, position });
  });
  const words = [0, 1, 2, 3].map((position) => part("embedding", `E@${position}`, { position, word: "drei" }));
  const carriers = [1, 2].map((layer) => part("attention-layer", `L${layer}A`, { layer, position: LAST }));
  const head = part("head", "L3H1", { layer: 3, index: 1, position: LAST });
  const deep = Array.from({ length: 8 }, (_, index) => {
    const layer = 3 + (index % 5);
    return part("deep-neuron", `L${layer}N${index}`, { layer, index, position: LAST });
  });
  const prediction = part("prediction", "prediction", { position: LAST });
  const readers = [...carriers, head];
  const edges = [
    ...[...words, ...shallow].map(({ id, position }, index) =>
      edge(id, readers[index % readers.length]!.id, "enhances", position),
    ),
    ...carriers.flatMap(({ id }) => [1, 2].map((position) => edge(id, head.id, "transfers", position))),
    ...deep.map(({ id }) => edge(head.id, id, "predicts")),
    ...deep.flatMap((from) =>
      deep.filter(({ layer }) => layer! > from.layer!).map(({ id }) => edge(from.id, id, "amplifies")),
    ),
    ...[head, ...deep].map(({ id }) => edge(id, prediction.id, "promotes")),
  ];
  const stood: Record<StageName, readonly ChainNode[]> = {
    "feature-enhancing": [...words, ...shallow],
    "feature-transferring": carriers,
    "feature-predicting": [head],
    "prediction-enhancing": deep,
  };
  const texts = ["<s>", "drei", "+", "fünf", "ist", "="];
  return {
    prompt: "drei+fünf ist=",
    tokens: texts.map((text, id) => ({ id, text })),
    target: { id: 8, text: "acht" },
    baseline: -0.1,
    scale: 1,
    model: { layers: 8, heads: 4, neurons: 16 },
    stages: STAGE_NAMES.map((name) => ({
      name,
      hasEvidence: true,
      criteria: [],
      nodes: stood[name].map(({ id }) => id),
      evidence: undefined,
    })),
    nodes: [...words, ...shallow, ...carriers, head, ...deep, prediction],
    edges,
    ablation: {
      head: { layer: 3, head: 1 },
      before: [{ id: 8, text: "acht", probability: 0.9 }],
      after: [{ id: 7, text: "sieben", probability: 0.8 }],
      targetBefore: -0.1,
      targetAfter: -3,
    },
    reference: { layer: 3, neuron: 0 },
    thresholds: undefined,
    provenance: { kind: "computed" },
  };
}

/** The crowded chain with a layer that writes at a position before the last one too, where the head reads it. */
export function handedOnChain(): Chain {
  const chain = crowdedChain();
  const carrier = part("attention-layer", "L1A@3", { layer: 1, position: 3 });
  return {
    ...chain,
    stages: chain.stages.map((stage) =>
      stage.name === "feature-transferring" ? { ...stage, nodes: [...stage.nodes, carrier.id] } : stage,
    ),
    nodes: [carrier, ...chain.nodes],
    edges: [...chain.edges, edge("E@0", carrier.id, "enhances", 0), edge(carrier.id, "L3H1", "transfers", 0)],
  };
}

/** The crowded chain with its edges measured: each has an effect of its own, and neurons lose a quarter of what they are. */
export function measuredChain(): Chain {
  const chain = crowdedChain();
  const { edges } = chain;
  return {
    ...chain,
    edges: edges.map((each, index) => ({
      ...each,
      path: {
        effect: (index - edges.length + 2) / 8,
        ...(each.to.includes("N") && { activation: { before: 4, after: 3 } }),
      },
    })),
  };
}

const TOKENS = ["achtzehn", "acht", "8"].map((text, id) => ({ id, text }));

const part = (kind: ChainNodeKind, id: string, known: Partial<ChainNode> & Pick<ChainNode, "position">): ChainNode => ({
  id,
  kind,
  layer: undefined,
  index: undefined,
  word: undefined,
  promotes: TOKENS,
  transformed: TOKENS,
  contribution: kind === "deep-neuron" || kind === "head" ? 0.25 : undefined,
  activation: undefined,
  change: undefined,
  effect: 10.25,
  switchOff: [],
  ...known,
});

const edge = (from: string, to: string, kind: ChainEdge["kind"], position?: number): ChainEdge => ({
  from,
  to,
  kind,
  position,
  claimed: 1,
  up: 0.5,
  gate: 0.5,
  share: kind === "promotes" ? undefined : 0.4,
  placeShare: undefined,
  measured: undefined,
});
