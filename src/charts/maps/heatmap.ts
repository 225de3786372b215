import { scaleBand, scaleLinear } from "d3-scale";
import { sum } from "d3-array";
import type { HeadId } from "#model/ids.ts";
import { inkOn, symmetricLimit } from "../colour.ts";
import type { DivergingScale } from "../colour.ts";
import { inNatsShort } from "../factor.ts";

/** A map in which nothing matters stays pale. */
export const LEAST_LIMIT_NATS = 0.2;

/** All lengths in CSS pixels, the origin at the top left. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface HeatCell extends Box {
  /** True: too small to matter, so that its number should not draw the eye. */
  readonly isFaint: boolean;
  readonly at: HeadId;
  /** Nats; NaN: not known yet. */
  readonly effect: number;
  readonly fill: string;
  readonly ink: string;
  /** "" where the cell has no room for it. */
  readonly label: string;
}

export interface HeatRow {
  readonly layer: number;
  readonly y: number;
  readonly height: number;
  readonly cells: readonly HeatCell[];
  /** Of the known effects; NaN while the row is not complete. */
  readonly sum: number;
  readonly sumBar: Box;
}

export interface Heatmap {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly HeatRow[];
  /** False: the cells are too small for numbers. */
  readonly hasNumbers: boolean;
  /** True: what becomes of the probability without a head, in place of nats. */
  readonly isPlain: boolean;
  readonly columns: readonly { readonly head: number; readonly x: number; readonly label: string }[];
  /** Where the bars of the sums start from, and where their numbers stand. */
  readonly sumZeroX: number;
  readonly sumNumberX: number;
}

const LEFT_PX = 32;
const TOP_PX = 24;
const GAP_PX = 2;
const SUM_GAP_PX = 12;
const MAX_CELL_PX = { width: 84, height: 34 };
const MIN_CELL_PX = { width: 11, height: 14 };
/** Five characters in the small monospace face. */
const LABEL_PX = 38;
/** Width from which on every column has its name; of narrower ones each fourth. */
const EVERY_NAME_PX = 22;
const NAMED_HEADS = 4;
const NUMBER_PX = 44;
const FAINT_POSITION = 0.05;

type Effects = readonly (readonly number[])[];

/**
 * Layers are rows, L0 at the top; heads are columns; beside each row the sum of its effects as a bar.
 *
 * @param beside the effects of a map that stands beside it: bars of both have one scale
 * @param isPlain numbers are factors of the probability, not nats
 */
export function heatmap(
  effects: Effects,
  width: number,
  scale: DivergingScale,
  { beside = [], isPlain = false }: { readonly beside?: Effects; readonly isPlain?: boolean } = {},
): Heatmap {
  const heads = effects[0]?.length ?? 0;
  const sumPx = Math.max(76, Math.min(150, width * 0.22));
  const cellWidth = clamp(
    (width - LEFT_PX - sumPx - SUM_GAP_PX) / Math.max(heads, 1),
    MIN_CELL_PX.width,
    MAX_CELL_PX.width,
  );
  const cellHeight = clamp(
    Math.min(cellWidth, 300 / Math.max(effects.length, 1)),
    MIN_CELL_PX.height,
    MAX_CELL_PX.height,
  );
  const right = LEFT_PX + cellWidth * heads;
  const bottom = TOP_PX + cellHeight * effects.length;
  const x = band(heads, LEFT_PX, right);
  const y = band(effects.length, TOP_PX, bottom);
  const sums = effects.map(sumOf);
  const scaled = [...sums, ...beside.map(sumOf)];
  const bar = sumScale(symmetricLimit(scaled, scale.limit), scaled, [right + SUM_GAP_PX, right + sumPx - NUMBER_PX]);
  return {
    width: right + sumPx,
    height: bottom + GAP_PX,
    hasNumbers: hasRoom(cellWidth),
    isPlain,
    sumZeroX: bar(0),
    sumNumberX: right + sumPx,
    columns: Array.from({ length: heads }, (_, head) => ({
      head,
      x: x.start(head) + x.size / 2,
      label: headName(head, cellWidth),
    })),
    rows: effects.map((row, layer) => ({
      layer,
      y: y.start(layer),
      height: y.size,
      sum: sums[layer]!,
      sumBar: barBetween(bar(0), bar(sums[layer] || 0), y.start(layer), y.size),
      cells: row.map((effect, head) => {
        const fill = Number.isNaN(effect) ? "none" : scale.colour(effect);
        return {
          at: { layer, head },
          effect,
          x: x.start(head),
          y: y.start(layer),
          width: x.size,
          height: y.size,
          fill,
          ink: inkOn(fill === "none" ? scale.colour(0) : fill),
          isFaint: Math.abs(scale.position(effect)) < FAINT_POSITION,
          label: hasRoom(cellWidth) ? numberOf(effect, isPlain) : "",
        };
      }),
    })),
  };
}

/** The cell of a head; undefined where a map from closer does not have it. */
export const cellOf = ({ rows }: Heatmap, { layer, head }: HeadId): HeatCell | undefined =>
  rows.find((row) => row.layer === layer)?.cells.find(({ at }) => at.head === head);

/** Whether cells of this width hold their numbers. */
export const hasRoom = (cellPx: number) => cellPx >= LABEL_PX;

/** An effect as its cell writes it; "" while it is not known. */
export const numberOf = (effect: number, isPlain: boolean) =>
  Number.isNaN(effect) ? "" : inNatsShort(effect, "effect", isPlain);

/** What stands above a column; "" where there is no room. */
export const headName = (head: number, columnPx: number) =>
  columnPx >= EVERY_NAME_PX || head % NAMED_HEADS === 0 ? `H${head}` : "";

const sumOf = (row: readonly number[]) => (row.some(Number.isNaN) ? Number.NaN : sum(row));

function band(count: number, from: number, to: number) {
  const indices = Array.from({ length: count }, (_, index) => index);
  const scale = scaleBand(indices, [from, to]).paddingInner(0);
  const size = Math.max(0, scale.bandwidth() - GAP_PX);
  return { start: (index: number) => scale(index) ?? from, size };
}

/** Zero stands at the left edge while no sum is negative, else in between. */
function sumScale(limit: number, sums: readonly number[], [from, to]: readonly [from: number, to: number]) {
  const least = sums.some((value) => value < 0) ? -limit : 0;
  return scaleLinear([least, limit], [from, Math.max(from + 1, to)]);
}

function barBetween(zero: number, end: number, y: number, height: number): Box {
  const thickness = Math.min(12, height - 4);
  return {
    x: Math.min(zero, end),
    y: y + (height - thickness) / 2,
    width: Math.abs(end - zero),
    height: thickness,
  };
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value));
