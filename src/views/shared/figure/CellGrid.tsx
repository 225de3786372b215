import { useId } from "react";
import type { Mark } from "#charts/marks/mark.ts";
import { Marks } from "./Marks.tsx";

/** A cell of a map by its row and column, from 0. */
export interface CellPlace {
  readonly row: number;
  readonly col: number;
}

interface CellGridProps {
  readonly className: string;
  /** What it is, and how it is moved in. */
  readonly label: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly rows: number;
  readonly cols: number;
  readonly marks: readonly Mark[];
  /** Where the keyboard stands, and what is read out there. */
  readonly at: CellPlace;
  readonly text: string;
  /** The cell under the pointer as the owner knows it; the same one again is not told. */
  readonly pointed: CellPlace | undefined;
  readonly cellAt: (x: number, y: number) => CellPlace | undefined;
  /** `step`: rows and columns from where the keyboard stands; to an end it is as far as numbers go. */
  readonly onStep: (step: CellPlace) => void;
  readonly onPoint: (at: CellPlace | undefined) => void;
  /** By a click: undefined beside the cells. */
  readonly onClick: (at: CellPlace | undefined) => void;
  /** By Enter or Space; left out: there is nothing to choose by key. */
  readonly onKey?: (key: "Enter" | " ") => boolean;
  readonly onBlur?: () => void;
  /** Whether Home and End go to the ends of a row. */
  readonly hasEnds?: boolean;
  /** What is drawn above them for whoever looks or moves in it; a file is without. */
  readonly rings: readonly Mark[];
}

const ARROWS: Readonly<Record<string, CellPlace>> = {
  ArrowUp: { row: -1, col: 0 },
  ArrowDown: { row: 1, col: 0 },
  ArrowLeft: { row: 0, col: -1 },
  ArrowRight: { row: 0, col: 1 },
};
const ENDS: Readonly<Record<string, CellPlace>> = {
  Home: { row: 0, col: -Number.MAX_SAFE_INTEGER },
  End: { row: 0, col: Number.MAX_SAFE_INTEGER },
};

/**
 * A map of many cells as one control: pointer and arrows move in it, and of a hundred or ten thousand cells only the one that the
 * keyboard stands on is there to be read out.
 */
export function CellGrid(props: CellGridProps) {
  const { size, rows, cols, at, pointed, cellAt, onStep, onPoint, onClick, onKey, hasEnds = false } = props;
  const current = useId();
  const under = (event: React.PointerEvent | React.MouseEvent) => {
    const corner = event.currentTarget.getBoundingClientRect();
    return cellAt(event.clientX - corner.left, event.clientY - corner.top);
  };
  return (
    <div className="heatmap-scroll">
      <svg
        className={`heatmap ${props.className}`}
        role="grid"
        tabIndex={0}
        aria-label={props.label}
        aria-rowcount={rows}
        aria-colcount={cols}
        aria-activedescendant={current}
        {...size}
        viewBox={`0 0 ${size.width} ${size.height}`}
        onKeyDown={(event) => {
          const { key } = event;
          const step = ARROWS[key] ?? (hasEnds ? ENDS[key] : undefined);
          if (step) onStep(step);
          else if (!((key === "Enter" || key === " ") && onKey?.(key))) return;
          event.preventDefault();
        }}
        onPointerMove={(event) => {
          const cell = under(event);
          if (cell?.row !== pointed?.row || cell?.col !== pointed?.col) onPoint(cell);
        }}
        onPointerLeave={() => onPoint(undefined)}
        onBlur={props.onBlur}
        onClick={(event) => onClick(under(event))}
      >
        <Marks marks={props.marks} />
        <g role="row" aria-rowindex={at.row + 1}>
          <g role="gridcell" id={current} aria-colindex={at.col + 1} aria-label={props.text} />
        </g>
        <Marks marks={props.rings} />
      </svg>
    </div>
  );
}

/** A step from a cell, held inside the map. */
export const stepped = (
  from: CellPlace,
  step: CellPlace,
  { rows, cols }: { readonly rows: number; readonly cols: number },
): CellPlace => ({
  row: inside(from.row + step.row, rows),
  col: inside(from.col + step.col, cols),
});

const inside = (index: number, count: number) => Math.max(0, Math.min(count - 1, index));
