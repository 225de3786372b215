import { useMemo, useState } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { gridCellAt } from "#charts/maps/grid-map.ts";
import type { GridMap } from "#charts/maps/grid-map.ts";
import { gridMarks } from "#charts/maps/grid-map-marks.ts";
import { ringAround } from "#charts/maps/heatmap-marks.ts";
import type { Mark } from "#charts/marks/mark.ts";
import { parseNeuron } from "#model/ids.ts";
import { drawHeadsAt } from "#state/lab/patching.ts";
import type { DrawnPatch } from "#state/lab/tools.ts";
import { cellsOf, neuronsIn } from "#state/link/patch/patch-claims.ts";
import { samePart } from "#state/question.ts";
import type { Part } from "#state/question.ts";
import { hover, isDark, toggleSelected, view } from "#state/view.ts";
import { CellGrid, stepped } from "../shared/figure/CellGrid.tsx";
import type { CellPlace } from "../shared/figure/CellGrid.tsx";
import { usePlain } from "../shared/use-plain.ts";
import { cellText } from "./patch-words.ts";

interface PatchFigureProps {
  readonly drawn: DrawnPatch;
  readonly map: GridMap;
}

/** The map itself. Pointer: a cell is read out, a click keeps it, and opens the head or neuron that it is. Keys: arrows, Enter. */
export function PatchFigure({ drawn, map }: PatchFigureProps) {
  const [place, setPlace] = useState<CellPlace>();
  const [kept, setKept] = useState<CellPlace>();
  const selected = useStore(view, (state) => state.selected);
  const dark = useStore(view, isDark);
  const marks = useMemo(() => gridMarks(map, figureInks(dark)), [map, dark]);
  const isPlain = usePlain();
  const texts = useMemo(
    () =>
      new Map(
        cellsOf(drawn.map, drawn.asked).map((cell) => [`${cell.row},${cell.col}`, cellText(drawn.map, cell, isPlain)]),
      ),
    [drawn, isPlain],
  );
  const textAt = ({ row, col }: CellPlace) => texts.get(`${row},${col}`) ?? "not known yet";
  const [rows, cols] = [map.cells.length, map.columns.length];
  const choose = (at: CellPlace) => {
    const part = partAt(drawn, at);
    if (part) toggleSelected(part);
    else setKept(at.row === kept?.row && at.col === kept.col ? undefined : at);
  };
  const look = (at: CellPlace | undefined) => {
    setPlace(at);
    hover(at && partAt(drawn, at));
  };
  const chosen = map.cells.flat().find((cell) => {
    const part = partAt(drawn, cell);
    return part ? samePart(selected, part) : cell.row === kept?.row && cell.col === kept.col;
  });
  const at = place ?? { row: 0, col: 0 };
  const shown = place ?? chosen;
  return (
    <>
      <CellGrid
        className="patch-map"
        label={`Patches: ${drawn.map.site === "post" ? "neurons" : "layers"} are rows; arrows move, Enter chooses`}
        size={{ width: map.width, height: map.height }}
        rows={rows}
        cols={cols}
        marks={marks}
        at={at}
        text={textAt(at)}
        pointed={place}
        cellAt={(x, y) => {
          const cell = gridCellAt(map, x, y);
          return cell && { row: cell.row, col: cell.col };
        }}
        hasEnds
        onStep={(step) => look(place ? stepped(place, step, { rows, cols }) : at)}
        onPoint={look}
        onClick={(cell) => cell && choose(cell)}
        onKey={() => {
          choose(at);
          return true;
        }}
        onBlur={() => look(undefined)}
        rings={[...ringsOf(map, place, "hover-ring"), ...ringsOf(map, chosen, "operand-ring")]}
      />
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

function ringsOf(map: GridMap, place: CellPlace | undefined, name: string): readonly Mark[] {
  const cell = place && map.cells[place.row]?.[place.col];
  return cell ? [ringAround(cell, name)] : [];
}

/** The head or neuron that a cell is; undefined for a position of a layer. */
function partAt({ map, asked }: DrawnPatch, { row, col }: CellPlace): Part | undefined {
  if (map.site === "z") return { kind: "head", at: { layer: row, head: col } };
  const at = map.site === "post" ? parseNeuron(neuronsIn(asked.neurons)[row] ?? "") : undefined;
  return at && { kind: "neuron", at };
}
