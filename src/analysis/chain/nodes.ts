import { rowOf } from "#core/numeric/matrix.ts";
import { logProbability } from "#core/numeric/softmax.ts";
import { ablatedNeuron } from "../ablation/ablations.ts";
import type { Capture } from "../capture.ts";
import { effectOf } from "../ablation/effect.ts";
import { activationOf, headOutput } from "../lens/increase.ts";
import { promotedTokens } from "../lens/lens.ts";
import type { FrozenLens } from "../lens/lens.ts";
import { attentionOutput } from "../trace/transfer.ts";
import type { ChainEdge, ChainNode, ChainToken, EdgeMeasurement } from "./chain.ts";
import type { ClaimedParts, ClaimedEdge } from "./claims.ts";
import { ablatedLayer } from "./effects.ts";
import type { Effects } from "./effects.ts";
import { carriers, deepNode, featureNode, headNode, layerNode, PREDICTION } from "./outline.ts";
import type { Feature, Outline } from "./outline.ts";
import { PROMOTED } from "./select.ts";
import type { Predicted } from "./select.ts";

interface Measured {
  readonly lens: FrozenLens;
  readonly clean: Capture;
  readonly baseline: number;
  /** The head's effect as the sweep has it: one number on the map of heads and here. */
  readonly headEffect: number;
  readonly outline: Outline;
  readonly claims: ClaimedParts;
  readonly effects: Effects;
  readonly predicted: Predicted;
  readonly text: (id: number) => string;
}

/** A node before its vectors have tokens. */
interface Vectored {
  readonly node: Omit<ChainNode, "promotes" | "transformed">;
  readonly vector: Float32Array;
  readonly transformed: Float32Array | undefined;
}

/** Every part that the outline names, with its tokens, in the order of depth, and the prediction last. */
export async function chainNodes(measured: Measured): Promise<ChainNode[]> {
  const parts = [
    ...(await featureNodes(measured)),
    ...layerNodes(measured),
    await theHead(measured),
    ...(await deepNodes(measured)),
  ];
  const behind = parts.flatMap(({ transformed }) => transformed ?? []);
  const { runner } = measured.lens;
  const named = await promotedTokens(runner, [...parts.map(({ vector }) => vector), ...behind], PROMOTED);
  const token = (id: number): ChainToken => ({ id, text: measured.text(id) });
  let next = parts.length;
  const nodes = parts.map(({ node, transformed }, index): ChainNode => ({
    ...node,
    promotes: named[index]!.map(token),
    transformed: transformed && named[next++]!.map(token),
  }));
  return [...nodes, prediction(measured)];
}

const NOTHING = {
  layer: undefined,
  index: undefined,
  word: undefined,
  contribution: undefined,
  activation: undefined,
  change: undefined,
  effect: undefined,
  switchOff: [],
};

function prediction({ clean }: Measured): ChainNode {
  return {
    ...NOTHING,
    id: PREDICTION,
    kind: "prediction",
    position: clean.ids.length - 1,
    promotes: [],
    transformed: undefined,
  };
}

const nodeEffect = ({ effects, baseline }: Measured, id: string) => {
  const without = effects.nodes.get(id);
  return without && effectOf({ baseline, withoutIt: without.logProbability });
};

async function featureNodes(measured: Measured): Promise<Vectored[]> {
  const { clean, outline, claims, text } = measured;
  const { weights } = measured.lens.runner;
  // one node for each part, transformed by the first reader that shows it
  const features = new Map<string, Feature>();
  for (const feature of outline.features) {
    if (!features.has(featureNode(feature))) features.set(featureNode(feature), feature);
  }
  const found: Vectored[] = [];
  for (const [id, { neuron, reading }] of features) {
    const { position, via } = reading;
    const activation = claims.activations.get(id);
    const vector = neuron
      ? (await weights.valueVectors([neuron]))[0]!.map((value) => value * activation!)
      : rowOf(clean.layers[0]!.residPre, position);
    const [transformed] =
      via === undefined
        ? await weights.valueOutput(outline.head.layer, [vector], outline.head.head)
        : await weights.valueOutput(via, [vector]);
    found.push({
      vector,
      transformed,
      node: {
        ...NOTHING,
        id,
        kind: neuron ? "shallow-neuron" : "embedding",
        layer: neuron?.layer,
        index: neuron?.neuron,
        word: neuron ? undefined : text(clean.ids[position]!),
        position,
        activation,
        effect: nodeEffect(measured, id),
        switchOff: neuron ? ablatedNeuron(neuron) : [],
      },
    });
  }
  return found;
}

