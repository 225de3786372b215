import { pathRound } from "d3-path";
import { linkHorizontal, linkVertical } from "d3-shape";
import type { Chain, ChainEdge, ChainEdgeKind, PathEffect } from "#analysis/chain/chain.ts";
import type { ChainCurve, ChainDistribution, ChainPlate, ChainScale } from "./chain-marks.ts";
import type { Box } from "../maps/heatmap.ts";
import { inNatsShort } from "../factor.ts";
import { wholePercent } from "../number-format.ts";

/** Width of the strongest edge, in pixels. */
export const MAX_WIDTH_PX = 10;
/** Between the ends of edges that meet at the prediction. */
const END_GAP_PX = 3;

/** Pixels from a plate's left edge to where edges to deeper ones leave it. */
const STAIR_PX = 14;
/** Between edges that join the same two nodes. */
const SIBLING_GAP_PX = 7;

interface Drawn {
  readonly plates: readonly ChainPlate[];
  readonly distribution: ChainDistribution;
  readonly isStacked: boolean;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Every edge whose two ends are drawn, as a curve between them; the weakest first, so that the strongest lie on top. */
export function chainCurves(chain: Chain, drawn: Drawn, scale: ChainScale): ChainCurve[] {
  const boxes = new Map(drawn.plates.map((plate) => [plate.id, plate]));
  const ends = endsAtPrediction(chain, boxes, drawn);
  const strength = strengths(chain, scale.limit);
  const labelled = strongestReads(chain, strength);
  const head = drawn.plates.find(({ kind }) => kind === "head");
  const curves = chain.edges.flatMap((edge): ChainCurve[] => {
    const from = boxes.get(edge.from);
    const to = boxes.get(edge.to) ?? ends.get(edge.from);
    if (!from || !to) return [];
    const apart = siblingOffset(chain, edge);
    const points = isPlate(to)
      ? between(edge, moved(from, apart), moved(to, apart), drawn.isStacked)
      : { start: exit(from, drawn.isStacked), end: to };
    const value = strength(edge);
    return [
      {
        key: curveKey(edge),
        edge,
        path:
          edge.kind === "amplifies" && !drawn.isStacked
            ? stairs(points.start, points.end)
            : curve(points.start, points.end, drawn.isStacked),
        width: value * MAX_WIDTH_PX,
        strength: value,
        // what is published without its size is not small
        isShown: edge.claimed === undefined || value >= scale.threshold,
        label: labelled.has(curveKey(edge)) && !drawn.isStacked && to === head ? head.id : "",
        // the middle of a curve whose ends bend alike lies half-way
        labelAt: { x: (points.start.x + points.end.x) / 2, y: (points.start.y + points.end.y) / 2 },
      },
    ];
  });
  return curves.sort((a, b) => a.strength - b.strength);
}

/**
 * What log p(target) loses with the edge cut, in nats, or plainly what becomes of the probability; into a neuron how much of its activation goes,
 * in percent.
 */
export function measuredLabel({ effect, activation }: PathEffect, isPlain = false): string {
  if (!activation) return inNatsShort(effect, "effect", isPlain);
  return activation.before === 0 ? "·" : wholePercent(1 - activation.after / activation.before);
}

export const curveKey = ({ from, to, kind, position }: ChainEdge) => `${from} ${to} ${kind} ${position ?? ""}`;

const isPlate = (end: ChainPlate | Point): end is ChainPlate => "id" in end;

/** Of the edges that one reader has from one position, the strongest: it alone bears the head's name. */
function strongestReads({ edges }: Chain, strength: (edge: ChainEdge) => number): ReadonlySet<string> {
  const best = new Map<string, ChainEdge>();
  for (const edge of edges.filter(({ kind }) => kind === "enhances")) {
    const read = `${edge.to} ${edge.position}`;
    const known = best.get(read);
    if (!known || strength(edge) > strength(known)) best.set(read, edge);
  }
  return new Set([...best.values()].map(curveKey));
}

/** Edges between the same two nodes, one for each position, run beside each other. */
function siblingOffset({ edges }: Chain, edge: ChainEdge): number {
  const siblings = edges.filter(({ from, to, kind }) => from === edge.from && to === edge.to && kind === edge.kind);
  return (siblings.indexOf(edge) - (siblings.length - 1) / 2) * SIBLING_GAP_PX;
}

const moved = <B extends Box>(box: B, by: number): B => ({ ...box, y: box.y + by });

/**
 * |claimed| in shares of what the receiver gets (of what the head reads, where it reads a position itself), else of the largest of its kind;
 * increases in shares of the scale's limit.
 */
function strengths({ edges }: Chain, limit: number): (edge: ChainEdge) => number {
  const largest = new Map<ChainEdgeKind, number>([["promotes", limit]]);
  for (const { kind, claimed } of edges) {
    if (kind !== "promotes") largest.set(kind, Math.max(largest.get(kind) ?? 0, Math.abs(claimed ?? 0)));
  }
  return ({ kind, share, placeShare = 1, claimed }) => {
    if (share !== undefined) return Math.min(1, share * placeShare);
    if (claimed === undefined) return 0;
    const most = largest.get(kind) ?? 0;
    return most === 0 ? 0 : Math.min(1, Math.abs(claimed) / most);
  };
}

/** Edges to the prediction end below each other at the target's row, in the order in which they leave. */
function endsAtPrediction(
  chain: Chain,
  boxes: ReadonlyMap<string, ChainPlate>,
  { distribution, isStacked }: Drawn,
): ReadonlyMap<string, Point> {
  const target = distribution.rows.find(({ isTarget }) => isTarget) ?? distribution.rows[0];
  const senders = chain.edges
    .filter(({ kind, from }) => kind === "promotes" && boxes.has(from))
    .map(({ from }) => boxes.get(from)!)
    .sort((a, b) => (isStacked ? a.x - b.x : a.y - b.y));
  const middle = (senders.length - 1) / 2;
  return new Map(
    senders.map(({ id }, index) => {
      const offset = (index - middle) * END_GAP_PX;
      const end = isStacked
        ? { x: distribution.x + distribution.width / 2 + offset, y: distribution.y }
        : { x: distribution.x - 4, y: (target?.y ?? distribution.y) + 11 + offset };
      return [id, end];
    }),
  );
}

const exit = (box: Box, isStacked: boolean): Point =>
  isStacked ? { x: box.x + box.width / 2, y: box.y + box.height } : { x: box.x + box.width, y: box.y + box.height / 2 };

const entry = (box: Box, isStacked: boolean): Point =>
  isStacked ? { x: box.x + box.width / 2, y: box.y } : { x: box.x, y: box.y + box.height / 2 };

/** Between plates of one stack, of which the deeper stands further right: down beside the ones between, and in from the left. */
function between({ kind }: ChainEdge, from: Box, to: Box, isStacked: boolean): { start: Point; end: Point } {
  if (kind !== "amplifies" || isStacked) return { start: exit(from, isStacked), end: entry(to, isStacked) };
  return {
    start: { x: from.x + Math.min(STAIR_PX, Math.max(0, to.x - from.x) / 2), y: from.y + from.height },
    end: { x: to.x, y: to.y + to.height * 0.7 },
  };
}

/** Leaves downwards, arrives from the left: none of d3's curves between two points turns a corner. */
function stairs(start: Point, end: Point): string {
  const way = pathRound(1);
  way.moveTo(start.x, start.y);
  way.bezierCurveTo(start.x, (start.y + end.y) / 2, start.x, end.y, end.x, end.y);
  return way.toString();
}

interface Ends {
  readonly source: Point;
  readonly target: Point;
}

const x = ({ x: across }: Point) => across;
const y = ({ y: down }: Point) => down;
const WAYS = {
  across: linkHorizontal<Ends, Point>().x(x).y(y),
  down: linkVertical<Ends, Point>().x(x).y(y),
};

const curve = (source: Point, target: Point, isVertical: boolean) =>
  WAYS[isVertical ? "down" : "across"]({ source, target }) ?? "";
