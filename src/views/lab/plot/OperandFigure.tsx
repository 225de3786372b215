import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { operandMarks } from "#charts/maps/operand-map-marks.ts";
import { boxAt, cellAt } from "#charts/maps/operand-map.ts";
import type { OperandMap } from "#charts/maps/operand-map.ts";
import type { PlotScale } from "#charts/plots/plot-scale.ts";
import { openCell, promptOf } from "#state/lab/actions.ts";
import type { DrawnPlot } from "#state/lab/tools.ts";
import { isDark, view } from "#state/view.ts";
import { CellGrid, stepped } from "../../shared/figure/CellGrid.tsx";
import type { CellPlace } from "../../shared/figure/CellGrid.tsx";
import { tokenText } from "../../shared/words/token-text.ts";

interface OperandFigureProps {
  readonly plot: DrawnPlot;
  readonly map: OperandMap;
  readonly scale: PlotScale;
}

/** The map itself. Pointer: a cell's prompt is shown, a click opens it. Keys: arrows move, Enter opens. */
export function OperandFigure({ plot, map, scale }: OperandFigureProps) {
  const [place, setPlace] = useState<CellPlace>();
  const { asked } = plot;
  const at = place ?? { row: 0, col: 0 };
  const open = ({ row, col }: CellPlace) => openCell(asked, asked.a.from + row, asked.b.from + col);
  const dark = useStore(view, isDark);
  const marks = useMemo(() => operandMarks(map, figureInks(dark)), [map, dark]);
  const ring = place && boxAt(map, place.row, place.col, map.step >= 12 ? 2 : 0);
  return (
    <>
      <CellGrid
        className="operand-map"
        label="Operand plot: a goes down, b to the right; arrows move, Enter opens the prompt"
        size={{ width: map.width, height: map.height }}
        rows={map.rows}
        cols={map.cols}
        marks={marks}
        at={at}
        text={readoutOf(plot, at, scale)}
        pointed={place}
        cellAt={(x, y) => {
          const cell = cellAt(map, x, y);
          return cell && { row: cell.a, col: cell.b };
        }}
        onStep={(step) => setPlace(place ? stepped(place, step, map) : at)}
        onPoint={setPlace}
        onClick={(cell) => cell && open(cell)}
        onKey={(key) => {
          if (key === "Enter") open(at);
          return key === "Enter";
        }}
      >
        {ring && <rect className="operand-ring" {...ring} />}
      </CellGrid>
      <p className="plot-readout small">
        {place ? readoutOf(plot, place, scale) : "Point at a cell, or move with the arrows, to read its prompt."}
      </p>
    </>
  );
}

function readoutOf({ asked, values, whole }: DrawnPlot, { row: a, col: b }: CellPlace, scale: PlotScale): string {
  const value = values[a]?.[b] ?? Number.NaN;
  const token = whole?.answers[a]?.[b];
  const prompt = promptOf(asked, asked.a.from + a, asked.b.from + b);
  const number = Number.isNaN(value) ? (whole ? "nothing to measure" : "not known yet") : scale.text(value);
  return `${prompt} ${token ? `${tokenText(token)}: ` : ""}${number}`;
}
