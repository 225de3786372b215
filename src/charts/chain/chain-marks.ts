import type { Chain, ChainEdge, ChainNode, ChainNodeKind, StageName } from "#analysis/chain/chain.ts";
import type { Box } from "../maps/heatmap.ts";

/** A stage as a tinted ground with its name. */
export interface ChainBand extends Box {
  readonly name: StageName;
  readonly hasEvidence: boolean;
}

/** A token's row; `position` undefined: several tokens that nothing in the chain touches. */
export interface ChainRow {
  readonly position: number | undefined;
  readonly text: string;
  readonly y: number;
  readonly height: number;
  /** The row that carries the prediction. */
  readonly isLast: boolean;
}

/** A node where it is drawn; the prediction is the distribution and has none. */
export interface ChainPlate extends Box {
  readonly id: string;
  readonly kind: ChainNodeKind;
  readonly node: ChainNode;
}

export interface ChainCurve {
  readonly key: string;
  readonly edge: ChainEdge;
  /** SVG path data. */
  readonly path: string;
  /** Stroke in pixels, in proportion to `strength`. */
  readonly width: number;
  /** 0 to 1: the edge's share of what its receiver gets, or where that is not known its part of the largest of its kind. */
  readonly strength: number;
  /** Below the threshold it is faint. */
  readonly isShown: boolean;
  /** What an edge between rows is carried by; "" for others. */
  readonly label: string;
  readonly labelAt: { readonly x: number; readonly y: number };
}

export interface DistributionRow {
  readonly text: string;
  readonly isTarget: boolean;
  /** 0 to 1; undefined where it is not known. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly y: number;
  /** Of the two bars, in pixels. */
  readonly beforePx: number;
  readonly afterPx: number;
}

export interface ChainDistribution extends Box {
  readonly rows: readonly DistributionRow[];
  /** Where bars start. */
  readonly barX: number;
  readonly numberX: number;
}

export interface ChainLayout {
  readonly width: number;
  readonly height: number;
  /** Depth runs from top to bottom, for want of room. */
  readonly isStacked: boolean;
  readonly bands: readonly ChainBand[];
  readonly rows: readonly ChainRow[];
  readonly plates: readonly ChainPlate[];
  readonly curves: readonly ChainCurve[];
  readonly distribution: ChainDistribution;
}

/** Bars of a token before and after; probabilities from 0 to 1. */
export interface ShownToken {
  readonly text: string;
  readonly isTarget: boolean;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export interface ChainScale {
  /** Edges whose strength is lower are faint, 0 to 1. */
  readonly threshold: number;
  /** The increase of the thickest edge to the prediction, in nats: shared by chains that are compared. */
  readonly limit: number;
}

/** Places without edges, as a layout of one kind or the other finds them. */
export interface ChainPlaces {
  readonly height: number;
  readonly bands: readonly ChainBand[];
  readonly rows: readonly ChainRow[];
  readonly plates: readonly ChainPlate[];
  readonly distribution: Box;
}

/** The largest |increase| on an edge to the prediction, in nats; 1 where there is none. */
export function largestIncrease(chains: readonly Chain[]): number {
  const increases = chains.flatMap(({ edges }) =>
    edges.filter(({ kind }) => kind === "promotes").map(({ claimed }) => Math.abs(claimed ?? 0)),
  );
  return Math.max(0, ...increases) || 1;
}

/** The stage in whose band a node stands; undefined for the prompt's own tokens. */
export function stageOf(chain: Chain, { id, kind }: ChainNode): StageName | undefined {
  if (kind === "embedding") return undefined;
  return chain.stages.find(({ nodes }) => nodes.includes(id))?.name ?? STAGE_OF_KIND[kind];
}

/** The stage of a node that no stage lists, by the node's kind: a stage without evidence has no nodes. */
const STAGE_OF_KIND = {
  "shallow-neuron": "feature-enhancing",
  "attention-layer": "feature-transferring",
  head: "feature-predicting",
  "deep-neuron": "prediction-enhancing",
  prediction: "prediction-enhancing",
} as const satisfies Record<Exclude<ChainNodeKind, "embedding">, StageName>;

/** Orders nodes by depth, then by what they give: so they are stacked and read out. */
export const byDepth = (a: ChainNode, b: ChainNode) =>
  (a.layer ?? -1) - (b.layer ?? -1) || Math.abs(b.contribution ?? 0) - Math.abs(a.contribution ?? 0);

/** The ids on every path through a node, itself included: all that leads to it and all that it leads to. */
export function pathsThrough({ edges }: Chain, id: string): ReadonlySet<string> {
  const reach = (from: "from" | "to", to: "from" | "to") => {
    const seen = new Set([id]);
    for (const at of seen) for (const edge of edges) if (edge[from] === at) seen.add(edge[to]);
    return seen;
  };
  return new Set([...reach("to", "from"), ...reach("from", "to")]);
}
