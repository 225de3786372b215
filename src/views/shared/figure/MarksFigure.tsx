import type { MarkedFigure } from "#charts/marks/mark.ts";
import { Marks } from "./Marks.tsx";
import "./marks.css";

interface MarksFigureProps {
  readonly figure: MarkedFigure;
  /** What a reader who cannot see it is told; the numbers stand in the table beside it. */
  readonly label: string;
}

/** A figure of marks on the page. */
export function MarksFigure({ figure, label }: MarksFigureProps) {
  const { width, height, marks } = figure;
  return (
    <svg
      role="img"
      aria-label={label}
      className="marks"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      <Marks marks={marks} />
    </svg>
  );
}