function layerNodes(measured: Measured): Vectored[] {
  const { clean, outline, claims } = measured;
  const last = clean.ids.length - 1;
  return [...carriers(outline.readings, last)].map(([id, { layer, at }]) => ({
    vector: attentionOutput(clean, layer, at),
    transformed: undefined,
    node: {
      ...NOTHING,
      id,
      kind: "attention-layer",
      layer,
      position: at,
      contribution: claims.contributions.get(id),
      effect: nodeEffect(measured, layerNode(layer)),
      switchOff: ablatedLayer(layer, measured.lens.runner.spec.heads),
    },
  }));
}

async function theHead({ lens, clean, outline, claims, headEffect }: Measured): Promise<Vectored> {
  const { head } = outline;
  return {
    vector: await headOutput(lens, clean, head),
    transformed: undefined,
    node: {
      ...NOTHING,
      id: headNode(head),
      kind: "head",
      layer: head.layer,
      index: head.head,
      position: clean.ids.length - 1,
      contribution: claims.contributions.get(headNode(head)),
      effect: headEffect,
      switchOff: [{ kind: "head", at: head, scale: 0 }],
    },
  };
}

async function deepNodes(measured: Measured): Promise<Vectored[]> {
  const { clean, claims, predicted } = measured;
  const values = await measured.lens.runner.weights.valueVectors(predicted.deep);
  return predicted.deep.map((at, index) => ({
    vector: values[index]!.map((value) => value * activationOf(clean, at)),
    transformed: undefined,
    node: {
      ...NOTHING,
      id: deepNode(at),
      kind: "deep-neuron",
      layer: at.layer,
      index: at.neuron,
      position: clean.ids.length - 1,
      contribution: claims.contributions.get(deepNode(at)),
      activation: claims.activations.get(deepNode(at)),
      change: at.change,
      effect: nodeEffect(measured, deepNode(at)),
      switchOff: ablatedNeuron(at),
    },
  }));
}

/** Every claimed edge with what was measured of it. */
export function chainEdges(known: {
  readonly claims: ClaimedParts;
  readonly effects: Effects;
  readonly outline: Outline;
  readonly clean: Capture;
  readonly after: Capture;
  readonly baseline: number;
  readonly target: number;
}): ChainEdge[] {
  return known.claims.edges.map((edge) => ({ ...edge, measured: measurementOf(edge, known) }));
}

function measurementOf(
  { from, to, kind }: ClaimedEdge,
  { effects, outline, clean, after, baseline, target }: Parameters<typeof chainEdges>[0],
): EdgeMeasurement | undefined {
  const receiver = outline.deep.findIndex((at) => deepNode(at) === to);
  const sender = effects.nodes.get(from);
  switch (kind) {
    case "predicts": {
      const at = outline.deep[receiver]!;
      return { quantity: "activation", before: activationOf(clean, at), after: activationOf(after, at) };
    }
    case "amplifies": {
      const before = activationOf(clean, outline.deep[receiver]!);
      return { quantity: "activation", before, after: sender!.activations[receiver]! };
    }
    case "promotes":
    case "enhances":
    case "transfers": {
      const isHead = from === headNode(outline.head);
      const left = isHead ? logProbability(after.logits, target) : sender?.logProbability;
      return left === undefined ? undefined : { quantity: "log-probability", before: baseline, after: left };
    }
    default:
      throw new Error(`chain: unknown edge ${String(kind satisfies never)}`);
  }
}
