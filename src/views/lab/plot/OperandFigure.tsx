import { useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { ringOn } from "#charts/maps/heatmap-marks.ts";
import { operandMarks } from "#charts/maps/operand-map-marks.ts";
import { boxAt, cellAt } from "#charts/maps/operand-map.ts";
import type { OperandMap } from "#charts/maps/operand-map.ts";
import type { PlotScale } from "#charts/plots/plot-scale.ts";
import { isLargeMap } from "#charts/zoom/large-map.ts";
import { isInWindow } from "#charts/zoom/visible-cells.ts";
import type { CellWindow } from "#charts/zoom/visible-cells.ts";
import { operandArea, zoomedOperandMap } from "#charts/zoom/zoomed-operand-map.ts";
import { openCell, promptOf } from "#state/lab/actions.ts";
import type { DrawnPlot } from "#state/lab/tools.ts";
import { isDark, view } from "#state/view.ts";
import { CellGrid, stepped } from "../../shared/figure/CellGrid.tsx";
import type { CellPlace } from "../../shared/figure/CellGrid.tsx";
import { ZoomControls } from "../../shared/figure/zoom/ZoomControls.tsx";
import { useCellZoom } from "../../shared/figure/zoom/use-cell-zoom.ts";
import { tokenText } from "../../shared/words/token-text.ts";

interface OperandFigureProps {
  readonly plot: DrawnPlot;
  /** Of all operands. */
  readonly map: OperandMap;
  readonly scale: PlotScale;
}

/** The map itself. Pointer: a cell's prompt is shown, a click opens it. Keys: arrows move, Enter opens. A large one has a zoom. */
export function OperandFigure({ plot, map, scale }: OperandFigureProps) {
  const host = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<CellPlace>();
  const { asked, values } = plot;
  const zoom = useCellZoom(host, operandArea(map), map.rows, map.cols);
  const { seen, isWhole } = zoom;
  const drawn = useMemo(() => {
    const from = { aFrom: asked.a.from, bFrom: asked.b.from, width: map.width, scale };
    return isWhole ? map : zoomedOperandMap(map, values, seen, from);
  }, [map, values, asked, scale, seen, isWhole]);
  const at = place ?? { row: 0, col: 0 };
  const open = ({ row, col }: CellPlace) => openCell(asked, asked.a.from + row, asked.b.from + col);
  const dark = useStore(view, isDark);
  const marks = useMemo(() => operandMarks(drawn, figureInks(dark)), [drawn, dark]);
  const ring =
    place &&
    isInWindow(seen, place) &&
    boxAt(drawn, place.row - seen.row, place.col - seen.col, drawn.step >= 12 ? 2 : 0);
  return (
    <div ref={host} className="zoomable">
      <CellGrid
        className="operand-map"
        label="Operand plot: a goes down, b to the right; arrows move, Enter opens the prompt"
        size={{ width: drawn.width, height: drawn.height }}
        rows={map.rows}
        cols={map.cols}
        marks={marks}
        at={at}
        text={readoutOf(plot, at, scale)}
        pointed={place}
        cellAt={(x, y) => {
          const cell = cellAt(drawn, x, y);
          return cell && { row: cell.a + seen.row, col: cell.b + seen.col };
        }}
        onStep={(step) => {
          const next = place ? stepped(place, step, map) : at;
          setPlace(next);
          zoom.show(next);
        }}
        onPoint={setPlace}
        onClick={(cell) => cell && open(cell)}
        onKey={(key) => {
          if (key === "Enter") open(at);
          return key === "Enter";
        }}
        rings={ring ? [ringOn(ring, "operand-ring")] : []}
      />
      {isLargeMap(map.rows, map.cols) && <ZoomControls zoom={zoom} seen={operandsSeen(plot, seen)} />}
      <p className="plot-readout small">
        {place ? readoutOf(plot, place, scale) : "Point at a cell, or move with the arrows, to read its prompt."}
      </p>
    </div>
  );
}

const operandsSeen = ({ asked: { a, b } }: DrawnPlot, { row, rows, col, cols }: CellWindow) =>
  `a ${a.from + row} to ${a.from + row + rows - 1}, b ${b.from + col} to ${b.from + col + cols - 1}`;

function readoutOf({ asked, values, whole }: DrawnPlot, { row: a, col: b }: CellPlace, scale: PlotScale): string {
  const value = values[a]?.[b] ?? Number.NaN;
  const token = whole?.answers[a]?.[b];
  const prompt = promptOf(asked, asked.a.from + a, asked.b.from + b);
  const number = Number.isNaN(value) ? (whole ? "nothing to measure" : "not known yet") : scale.text(value);
  return `${prompt} ${token ? `${tokenText(token)}: ` : ""}${number}`;
}
