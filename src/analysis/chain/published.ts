import { parseHead, parseNeuron } from "#model/ids.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { Chain, ChainEdge, ChainNode, ChainStage, ChainToken, StageEvidence, StageName } from "./chain.ts";
import { deepNode, headNode, layerNode, PREDICTION } from "./outline.ts";
import { effectOf } from "../ablation/effect.ts";
import { byRoundedChange, readSourceLabel } from "../search/ranking.ts";
import { saysSame } from "./spellings.ts";

/** What the authors' notebooks show for one prompt, under the names of the recorded file; heads and neurons as `17_22`. */
export interface PublishedRecord {
  readonly meta: { readonly prompt: string; readonly model: string; readonly source: string };
  readonly tokens: readonly string[];
  readonly top10: readonly string[];
  readonly prob: number;
  readonly predict_index: number;
  readonly head_ablation_logprob_top10: readonly Labelled[];
  readonly ablate_17_22: { readonly top10: readonly string[] };
  readonly cna_top10: readonly PublishedNeuron[];
  readonly layer17_heads_at_pos5: readonly { readonly head: number; readonly up: number; readonly gate: number }[];
  readonly attn15_source_positions: readonly { readonly pos: number; readonly up: number; readonly gate: number }[];
  /** Source label, up, gate. */
  readonly sources_into_attn15_at_pos2: readonly Numbers[];
  readonly sources_into_attn15_at_pos4: readonly Numbers[];
  readonly ffn12_pos2_top1: PublishedShallow;
  readonly ffn11_pos4_top1: PublishedShallow;
}

/** A head or neuron and its number, as JSON has a pair. */
type Labelled = readonly (string | number)[];
type Numbers = readonly number[];

interface PublishedNeuron {
  readonly neuron: string;
  readonly cna: number;
  readonly imp_ori: number;
  readonly coef_ori: number;
  readonly coef_inv: number;
  readonly top10: readonly string[];
}

interface PublishedShallow {
  readonly neuron: number;
  readonly up: number;
  readonly gate: number;
  readonly value_original: readonly string[];
  readonly value_transform: readonly string[];
}

/** Llama-7B’s shape. */
export const LLAMA_7B = { layers: 32, heads: 32, neurons: 11_008 };
/** The chain as section 4.5 of the paper names its parts. */
const HEAD: HeadId = { layer: 17, head: 22 };
const DEEP = ["19_5769", "25_7164", "28_3696"];
const CARRIER = 15;
const SHALLOW = [
  { layer: 12, position: 2, record: "ffn12_pos2_top1", sources: "sources_into_attn15_at_pos2" },
  { layer: 11, position: 4, record: "ffn11_pos4_top1", sources: "sources_into_attn15_at_pos4" },
] as const;

/**
 * The published chain of `3+5=` on Llama-7B (arXiv 2409.14144, sections 4.2 to 4.5) in the form of a computed one. Its parts are
 * those that the authors name, so it has no criteria; what they do not give is undefined. Scores through layer 15 are the notebook's,
 * without attention weights, where a computed chain has them weighted.
 */
