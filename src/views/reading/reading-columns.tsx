import { grouped } from "#core/grouped.ts";
import { formatHead, formatNeuron } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import type { DirectLogits, HeadScores, LogitLens } from "#state/run/results.ts";
import { EFFECT } from "../heads/head-columns.tsx";
import { headColumn } from "../shared/table/HeadLink.tsx";
import { count, measure, plain } from "../shared/table/columns.tsx";
import type { Column } from "../shared/table/columns.tsx";
import { WITHOUT_IT } from "../shared/words/effect-name.ts";
import { tokenText } from "../shared/words/token-text.ts";
import { layerParts } from "./reading-words.ts";

/** Numbers of heads, [layer][head]. */
export type HeadTable = readonly (readonly number[])[];

type LensRow = LogitLens["layers"][number]["positions"][number] & {
  readonly stage: string;
  readonly position: number;
};

/** What the residual stream says behind each layer, at each position. */
export const lensRows = ({ layers, first }: LogitLens): readonly LensRow[] =>
  layers.flatMap(({ name, positions }) =>
    positions.map((cell, column) => ({ ...cell, stage: name, position: first + column })),
  );

/** Columns of the lens. */
export const lensColumns = (target: string): readonly Column<LensRow>[] => [
  plain({ label: "behind", key: "stage" }, ({ stage }) => stage),
  plain({ key: "position" }, ({ position }) => position),
  plain({ key: "top_id" }, ({ top }) => top.id),
  {
    ...plain({ label: "top token", key: "top" }, ({ top }) => top.text),
    show: ({ top }) => tokenText(top.text),
  },
  measure({ label: "its probability", key: "top_probability" }, "percent", ({ top }) => top.probability),
  {
    ...count<LensRow>({ label: `rank of ${target}`, key: "target_rank" }, ({ rank }) => rank),
    plainly: { label: `place of ${target}`, show: ({ rank }: LensRow) => grouped(rank + 1) },
  },
  {
    ...measure(
      { label: "log p, nats", key: "target_log_probability" },
      "logProbability",
      ({ logProbability }) => logProbability,
    ),
    plainly: { label: `probability of ${target}` },
  },
];

interface Direct {
  /** Logits. */
  readonly direct: number;
  /** Nats; NaN where it is not known, left out where a part has none. */
  readonly total?: number;
}

/** What a part writes itself. */
export const DIRECT: Column<Direct> = measure(
  { label: "direct, logits", key: "direct_effect" },
  "figures",
  ({ direct }) => direct,
);

/** What is lost without a part. */
export const TOTAL: Column<Direct> = {
  ...measure({ label: "total, nats", key: "total_effect" }, "effect", (row) => row.total),
  plainly: { label: WITHOUT_IT },
};

export interface HeadDirect extends Direct {
  readonly at: HeadId;
  readonly total: number;
}

export const directHeads = ({ heads }: DirectLogits, effects: HeadTable | undefined): readonly HeadDirect[] =>
  heads.flatMap((row, layer) =>
    row.map((direct, head) => ({
      at: { layer, head },
      direct,
      total: effects?.[layer]?.[head] ?? Number.NaN,
    })),
  );

export interface NeuronDirect extends Direct {
  readonly layer: number;
  readonly neuron: number;
}

/** The neurons of the layer that was asked about. */
export const directNeurons = ({ neurons = [], layer }: DirectLogits): readonly NeuronDirect[] =>
  layer === undefined ? [] : neurons.map((direct, neuron) => ({ layer, neuron, direct }));

/** Of a file: a part of any kind. */
interface PartDirect extends Direct {
  readonly name: string;
  readonly layer?: number;
  readonly head?: number;
  readonly neuron?: number;
}

/** Columns of a file of all parts. */
export const PART_COLUMNS: readonly Column<PartDirect>[] = [
  plain({ key: "part" }, ({ name }) => name),
  plain({ key: "layer" }, ({ layer }) => layer),
  plain({ key: "head" }, ({ head }) => head),
  plain({ key: "neuron" }, ({ neuron }) => neuron),
  DIRECT,
  TOTAL,
];

/** All parts, and what they add up to. */
export const directParts = (value: DirectLogits, effects: HeadTable | undefined): readonly PartDirect[] => [
  ...layerParts(value).map(({ name, value: direct }) => ({ name, direct })),
  { name: "total", direct: value.total },
  ...directHeads(value, effects).map(({ at, ...numbers }) => ({ ...numbers, ...at, name: formatHead(at) })),
  ...directNeurons(value).map((row) => ({ ...row, name: formatNeuron(row) })),
];

type ScoreName = keyof HeadScores["scores"];

interface ScoreRow {
  readonly at: HeadId;
  readonly scores: Readonly<Partial<Record<ScoreName, number | undefined>>>;
  readonly effect: number;
}

/** Every head with its scores, and what it is worth where that is known. */
export function scoreRows({ scores }: HeadScores, effects: HeadTable | undefined): readonly ScoreRow[] {
  const [shape] = Object.values(scores);
  return (shape?.score ?? []).flatMap((row, layer) =>
    row.map((_, head) => ({
      at: { layer, head },
      scores: Object.fromEntries(scoreNames(scores).map((name) => [name, scores[name]?.score[layer]?.[head]])),
      effect: effects?.[layer]?.[head] ?? Number.NaN,
    })),
  );
}

const scoreNames = (scores: HeadScores["scores"]) => Object.keys(scores) as ScoreName[];

/** Columns of the scores: the screen has the chosen one, a file all. */
export const scoreColumns = ({ scores }: HeadScores, shown: ScoreName): readonly Column<ScoreRow>[] => [
  headColumn(),
  ...scoreNames(scores).map((name) =>
    measure<ScoreRow>({ ...(name === shown && { label: "score" }), key: name }, "percent", (row) => row.scores[name]),
  ),
  EFFECT,
];
