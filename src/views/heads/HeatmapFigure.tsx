import { useMemo, useRef } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { cellOf } from "#charts/maps/heatmap.ts";
import type { HeatCell, Heatmap } from "#charts/maps/heatmap.ts";
import { cellId, ghostMarks, heatmapMarks, ringAround } from "#charts/maps/heatmap-marks.ts";
import type { CellLook } from "#charts/maps/heatmap-marks.ts";
import { group } from "#charts/marks/mark.ts";
import { likelier } from "#charts/factor.ts";
import { nats } from "#charts/number-format.ts";
import { formatHead, isSameHead } from "#model/ids.ts";
import type { HeadId } from "#model/ids.ts";
import { neighbour } from "#state/model/model.ts";
import { question, samePart, scaleOf, togglePart } from "#state/question.ts";
import { hover, isDark, moveCursor, togglePin, toggleSelected, view } from "#state/view.ts";
import { Marks } from "../shared/figure/Marks.tsx";

export interface HeatmapFigureProps {
  readonly map: Heatmap;
  /** The whole map of an earlier question, seen dimly where this one has no numbers yet. */
  readonly below: Heatmap | undefined;
}

const STEPS: Readonly<Record<string, { readonly layers: number; readonly heads: number }>> = {
  ArrowUp: { layers: -1, heads: 0 },
  ArrowDown: { layers: 1, heads: 0 },
  ArrowLeft: { layers: 0, heads: -1 },
  ArrowRight: { layers: 0, heads: 1 },
  Home: { layers: 0, heads: -Number.MAX_SAFE_INTEGER },
  End: { layers: 0, heads: Number.MAX_SAFE_INTEGER },
};

const partAt = (at: HeadId) => ({ kind: "head", at }) as const;

/** Layers × heads. Pointer: hover previews, click locks, Ctrl or Cmd and click pins. Keys: arrows, Enter, Space. */
export function HeatmapFigure({ map, below }: HeatmapFigureProps) {
  const host = useRef<SVGSVGElement>(null);
  const hovered = useStore(view, (state) => state.hovered);
  const ring = hovered?.kind === "head" ? cellOf(map, hovered.at) : undefined;
  const onKeyDown = (event: React.KeyboardEvent) => {
    const cursor = view.getState().cursor;
    const step = STEPS[event.key];
    if (step) {
      const next = neighbour(cursor, step);
      moveCursor(next);
      host.current?.querySelector<SVGGElement>(`#${cellId(next)}`)?.focus();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) togglePin(cursor);
    else if (event.key === "Enter") togglePart(partAt(cursor));
    else if (event.key === " ") toggleSelected(partAt(cursor));
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
        onPointerOver={(event) => {
          const at = headUnder(event);
          if (at) hover(partAt(at));
        }}
        onPointerLeave={() => hover(undefined)}
        onFocus={(event) => {
          const at = headUnder(event);
          if (!at) return;
          moveCursor(at);
          hover(partAt(at));
        }}
        onBlur={() => hover(undefined)}
        onClick={(event) => {
          const at = headUnder(event);
          if (!at) return;
          if (event.ctrlKey || event.metaKey) togglePin(at);
          else toggleSelected(partAt(at));
        }}
      >
        <Cells map={map} below={below} />
        <Marks marks={useMemo(() => (ring ? [ringAround(ring, "hover-ring")] : []), [ring])} />
      </svg>
    </div>
  );
}

/** All but the ring that follows the pointer: a thousand heads are not drawn anew as it moves. */
function Cells({ map, below }: HeatmapFigureProps) {
  const inks = figureInks(useStore(view, isDark));
  const interventions = useStore(question, (state) => state.interventions);
  const selected = useStore(view, (state) => state.selected);
  const cursor = useStore(view, (state) => state.cursor);
  const pinned = useStore(view, (state) => state.pinned);
  const marks = useMemo(() => {
    // a map from closer may not have the head that the keyboard stood on, and is entered at its first one
    const entry = cellOf(map, cursor) ?? map.rows[0]?.cells[0];
    const lookOf = (cell: HeatCell): CellLook => {
      const part = partAt(cell.at);
      const scale = scaleOf(interventions, part);
      const isSelected = samePart(selected, part);
      return {
        scale,
        isPinned: pinned.some((pin) => isSameHead(pin, cell.at)),
        attrs: {
          id: cellId(cell.at),
          role: "gridcell",
          class: `cell ${isSelected ? "is-selected" : ""} ${scale === 0 ? "is-off" : ""}`,
          "aria-label": cellName(cell, scale, map.isPlain),
          "aria-selected": String(isSelected),
          tabindex: cell === entry ? 0 : -1,
          "data-layer": cell.at.layer,
          "data-head": cell.at.head,
        },
      };
    };
    const ghost = below ? ghostMarks(below, map, inks) : [];
    return [...(ghost.length > 0 ? [group(ghost, { "aria-hidden": "true" })] : []), ...heatmapMarks(map, inks, lookOf)];
  }, [map, below, inks, interventions, selected, cursor, pinned]);
  return <Marks marks={marks} />;
}

function headUnder({ target }: { readonly target: EventTarget }): HeadId | undefined {
  const cell = (target as Element).closest<SVGElement>("[data-head]");
  return cell ? { layer: Number(cell.dataset["layer"]), head: Number(cell.dataset["head"]) } : undefined;
}

function cellName({ at, effect, label }: HeatCell, scale: number, isPlain: boolean): string {
  const state = scale === 1 ? "on" : scale === 0 ? "off" : `scaled by ${scale}`;
  const known = isPlain ? `without it ${label && `${label}, `}${likelier(0 - effect)}` : `effect ${nats(effect)} nats`;
  return `${formatHead(at)}: ${Number.isNaN(effect) ? "effect not known yet" : known}, ${state}`;
}