export function publishedChain(record: PublishedRecord): Chain {
  const rows = DEEP.map((name) => record.cna_top10.find(({ neuron }) => neuron === name)!);
  const last = record.tokens.length - 1;
  const baseline = Math.log(record.prob);
  const target = { id: record.predict_index, text: record.top10[0]! };
  const targetAfter = logProbabilityWithout(record, HEAD)!;
  const nodes = [
    ...SHALLOW.map(({ position }) => embedding(position, record.tokens[position]!)),
    ...SHALLOW.map((shallow) => shallowNode(shallow.layer, shallow.position, record[shallow.record])),
    part({ id: layerNode(CARRIER), kind: "attention-layer", layer: CARRIER, position: last }),
    part({
      id: headNode(HEAD),
      kind: "head",
      layer: HEAD.layer,
      index: HEAD.head,
      position: last,
      effect: effectOf({ baseline, withoutIt: targetAfter }),
    }),
    ...rows.map((row) => deepNeuron(row, last)),
    part({ id: PREDICTION, kind: "prediction", position: last }),
  ];
  const ids = (kind: ChainNode["kind"]) => nodes.filter((node) => node.kind === kind).map(({ id }) => id);
  return {
    prompt: record.meta.prompt,
    tokens: record.tokens.map(named),
    target,
    baseline,
    scale: undefined,
    model: LLAMA_7B,
    stages: [
      stage("feature-enhancing", [...ids("shallow-neuron"), ...ids("embedding")], {
        stage: "feature-enhancing",
        neurons: SHALLOW.length,
        hiddenInterpretable: SHALLOW.length,
        positions: SHALLOW.map(({ position }) => position),
        effect: undefined,
      }),
      stage("feature-transferring", ids("attention-layer"), {
        stage: "feature-transferring",
        layers: [{ layer: CARRIER, at: last, share: undefined, positions: SHALLOW.map(({ position }) => position) }],
        effect: undefined,
      }),
      stage("feature-predicting", ids("head"), predicting(record, target, baseline)),
      stage("prediction-enhancing", byLoss(rows), {
        stage: "prediction-enhancing",
        neurons: rows.length,
        lowest: neuronOf(rows[0]!),
        drop: undefined,
        effect: undefined,
      }),
    ],
    nodes,
    edges: [...shallowEdges(record), ...deepEdges(record, rows, { baseline, targetAfter })],
    ablation: {
      head: HEAD,
      before: record.top10.map((text, rank) => ({ ...named(text), probability: rank === 0 ? record.prob : undefined })),
      after: record.ablate_17_22.top10.map((text) => ({ ...named(text), probability: undefined })),
      targetBefore: baseline,
      targetAfter,
    },
    reference: neuronOf(rows[0]!),
    thresholds: undefined,
    provenance: { kind: "published", model: record.meta.model, source: record.meta.source },
  };
}

/** Orders neurons as the notebook's list has them, which is the order of the stage. */
const byLoss = (rows: readonly PublishedNeuron[]) =>
  byRoundedChange(rows.map((row) => ({ id: deepNode(neuronOf(row)), change: row.cna }))).map(({ id }) => id);

const named = (text: string): ChainToken => ({ id: undefined, text });
const neuronOf = ({ neuron }: PublishedNeuron): NeuronId => parseNeuron(neuron)!;

function logProbabilityWithout(record: PublishedRecord, { layer, head }: HeadId): number | undefined {
  const found = record.head_ablation_logprob_top10.find(([name]) => name === `${layer}_${head}`);
  return found && Number(found[1]);
}

const stage = (name: StageName, nodes: readonly string[], evidence: StageEvidence): ChainStage => ({
  name,
  hasEvidence: true,
  criteria: [],
  nodes,
  evidence,
});

function predicting(record: PublishedRecord, target: ChainToken, baseline: number): StageEvidence {
  const ranked = record.head_ablation_logprob_top10.map(([name, value]) => ({
    head: parseHead(String(name))!,
    effect: effectOf({ baseline, withoutIt: Number(value) }),
  }));
  const saysTarget = ({ top10 }: PublishedNeuron) => top10.some((text) => saysSame(text, target.text));
  return {
    stage: "feature-predicting",
    head: ranked[0]!.head,
    effect: ranked[0]!.effect,
    runnersUp: ranked.slice(1, 4),
    compared: record.cna_top10.length,
    promoting: record.cna_top10.filter(saysTarget).length,
    spellings: [target],
  };
}

/** A node of which nothing else is published. */
const part = (known: Pick<ChainNode, "id" | "kind" | "position"> & Partial<ChainNode>): ChainNode => ({
  layer: undefined,
  index: undefined,
  word: undefined,
  promotes: [],
  transformed: undefined,
  contribution: undefined,
  activation: undefined,
  change: undefined,
  effect: undefined,
  switchOff: [],
  ...known,
});

