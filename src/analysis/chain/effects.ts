import type { NeuronId } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import { ablateEach, ablatedNeuron } from "../ablation/ablations.ts";
import type { Ablated, AblationQuestion } from "../ablation/ablations.ts";
import type { Capture } from "../capture.ts";
import { effectOf } from "../ablation/effect.ts";
import { lowestNeuron, meanDrop } from "../trace/enhancing-graph.ts";
import { activationOf } from "../lens/increase.ts";
import type { Runner } from "../runner.ts";
import type {
  ChainEdge,
  ChainNode,
  EnhancingEvidence,
  PredictionEnhancingEvidence,
  TransferringEvidence,
} from "./chain.ts";
import { carriers, deepNode, featureNode, layerNode } from "./outline.ts";
import type { Outline } from "./outline.ts";
import { saysSame } from "./spellings.ts";

/** What became of the answer and of the deep neurons when parts of a chain were ablated, each alone. */
export interface Effects {
  /** By node id; `activations` are those of the outline's deep neurons in their order. */
  readonly nodes: ReadonlyMap<string, Ablated>;
  /** All shallow neurons ablated, all heads of all shallow attention layers ablated; undefined where there are none. */
  readonly allShallow: Ablated | undefined;
  readonly allLayers: Ablated | undefined;
  readonly lowest: NeuronId | undefined;
  /** How much the deep neurons of higher layers fall without the lowest, 0 to 1, on average. */
  readonly drop: number | undefined;
}

export const ablatedLayer = (layer: number, heads: number): Intervention[] =>
  Array.from({ length: heads }, (_, head) => ({ kind: "head", at: { layer, head }, scale: 0 }));

/** Switches every deep neuron, shallow neuron and shallow attention layer of a chain off once, and the last two as groups. */
export async function measureEffects(
  runner: Runner,
  clean: Capture,
  outline: Outline,
  { target, ablationSource, signal }: Omit<AblationQuestion, "watched">,
): Promise<Effects> {
  const { deep, features, readings } = outline;
  const variants = new Map<string, Intervention[]>();
  for (const at of deep) variants.set(deepNode(at), ablatedNeuron(at));
  const shallow = features.filter(({ neuron }) => neuron !== undefined);
  for (const feature of shallow) variants.set(featureNode(feature), ablatedNeuron(feature.neuron!));
  const layers = carryingLayers(readings);
  for (const layer of layers) variants.set(layerNode(layer), ablatedLayer(layer, runner.spec.heads));
  const single = variants.size;
  if (shallow.length > 0)
    variants.set(
      ALL_SHALLOW,
      shallow.flatMap(({ neuron }) => ablatedNeuron(neuron!)),
    );
  if (layers.length > 0)
    variants.set(
      ALL_LAYERS,
      layers.flatMap((layer) => ablatedLayer(layer, runner.spec.heads)),
    );
  const found = await ablateEach(runner, clean, [...variants.values()], {
    target,
    watched: deep,
    ablationSource,
    ...(signal && { signal }),
  });
  const byName = new Map([...variants.keys()].map((name, index) => [name, found[index]!]));
  const lowest = lowestNeuron(deep);
  return {
    nodes: new Map([
      ...[...byName].slice(0, single),
      ...[...carriers(readings, clean.ids.length - 1)].map(
        ([id, { layer }]) => [id, byName.get(layerNode(layer))!] as const,
      ),
    ]),
    allShallow: byName.get(ALL_SHALLOW),
    allLayers: byName.get(ALL_LAYERS),
    lowest,
    drop: lowest && ablatedDrop(clean, deep, lowest, byName.get(deepNode(lowest))!),
  };
}

/** All heads of the layers that bring something off together; undefined where none does. */
export async function ablateLayers(
  runner: Runner,
  clean: Capture,
  readings: Outline["readings"],
  { target, ablationSource, signal }: Omit<AblationQuestion, "watched">,
): Promise<Ablated | undefined> {
  const off = carryingLayers(readings).flatMap((layer) => ablatedLayer(layer, runner.spec.heads));
  if (off.length === 0) return undefined;
  const [found] = await ablateEach(runner, clean, [off], { target, ablationSource, ...(signal && { signal }) });
  return found;
}

const carryingLayers = (readings: Outline["readings"]) => [
  ...new Set(readings.flatMap(({ via }) => (via === undefined ? [] : [via]))),
];

const ALL_SHALLOW = "all shallow neurons";
const ALL_LAYERS = "all shallow attention layers";

function ablatedDrop(clean: Capture, deep: readonly NeuronId[], lowest: NeuronId, without: Ablated) {
  const higher = deep
    .map((at, index) => ({ at, after: without.activations[index]! }))
    .filter(({ at }) => at.layer > lowest.layer);
  return meanDrop(
    higher.map(({ at }) => activationOf(clean, at)),
    higher.map(({ after }) => after),
  );
}

/** The numbers of each stage's sentence. */
export const stageEffects = {
  enhancing(
    { features }: Outline,
    nodes: readonly ChainNode[],
    { allShallow }: Effects,
    baseline: number,
  ): EnhancingEvidence {
    const shallow = nodes.filter(({ kind }) => kind === "shallow-neuron");
    return {
      stage: "feature-enhancing",
      neurons: shallow.length,
      hiddenInterpretable: shallow.filter((node) => isHidden(node, nodes)).length,
      positions: [...new Set(features.filter(({ neuron }) => neuron).map(({ reading }) => reading.position))],
      effect: allShallow && effectOf({ baseline, withoutIt: allShallow.logProbability }),
    };
  },

  transferring(
    { readings }: Outline,
    edges: readonly ChainEdge[],
    { allLayers }: Effects,
    { baseline, last }: { readonly baseline: number; readonly last: number },
  ): TransferringEvidence {
    const moves = edges.filter(({ kind }) => kind === "transfers");
    return {
      stage: "feature-transferring",
      layers: [...carriers(readings, last)]
        .map(([id, { layer, at }]) => {
          const carried = moves.filter(({ from }) => from === id);
          return {
            layer,
            at,
            share: carried.reduce((sum, { share }) => sum + share!, 0),
            positions: carried.map(({ position }) => position!),
          };
        })
        .sort((a, b) => b.share - a.share),
      effect: allLayers && effectOf({ baseline, withoutIt: allLayers.logProbability }),
    };
  },

  deepening({ deep }: Outline, { nodes, lowest, drop }: Effects, baseline: number): PredictionEnhancingEvidence {
    return {
      stage: "prediction-enhancing",
      neurons: deep.length,
      lowest: lowest && { layer: lowest.layer, neuron: lowest.neuron },
      drop,
      effect: lowest && effectOf({ baseline, withoutIt: nodes.get(deepNode(lowest))!.logProbability }),
    };
  },
};

/** Says the word at its position behind the transformation, and not before. */
function isHidden(node: ChainNode, nodes: readonly ChainNode[]): boolean {
  const word = nodes.find(({ id }) => id === `E@${node.position}`)?.word;
  if (word === undefined) return false;
  const says = (tokens: ChainNode["promotes"]) => tokens.some(({ text }) => saysSame(text, word));
  return node.transformed !== undefined && says(node.transformed) && !says(node.promotes);
}
