import { memo, useRef } from "react";
import { useStore } from "zustand";
import { INKS } from "#charts/colour.ts";
import type { HeatCell, Heatmap, HeatRow } from "#charts/heatmap.ts";
import { nats } from "#charts/number-format.ts";
import { formatHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { neighbour } from "#state/parts.ts";
import { question, samePart, scaleOf, togglePart } from "#state/question.ts";
import { hover, moveCursor, togglePin, toggleSelected, view } from "#state/view.ts";

interface HeatmapFigureProps {
  readonly map: Heatmap;
  /** The whole map of an earlier question, seen dimly where this one has no numbers yet. */
  readonly below: Heatmap | undefined;
}

/** Of the labels' face: a character's width, a line's height. */
const CHARACTER_PX = 6.6;
const LINE_PX = 14;

const STEPS: Readonly<Record<string, { readonly layers: number; readonly heads: number }>> = {
  ArrowUp: { layers: -1, heads: 0 },
  ArrowDown: { layers: 1, heads: 0 },
  ArrowLeft: { layers: 0, heads: -1 },
  ArrowRight: { layers: 0, heads: 1 },
  Home: { layers: 0, heads: -Number.MAX_SAFE_INTEGER },
  End: { layers: 0, heads: Number.MAX_SAFE_INTEGER },
};

export const cellId = ({ layer, head }: HeadId) => `head-${layer}-${head}`;

/** Layers × heads. Pointer: hover previews, click locks, Ctrl or Cmd and click pins. Keys: arrows, Enter, Space. */
export function HeatmapFigure({ map, below }: HeatmapFigureProps) {
  const host = useRef<SVGSVGElement>(null);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const cursor = view.getState().cursor;
    const part = { kind: "head", at: cursor } as const;
    const step = STEPS[event.key];
    if (step) {
      const next = neighbour(cursor, step);
      moveCursor(next);
      host.current?.querySelector<SVGGElement>(`#${cellId(next)}`)?.focus();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) togglePin(cursor);
    else if (event.key === "Enter") togglePart(part);
    else if (event.key === " ") toggleSelected(part);
    else return;
    event.preventDefault();
  };
  return (
    <div className="heatmap-scroll">
      <svg
        ref={host}
        className="heatmap"
        role="grid"
        aria-label="Effect of each head: layers are rows, heads are columns"
        aria-rowcount={map.rows.length}
        width={map.width}
        height={map.height}
        viewBox={`0 0 ${map.width} ${map.height}`}
        onKeyDown={onKeyDown}
        onPointerLeave={() => hover(undefined)}
      >
        <HatchPattern />
        <g aria-hidden="true" className="axis">
          {map.columns.map(({ head, x, label }) => (
            <text key={head} x={x} y={16} textAnchor="middle">
              {label}
            </text>
          ))}
          <text x={map.sumNumberX} y={16} textAnchor="end" className="sigma">
            Σ
          </text>
        </g>
        {below && <Ghost map={below} above={map} />}
        {map.rows.map((row) => (
          <Row key={row.layer} row={row} map={map} />
        ))}
      </svg>
    </div>
  );
}

function Row({ row, map }: { readonly row: HeatRow; readonly map: Heatmap }) {
  const middle = row.y + row.height / 2;
  return (
    <g role="row">
      <g role="rowheader" aria-label={`Layer ${row.layer}, sum ${nats(row.sum)} nats`}>
        <text x={0} y={middle} dominantBaseline="central" className="axis-label">
          L{row.layer}
        </text>
      </g>
      {row.cells.map((cell) => (
        <Cell key={cell.at.head} cell={cell} />
      ))}
      <g aria-hidden="true">
        {!Number.isNaN(row.sum) && (
          <>
            <rect className={row.sum < 0 ? "against" : "for"} {...boxOf(row.sumBar)} />
            <text x={map.sumNumberX} y={middle} dominantBaseline="central" textAnchor="end" className="sum-number">
              {nats(row.sum)}
            </text>
          </>
        )}
        <line x1={map.sumZeroX} x2={map.sumZeroX} y1={row.y} y2={row.y + row.height} className="zero-line" />
      </g>
    </g>
  );
}

/** A row that arrives leaves the others' marks as they were: a thousand heads are not drawn anew for each. */
const Cell = memo(HeadCell, ({ cell: last }, { cell: next }) =>
  CELL_FIELDS.every((field) => Object.is(last[field], next[field])),
);