const embedding = (position: number, word: string) => part({ id: `E@${position}`, kind: "embedding", position, word });

const shallowId = (layer: number, neuron: number, position: number) => `L${layer}N${neuron}@${position}`;

const shallowNode = (layer: number, position: number, { neuron, ...found }: PublishedShallow) =>
  part({
    id: shallowId(layer, neuron, position),
    kind: "shallow-neuron",
    layer,
    index: neuron,
    position,
    promotes: found.value_original.map(named),
    transformed: found.value_transform.map(named),
  });

function deepNeuron(row: PublishedNeuron, position: number): ChainNode {
  const at = neuronOf(row);
  return part({
    id: deepNode(at),
    kind: "deep-neuron",
    layer: at.layer,
    index: at.neuron,
    position,
    promotes: row.top10.map(named),
    contribution: row.imp_ori,
    activation: row.coef_ori,
    change: row.cna,
  });
}

const UNKNOWN = { position: undefined, claimed: undefined, up: undefined, gate: undefined };

type Scored = Pick<ChainEdge, "claimed" | "up" | "gate">;
/** The scores of a published source; both keys of the reference neuron stand above 0, so nothing changes its sign. */
const scored = (found: { readonly up: number; readonly gate: number } | undefined): Scored =>
  found ? { claimed: found.up + found.gate, up: found.up, gate: found.gate } : UNKNOWN;

/** No share and no measurement: a share would be of a sum whose rest is not published. */
const NEITHER = { share: undefined, placeShare: undefined, measured: undefined };

function shallowEdges(record: PublishedRecord): ChainEdge[] {
  return SHALLOW.flatMap(({ layer, position, ...names }): ChainEdge[] => {
    const carried = record.attn15_source_positions.find(({ pos }) => pos === position);
    const own = record[names.sources].find(([label]) => readSourceLabel(label!)?.kind === "embedding");
    const neuron = record[names.record];
    const enhances = { kind: "enhances", to: layerNode(CARRIER), position, ...NEITHER } as const;
    return [
      {
        ...NEITHER,
        kind: "transfers",
        from: layerNode(CARRIER),
        to: headNode(HEAD),
        position,
        ...scored(carried),
      },
      { ...enhances, from: shallowId(layer, neuron.neuron, position), ...scored(neuron) },
      { ...enhances, from: `E@${position}`, ...scored(own && { up: own[1]!, gate: own[2]! }), position },
    ];
  });
}

function deepEdges(
  record: PublishedRecord,
  rows: readonly PublishedNeuron[],
  { baseline, targetAfter }: { readonly baseline: number; readonly targetAfter: number },
): ChainEdge[] {
  const head = headNode(HEAD);
  const id = (row: PublishedNeuron) => deepNode(neuronOf(row));
  const intoRoot = record.layer17_heads_at_pos5.find((each) => each.head === HEAD.head);
  return [
    ...rows.map((row, rank): ChainEdge => ({
      ...NEITHER,
      from: head,
      to: id(row),
      kind: "predicts",
      ...scored(rank === 0 ? intoRoot : undefined),
      position: undefined,
      measured: { quantity: "activation", before: row.coef_ori, after: row.coef_inv },
    })),
    // "large", without a number
    ...rows.flatMap((from, lower) =>
      rows
        .slice(lower + 1)
        .map((to): ChainEdge => ({ ...NEITHER, ...UNKNOWN, from: id(from), to: id(to), kind: "amplifies" })),
    ),
    ...rows.map((row): ChainEdge => ({
      ...NEITHER,
      ...UNKNOWN,
      from: id(row),
      to: PREDICTION,
      kind: "promotes",
      claimed: row.imp_ori,
    })),
    {
      ...NEITHER,
      ...UNKNOWN,
      from: head,
      to: PREDICTION,
      kind: "promotes",
      measured: { quantity: "log-probability", before: baseline, after: targetAfter },
    },
  ];
}
