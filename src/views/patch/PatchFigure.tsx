import { useId, useMemo, useState } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { gridCellAt } from "#charts/maps/grid-map.ts";
import type { GridMap } from "#charts/maps/grid-map.ts";
import { gridMarks } from "#charts/maps/grid-map-marks.ts";
import { parseNeuron } from "#model/ids.ts";
import { drawHeadsAt } from "#state/lab/patching.ts";
import type { DrawnPatch } from "#state/lab/tools.ts";
import { cellsOf, neuronsIn } from "#state/link/patch/patch-claims.ts";
import { samePart } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { hover, isDark, toggleSelected, view } from "#state/view.ts";
import { Marks } from "../shared/figure/Marks.tsx";
import { cellText } from "./patch-words.ts";

interface Place {
  readonly row: number;
  readonly col: number;
}

const STEPS: Readonly<Record<string, Place>> = {
  ArrowUp: { row: -1, col: 0 },
  ArrowDown: { row: 1, col: 0 },
  ArrowLeft: { row: 0, col: -1 },
  ArrowRight: { row: 0, col: 1 },
  Home: { row: 0, col: -Number.MAX_SAFE_INTEGER },
  End: { row: 0, col: Number.MAX_SAFE_INTEGER },
};

interface PatchFigureProps {
  readonly drawn: DrawnPatch;
  readonly map: GridMap;
}

/** The map itself. Pointer: a cell is read out, a click keeps it, and opens the head or neuron that it is. Keys: arrows, Enter. */
export function PatchFigure({ drawn, map }: PatchFigureProps) {
  const [place, setPlace] = useState<Place>();
  const [kept, setKept] = useState<Place>();
  const current = useId();
  const selected = useStore(view, (state) => state.selected);
  const dark = useStore(view, isDark);
  const marks = useMemo(() => gridMarks(map, figureInks(dark)), [map, dark]);
  const texts = useMemo(
    () =>
      new Map(cellsOf(drawn.map, drawn.asked).map((cell) => [`${cell.row},${cell.col}`, cellText(drawn.map, cell)])),
    [drawn],
  );
  const textAt = ({ row, col }: Place) => texts.get(`${row},${col}`) ?? "not known yet";
  const [rows, cols] = [map.cells.length, map.columns.length];
  const choose = (at: Place) => {
    const part = partAt(drawn, at);
    if (part) toggleSelected(part);
    else setKept(at.row === kept?.row && at.col === kept.col ? undefined : at);
  };
  const look = (at: Place | undefined) => {
    setPlace(at);
    hover(at && partAt(drawn, at));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = STEPS[event.key];
    const now = place ?? { row: 0, col: 0 };
    if (step) look(place ? { row: inside(now.row + step.row, rows), col: inside(now.col + step.col, cols) } : now);
    else if (event.key === "Enter" || event.key === " ") choose(now);
    else return;
    event.preventDefault();
  };
  const under = (event: React.PointerEvent | React.MouseEvent): Place | undefined => {
    const corner = event.currentTarget.getBoundingClientRect();
    return gridCellAt(map, event.clientX - corner.left, event.clientY - corner.top);
  };
  const chosen = map.cells.flat().find((cell) => {
    const part = partAt(drawn, cell);
    return part ? samePart(selected, part) : cell.row === kept?.row && cell.col === kept.col;
  });
  const shown = place ?? chosen;
  return (
    <>
      <div className="heatmap-scroll">
        <svg
          className="heatmap patch-map"
          role="grid"
          tabIndex={0}
          aria-label={`Patches: ${drawn.map.site === "post" ? "neurons" : "layers"} are rows; arrows move, Enter chooses`}
          aria-rowcount={rows}
          aria-colcount={cols}
          aria-activedescendant={current}
          width={map.width}
          height={map.height}
          viewBox={`0 0 ${map.width} ${map.height}`}
          onKeyDown={onKeyDown}
          onPointerMove={(event) => {
            const cell = under(event);
            if (cell?.row !== place?.row || cell?.col !== place?.col) look(cell && { row: cell.row, col: cell.col });
          }}
          onPointerLeave={() => look(undefined)}
          onBlur={() => look(undefined)}
          onClick={(event) => {
            const cell = under(event);
            if (cell) choose(cell);
          }}
        >
          <Marks marks={marks} />
          <g role="row" aria-rowindex={(place?.row ?? 0) + 1}>
            <g
              role="gridcell"
              id={current}
              aria-colindex={(place?.col ?? 0) + 1}
              aria-label={textAt(place ?? { row: 0, col: 0 })}
            />
          </g>
          {place && <Ring map={map} place={place} name="hover-ring" />}
          {chosen && <Ring map={map} place={chosen} name="operand-ring" />}
        </svg>
      </div>
      <p className="plot-readout small">
        {shown ? textAt(shown) : "Point at a cell, or move with the arrows, to read its numbers."}
      </p>
      {kept && drawn.map.site !== "z" && (
        <p className="small">
          <button type="button" onClick={() => drawHeadsAt(kept.col)}>
            Patch the heads at position {kept.col}
          </button>
        </p>
      )}
    </>
  );
}

function Ring({ map, place, name }: { readonly map: GridMap; readonly place: Place; readonly name: string }) {
  const cell = map.cells[place.row]?.[place.col];
  if (!cell) return null;
  return <rect className={name} x={cell.x - 1} y={cell.y - 1} width={cell.width + 2} height={cell.height + 2} />;
}

/** The head or neuron that a cell is; undefined for a position of a layer. */
function partAt({ map, asked }: DrawnPatch, { row, col }: Place): Part | undefined {
  if (map.site === "z") return { kind: "head", at: { layer: row, head: col } };
  const at = map.site === "post" ? parseNeuron(neuronsIn(asked.neurons)[row] ?? "") : undefined;
  return at && { kind: "neuron", at };
}

const inside = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));
