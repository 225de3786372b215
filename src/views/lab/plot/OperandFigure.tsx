import { useId, useMemo, useState } from "react";
import { useStore } from "zustand";
import { figureInks } from "#charts/marks/figure-inks.ts";
import { operandMarks } from "#charts/maps/operand-map-marks.ts";
import { boxAt, cellAt } from "#charts/maps/operand-map.ts";
import type { OperandMap } from "#charts/maps/operand-map.ts";
import type { PlotScale } from "#charts/plots/plot-scale.ts";
import { openCell, promptOf } from "#state/lab/actions.ts";
import type { DrawnPlot } from "#state/lab/tools.ts";
import { isDark, view } from "#state/view.ts";
import { Marks } from "../../shared/figure/Marks.tsx";
import { tokenText } from "../../shared/words/token-text.ts";

interface OperandFigureProps {
  readonly plot: DrawnPlot;
  readonly map: OperandMap;
  readonly scale: PlotScale;
}

interface Place {
  readonly a: number;
  readonly b: number;
}

const STEPS: Readonly<Record<string, Place>> = {
  ArrowUp: { a: -1, b: 0 },
  ArrowDown: { a: 1, b: 0 },
  ArrowLeft: { a: 0, b: -1 },
  ArrowRight: { a: 0, b: 1 },
};

/** The map itself. Pointer: a cell's prompt is shown, a click opens it. Keys: arrows move, Enter opens. */
export function OperandFigure({ plot, map, scale }: OperandFigureProps) {
  const [place, setPlace] = useState<Place>();
  const current = useId();
  const { asked } = plot;
  const open = ({ a, b }: Place) => openCell(asked, asked.a.from + a, asked.b.from + b);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = STEPS[event.key];
    const now = place ?? { a: 0, b: 0 };
    if (step) setPlace(place ? { a: inside(now.a + step.a, map.rows), b: inside(now.b + step.b, map.cols) } : now);
    else if (event.key === "Enter") open(now);
    else return;
    event.preventDefault();
  };
  const under = (event: React.PointerEvent | React.MouseEvent) => {
    const corner = event.currentTarget.getBoundingClientRect();
    return cellAt(map, event.clientX - corner.left, event.clientY - corner.top);
  };
  const dark = useStore(view, isDark);
  const marks = useMemo(() => operandMarks(map, figureInks(dark)), [map, dark]);
  const ring = place && boxAt(map, place.a, place.b, map.step >= 12 ? 2 : 0);
  return (
    <>
      <div className="heatmap-scroll">
        <svg
          className="heatmap operand-map"
          role="grid"
          tabIndex={0}
          aria-label="Operand plot: a goes down, b to the right; arrows move, Enter opens the prompt"
          aria-rowcount={map.rows}
          aria-colcount={map.cols}
          aria-activedescendant={current}
          width={map.width}
          height={map.height}
          viewBox={`0 0 ${map.width} ${map.height}`}
          onKeyDown={onKeyDown}
          onPointerMove={(event) => {
            const cell = under(event);
            if (cell?.a !== place?.a || cell?.b !== place?.b) setPlace(cell);
          }}
          onPointerLeave={() => setPlace(undefined)}
          onClick={(event) => {
            const cell = under(event);
            if (cell) open(cell);
          }}
        >
          <Marks marks={marks} />
          <CurrentCell
            id={current}
            place={place ?? { a: 0, b: 0 }}
            text={readoutOf(plot, place ?? { a: 0, b: 0 }, scale)}
          />
          {ring && <rect className="operand-ring" {...ring} />}
        </svg>
      </div>
      <p className="plot-readout small">
        {place ? readoutOf(plot, place, scale) : "Point at a cell, or move with the arrows, to read its prompt."}
      </p>
    </>
  );
}

/** Of a hundred or ten thousand cells only the one that the keyboard stands on has to be there to be read out. */
function CurrentCell({ id, place, text }: { readonly id: string; readonly place: Place; readonly text: string }) {
  return (
    <g role="row" aria-rowindex={place.a + 1}>
      <g role="gridcell" id={id} aria-colindex={place.b + 1} aria-label={text} />
    </g>
  );
}

function readoutOf({ asked, values, whole }: DrawnPlot, { a, b }: Place, scale: PlotScale): string {
  const value = values[a]?.[b] ?? Number.NaN;
  const token = whole?.answers[a]?.[b];
  const prompt = promptOf(asked, asked.a.from + a, asked.b.from + b);
  const number = Number.isNaN(value) ? (whole ? "nothing to measure" : "not known yet") : scale.text(value);
  return `${prompt} ${token ? `${tokenText(token)}: ` : ""}${number}`;
}

const inside = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));
