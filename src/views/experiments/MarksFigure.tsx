import { createElement } from "react";
import type { Mark, MarkedFigure } from "#charts/figure-marks.ts";

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
      {marks.map(elementOf)}
    </svg>
  );
}

/** Marks have no names of their own; a figure is drawn anew as a whole. */
const elementOf = ({ tag, attributes, text, title }: Mark, index: number) =>
  createElement(tag, { key: index, ...attributes }, title === undefined ? undefined : <title>{title}</title>, text);