const CELL_FIELDS = ["x", "y", "width", "height", "effect", "fill", "ink", "label", "isFaint"] as const;

function HeadCell({ cell }: { readonly cell: HeatCell }) {
  const part = { kind: "head", at: cell.at } as const;
  const scale = useStore(question, (state) => scaleOf(state.interventions, part));
  const isSelected = useStore(view, (state) => samePart(state.selected, part));
  const isHovered = useStore(view, (state) => samePart(state.hovered, part));
  const isCursor = useStore(
    view,
    (state) => state.cursor.layer === cell.at.layer && state.cursor.head === cell.at.head,
  );
  const isPinned = useStore(view, (state) =>
    state.pinned.some((pin) => pin.layer === cell.at.layer && pin.head === cell.at.head),
  );
  return (
    <g
      id={cellId(cell.at)}
      role="gridcell"
      className={`cell ${isSelected ? "is-selected" : ""} ${isHovered ? "is-hovered" : ""} ${scale === 0 ? "is-off" : ""}`}
      aria-label={cellName(cell, scale)}
      aria-selected={isSelected}
      tabIndex={isCursor ? 0 : -1}
      onPointerEnter={() => hover(part)}
      onFocus={() => {
        moveCursor(cell.at);
        hover(part);
      }}
      onBlur={() => hover(undefined)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey) togglePin(cell.at);
        else toggleSelected(part);
      }}
    >
      <rect {...boxOf(cell)} fill={cell.fill} className="cell-ground" />
      {scale !== 1 && <Hatching cell={cell} />}
      <CellLabel cell={cell} />
      {isPinned && <circle cx={cell.x + cell.width - 5} cy={cell.y + 5} r={2.5} fill={cell.ink} />}
      <rect x={cell.x - 1} y={cell.y - 1} width={cell.width + 2} height={cell.height + 2} className="cell-ring" />
    </g>
  );
}

function CellLabel({ cell }: { readonly cell: HeatCell }) {
  if (!cell.label) return null;
  return (
    <text
      x={cell.x + cell.width / 2}
      y={cell.y + cell.height / 2}
      fill={cell.isFaint ? "var(--soft)" : cell.ink}
      textAnchor="middle"
      dominantBaseline="central"
      className="cell-label"
    >
      {cell.label}
    </text>
  );
}

function cellName({ at, effect }: HeatCell, scale: number): string {
  const state = scale === 1 ? "on" : scale === 0 ? "off" : `scaled by ${scale}`;
  return `${formatHead(at)}: effect ${Number.isNaN(effect) ? "not known yet" : `${nats(effect)} nats`}, ${state}`;
}

/** Of an earlier map, what the one above does not know yet. */
function Ghost({ map, above }: { readonly map: Heatmap; readonly above: Heatmap }) {
  const isAwaited = ({ at }: HeatCell) => Number.isNaN(above.rows[at.layer]?.cells[at.head]?.effect);
  return (
    <g aria-hidden="true" className="ghost">
      {map.rows.flatMap(({ cells }) =>
        cells.filter(isAwaited).map((cell) => (
          <g key={cellId(cell.at)}>
            <rect {...boxOf(cell)} fill={cell.fill} />
            <CellLabel cell={cell} />
          </g>
        )),
      )}
    </g>
  );
}

/** The digits keep their own ground. */
function Hatching({ cell }: { readonly cell: HeatCell }) {
  const width = cell.label.length * CHARACTER_PX + 4;
  const ground = {
    x: cell.x + (cell.width - width) / 2,
    y: cell.y + (cell.height - LINE_PX) / 2,
    width,
    height: LINE_PX,
  };
  return (
    <>
      <rect {...boxOf(cell)} fill={`url(#${hatchId(cell.ink)})`} />
      {cell.label && <rect {...ground} fill={cell.fill} />}
    </>
  );
}

const hatchId = (ink: string) => `hatch-${INKS.findIndex((known) => known === ink)}`;

/** The mark of what is switched off or turned. */
function HatchPattern() {
  return (
    <defs>
      {INKS.map((ink) => (
        <pattern
          key={ink}
          id={hatchId(ink)}
          width={6}
          height={6}
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <line x1={0} y1={0} x2={0} y2={6} stroke={ink} className="hatch-line" />
        </pattern>
      ))}
    </defs>
  );
}

const boxOf = ({
  x,
  y,
  width,
  height,
}: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}) => ({
  x,
  y,
  width,
  height,
});
