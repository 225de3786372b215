import type { NeuronRanges } from "../search/ranges.ts";
import { isSameHead } from "#model/ids.ts";
import { logProbability, softmax } from "#core/numeric/softmax.ts";
import { topIndices } from "#core/numeric/top.ts";
import type { HeadId } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Ablated } from "../ablation/ablations.ts";
import type { Activations } from "../ablation/activations.ts";
import { effectOf } from "../ablation/effect.ts";
import type { Capture } from "../capture.ts";
import type { FrozenLens } from "../lens/lens.ts";
import type { Runner } from "../runner.ts";
import type {
  Chain,
  ChainAblation,
  ChainStage,
  ChainThresholds,
  ChainToken,
  StageEvidence,
  StageName,
} from "./chain.ts";
import { STAGE_NAMES } from "./chain.ts";
import { claimsOf } from "./claims.ts";
import { measureEffects, stageEffects, ablateLayers } from "./effects.ts";
import { edgeKey } from "./edges/chain-cuts.ts";
import { chainEdges, chainNodes } from "./nodes.ts";
import { carriers, deepNode, featureNode, headNode, outlineOf } from "./outline.ts";
import type { Outline } from "./outline.ts";
import { referenceOf } from "./readings.ts";
import type { Reference } from "./readings.ts";
import {
  criterion,
  headReadings,
  predictedNeurons,
  PROMOTED,
  rankedHeads,
  residualAt,
  rootOf,
  shallowFeatures,
} from "./select.ts";
import type { HeadEffect, Predicted } from "./select.ts";
import { saysSame } from "./spellings.ts";

