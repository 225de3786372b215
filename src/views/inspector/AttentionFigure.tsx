import { useStore } from "zustand";
import { labelledAttention } from "#charts/attention.ts";
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
  return (
    <figure className="attention">
      <figcaption>Attention, rows read columns</figcaption>
      <svg
        role="img"
        aria-label={`Attention pattern. The last token reads ${describeLast(pattern, name)}`}
        width={drawn.width}
        height={drawn.height}
        viewBox={`0 0 ${drawn.width} ${drawn.height}`}
      >
        {drawn.labels.map((label, position) => {
          const middle = (position + 0.5) * drawn.cellPx;
          return (
            // a token can stand in a prompt many times: its place is what names it
            <g key={position} className="axis-label">
              <text x={drawn.left - 6} y={drawn.top + middle} textAnchor="end" dominantBaseline="central">
                {label}
              </text>
              <text
                transform={`translate(${drawn.left + middle} ${drawn.top - 6}) rotate(-90)`}
                dominantBaseline="central"
              >
                {label}
              </text>
            </g>
          );
        })}
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

const describeLast = (pattern: readonly (readonly number[])[], name: (position: number) => string) =>
  (pattern.at(-1) ?? []).map((share, key) => `${name(key)} ${percent(share)}`).join(", ");
