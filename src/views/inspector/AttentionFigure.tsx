import { useStore } from "zustand";
import { labelledAttention, partSentence } from "#charts/attention.ts";
import type { LabelledAttention } from "#charts/attention.ts";
import { sequentialScale } from "#charts/colour.ts";
import { percent } from "#charts/number-format.ts";
import { isDark, view } from "#state/view.ts";

interface AttentionFigureProps {
  /** [query][key] */
  readonly pattern: readonly (readonly number[])[];
  /** As shown, one per position. */
  readonly texts: readonly string[];
}

const ROOM_PX = 260;

/** Attention over the tokens: each row a token that reads, each column one that is read. The last row is the answer's. */
export function AttentionFigure({ pattern, texts }: AttentionFigureProps) {
  const dark = useStore(view, isDark);
  const drawn = labelledAttention(pattern, texts, ROOM_PX, sequentialScale(dark));
  const name = (position: number) => texts[position] ?? String(position);
  const middle = (place: number) => (place + 0.5) * drawn.cellPx;
  return (
    <figure className="attention">
      <figcaption>Attention, rows read columns{partSentence(drawn, pattern.length)}</figcaption>
      <svg
        role="img"
        aria-label={`Attention pattern. The last token reads ${describeLast(drawn, name)}`}
        width={drawn.width}
        height={drawn.height}
        viewBox={`0 0 ${drawn.width} ${drawn.height}`}
      >
        <g className="axis-label">
          {drawn.rowLabels.map((label, row) => (
            // a token can stand in a prompt many times: its place is what names it
            <text
              key={drawn.queries[row]}
              x={drawn.left - 6}
              y={drawn.top + middle(row)}
              textAnchor="end"
              dominantBaseline="central"
            >
              {label}
            </text>
          ))}
          {drawn.columnLabels.map((label, column) => (
            <text
              key={drawn.keys[column]}
              transform={`translate(${drawn.left + middle(column)} ${drawn.top - 6}) rotate(-90)`}
              dominantBaseline="central"
            >
              {label}
            </text>
          ))}
        </g>
        {drawn.cells.map((cell) => (
          <rect
            key={`${cell.query} ${cell.key}`}
            x={cell.x}
            y={cell.y}
            width={cell.width}
            height={cell.height}
            fill={cell.fill}
            className={cell.query === pattern.length - 1 ? "attention-cell is-last" : "attention-cell"}
          >
            <title>{`${name(cell.query)} reads ${name(cell.key)}: ${percent(cell.share)}`}</title>
          </rect>
        ))}
      </svg>
    </figure>
  );
}

const describeLast = ({ cells, queries }: LabelledAttention, name: (position: number) => string) =>
  cells
    .filter(({ query }) => query === queries.at(-1))
    .map(({ key, share }) => `${name(key)} ${percent(share)}`)
    .join(", ");