export interface ChainQuestion {
  readonly prompt: string | undefined;
  readonly target: number;
  readonly thresholds: ChainThresholds;
  /** Left out: the head whose loss costs the target most. */
  readonly head?: HeadId;
  /** R_k or more of every neuron, as `neuronRanges` gives them. */
  readonly ranges: NeuronRanges;
  readonly text: (id: number) => string;
  /** What takes the place of parts that are ablated; left out: 0. */
  readonly ablationSource?: Activations | undefined;
  /** A run of the same prompt with interventions, and with the same ablation-source. */
  readonly run: (interventions: readonly Intervention[]) => Promise<Capture>;
  /** log p(target) with each single head ablated, as `sweepHeads` gives it: most of the work. */
  readonly sweep: () => Promise<readonly (readonly number[])[]>;
  /** Told behind the sweep, as the chain's parts are found and measured: so many of the steps are done. */
  readonly onStep?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What every step needs to know. */
interface Asked extends ChainQuestion {
  readonly lens: FrozenLens;
  readonly clean: Capture;
  readonly baseline: number;
}

/**
 * Puts the logic chain of a prompt together: the predicting head by its causal effect, the deep neurons by comparison, what feeds the
 * head by tracing; then everything that is shown is ablated once, so that claims stand beside measurements.
 *
 * Shallow is what lies below the predicting head's layer, deep is what its output reaches: the FFN of its own layer (where the FFN
 * reads the attention's output) and all above. A head of layer 0 has nothing below it, and the chain says so. Every stage needs the
 * one that finds its parts: without a predicting head nothing is traced.
 *
 * @see Yu & Ananiadou (2024), section 4 and figure 1
 */
export async function assembleChain(runner: Runner, clean: Capture, question: ChainQuestion): Promise<Chain> {
  const { target, thresholds } = question;
  const baseline = logProbability(clean.logits, target);
  const asked: Asked = { ...question, lens: { runner, scale: clean.scale }, clean, baseline };
  const ranked = rankedHeads(await question.sweep(), baseline);
  const chosen = question.head;
  const first = chosen ? ranked.find(({ head }) => isSameHead(head, chosen))! : ranked[0]!;
  const strong = criterion("head-effect", first.effect, thresholds.headEffect);
  if (!strong.holds) return withoutHead(asked, [strong], predictingEvidence(asked, first, ranked, NOT_COMPARED));
  return fromHead(asked, first, ranked, strong);
}

/** No head was worth a comparison. */
const NOT_COMPARED: Predicted = { compared: [], promoting: 0, deep: [] };

/** Behind the sweep: the run without the head, its neurons, what it reads, that without what moves it, features, effects. */
const STEPS = 6;

type Criteria = ChainStage["criteria"];

async function fromHead(
  asked: Asked,
  first: HeadEffect,
  ranked: readonly HeadEffect[],
  strong: Criteria[number],
): Promise<Chain> {
  const { lens, clean, target, thresholds } = asked;
  const { head } = first;
  const after = await asked.run([{ kind: "head", at: head, scale: 0 }]);
  asked.onStep?.(1, STEPS);
  const pair = { before: clean, after, firstDifferentLayer: head.layer };
  const targetText = asked.text(target);
  const isTarget = (id: number) => id === target || saysSame(asked.text(id), targetText);
  const { neuronChange } = thresholds;
  const predicted = await predictedNeurons(lens, pair, { ...asked, head, neuronChange, isTarget });
  asked.onStep?.(2, STEPS);
  const criteria = [
    strong,
    criterion("promoting-share", predicted.promoting / predicted.compared.length, thresholds.promotingShare),
    criterion("deep-neurons", predicted.deep.length, 1),
  ];
  const evidence = predictingEvidence(asked, first, ranked, predicted);
  const root = rootOf(predicted.deep);
  if (!root || !criteria.every(({ holds }) => holds)) return withoutHead(asked, criteria, evidence);
  const reference = await referenceOf(lens.runner, root, residualAt(lens.runner, pair, root.layer));
  return drawn(asked, { head, headEffect: first.effect, pair, after, predicted, reference, criteria, evidence, root });
}

interface Found {
  readonly head: HeadId;
  readonly headEffect: number;
  readonly pair: { readonly before: Capture; readonly after: Capture; readonly firstDifferentLayer: number };
  readonly after: Capture;
  readonly predicted: Predicted;
  readonly reference: Reference;
  readonly criteria: Criteria;
  readonly evidence: StageEvidence;
  readonly root: Outline["reference"];
}

async function drawn(asked: Asked, found: Found): Promise<Chain> {
  const { lens, clean, target, thresholds } = asked;
  const { head, predicted, after } = found;
  const hold = (criteria: Criteria) => criteria.every(({ holds }) => holds);
  const last = clean.ids.length - 1;
  /** What a stage's parts do is a stage of the answer only if the answer loses by their loss. */
  const supports = (without: Ablated | undefined) =>
    criterion(
      "stage-effect",
      without && effectOf({ baseline: asked.baseline, withoutIt: without.logProbability }),
      thresholds.neuronChange,
    );
  const shallowLayers = criterion("shallow-layers", head.layer, 1);
  const asReader = { ...asked, ...found };
  const read = await headReadings(lens.runner, clean, asReader);
  asked.onStep?.(3, STEPS);
  const ablatedTransfer = await ablateLayers(lens.runner, clean, read.readings, asked);
  asked.onStep?.(4, STEPS);
  const transferring = [
    shallowLayers,
    criterion("transferred-share", read.transferredShare, thresholds.transferShare),
    criterion("transferred-measured", read.transferredMeasured, thresholds.transferShare),
    supports(ablatedTransfer),
  ];
  // what was moved is no part of a chain whose second stage has no evidence, nor a move that has none of its own beside one that has;
  // and neither are the features that only it carries
  const readings = hold(transferring) ? read.evidenced : read.readings.filter(({ via }) => via === undefined);
  const traced = await shallowFeatures(lens.runner, clean, asReader, {
    ...read,
    readings: hold(transferring) ? read.readings : readings,
  });
  asked.onStep?.(5, STEPS);
  const { shallowShare } = traced;
  const features = traced.features.filter(({ reading }) => readings.includes(reading));
  const all: Outline = {
    head,
    deep: predicted.deep,
    reference: { layer: found.root.layer, neuron: found.root.neuron },
    readings,
    splitShare: thresholds.transferShare,
    features,
    isEnhancing: false,
  };
  const effects = await measureEffects(lens.runner, clean, all, asked);
  asked.onStep?.(6, STEPS);
  const enhancing = [
    shallowLayers,
    criterion("shallow-share", shallowShare, thresholds.shallowShare),
    supports(effects.allShallow),
  ];
  const layers = new Set(predicted.deep.map(({ layer }) => layer));
  const deepening = [
    criterion("deep-layers", layers.size, 2),
    criterion("enhancing-drop", effects.drop, thresholds.enhancingDrop),
    supports(effects.lowest && effects.nodes.get(deepNode(effects.lowest))),
  ];
  const outline: Outline = {
    ...all,
    features: hold(enhancing) ? features : features.filter(({ neuron }) => neuron === undefined),
    isEnhancing: hold(deepening),
  };
  const claims = await claimsOf(lens, { run: clean, clean, input: read.input }, outline, target);
  const nodes = await chainNodes({ ...asked, ...found, outline, claims, effects });
  const edges = chainEdges({ claims, effects, outline, after, clean, baseline: asked.baseline, target });
  const deepIds = predicted.deep.map(deepNode);
  const byStage: Record<StageName, { criteria: Criteria; nodes: readonly string[]; evidence: StageEvidence }> = {
    "feature-enhancing": {
      criteria: enhancing,
      nodes: unique(outline.features.map(featureNode)),
      evidence: stageEffects.enhancing(outline, nodes, effects, asked.baseline),
    },
    "feature-transferring": {
      criteria: transferring,
      nodes: [...carriers(outline.readings, last).keys()],
      evidence: stageEffects.transferring(outline, edges, effects, { baseline: asked.baseline, last }),
    },
    "feature-predicting": {
      criteria: found.criteria,
      nodes: [headNode(head), ...(outline.isEnhancing ? [] : deepIds)],
      evidence: found.evidence,
    },
    "prediction-enhancing": {
      criteria: deepening,
      nodes: deepIds,
      evidence: stageEffects.deepening(outline, effects, asked.baseline),
    },
  };
  return {
    ...frame(asked),
    stages: STAGE_NAMES.map((name) => stage(name, byStage[name])),
    nodes,
    edges,
    ablation: ablationOf(asked, head, after),
    reference: outline.reference,
  };
}

const unique = (ids: readonly string[]) => [...new Set(ids)];

function stage(
  name: StageName,
  { criteria, nodes, evidence }: { criteria: Criteria; nodes: readonly string[]; evidence: StageEvidence | undefined },
): ChainStage {
  const hasEvidence = criteria.length > 0 && criteria.every(({ holds }) => holds);
  return { name, hasEvidence, criteria, nodes: hasEvidence ? nodes : [], evidence };
}

/** A chain that says why there is none: only the prediction stands. */
function withoutHead(asked: Asked, criteria: Criteria, evidence?: StageEvidence): Chain {
  const none = { criteria: [], nodes: [], evidence: undefined };
  return {
    ...frame(asked),
    stages: STAGE_NAMES.map((name) =>
      stage(name, name === "feature-predicting" ? { criteria, nodes: [], evidence } : none),
    ),
    nodes: [],
    edges: [],
    ablation: undefined,
    reference: undefined,
  };
}

function frame(asked: Asked) {
  const { layers, heads, neurons } = asked.lens.runner.spec;
  const token = (id: number): ChainToken => ({ id, text: asked.text(id) });
  return {
    prompt: asked.prompt,
    tokens: asked.clean.ids.map(token),
    target: token(asked.target),
    baseline: asked.baseline,
    scale: asked.clean.scale,
    model: { layers, heads, neurons },
    thresholds: asked.thresholds,
    provenance: { kind: "computed" as const },
  };
}

function predictingEvidence(
  asked: Asked,
  { head, effect }: HeadEffect,
  ranked: readonly HeadEffect[],
  { compared, promoting }: Predicted,
): StageEvidence {
  const targetText = asked.text(asked.target);
  const vocabulary = Array.from({ length: asked.lens.runner.spec.vocabulary }, (_, id) => id);
  const spellings = vocabulary.filter((id) => id !== asked.target && saysSame(asked.text(id), targetText));
  return {
    stage: "feature-predicting",
    head,
    effect,
    runnersUp: ranked.filter((each) => each.head !== head).slice(0, RUNNERS_UP),
    compared: compared.length,
    promoting,
    spellings: [asked.target, ...spellings].map((id) => ({ id, text: asked.text(id) })),
  };
}

const RUNNERS_UP = 3;

function ablationOf(asked: Asked, head: HeadId, after: Capture): ChainAblation {
  const runs = [asked.clean, after];
  // what leads in the one run is known in the other too, so that the two can stand side by side
  const leading = [...new Set(runs.flatMap(({ logits }) => topIndices(logits, PROMOTED)))];
  const [before, without] = runs.map(({ logits }) => {
    const probabilities = softmax(logits);
    return leading
      .map((id) => ({ id, text: asked.text(id), probability: probabilities[id]! }))
      .sort((a, b) => b.probability - a.probability);
  });
  return {
    head,
    before: before!,
    after: without!,
    targetBefore: asked.baseline,
    targetAfter: logProbability(after.logits, asked.target),
  };
}

/**
 * The same chain in a run with interventions: its parts stay, and every activation, contribution, claim and the prediction are those of
 * the run. What was measured by ablating parts singly, `effect` and `measured`, is the clean run's and stays as it was.
 *
 * @param chain as `assembleChain` made it from the same clean run
 */
export async function chainInRun(
  lens: FrozenLens,
  pair: { readonly clean: Capture; readonly run: Capture },
  chain: Chain,
  target: number,
): Promise<Chain> {
  const outline = outlineOf(chain);
  const baseline = logProbability(pair.run.logits, target);
  if (!outline) return { ...chain, baseline };
  const claims = await claimsOf(lens, pair, outline, target);
  const claimed = new Map(claims.edges.map((edge) => [edgeKey(edge), edge]));
  return {
    ...chain,
    baseline,
    nodes: chain.nodes.map((node) => ({
      ...node,
      contribution: claims.contributions.get(node.id),
      activation: claims.activations.get(node.id),
    })),
    edges: chain.edges.map((edge) => ({ ...edge, ...claimed.get(edgeKey(edge)) })),
  };
}
