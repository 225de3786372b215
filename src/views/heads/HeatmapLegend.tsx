import type { Legend } from "#charts/legend.ts";
import { Term } from "../shared/words/ColumnHead.tsx";

interface HeatmapLegendProps {
  readonly legend: Legend;
  readonly target: string;
}

/** The colours and what positive means. */
export function HeatmapLegend({ legend, target }: HeatmapLegendProps) {
  const gradient = legend.stops.map(({ offset, colour }) => `${colour} ${offset * 100}%`).join(", ");
  return (
    <figure className="legend" aria-label="Legend">
      <div className="legend-strip" style={{ background: `linear-gradient(to right, ${gradient})` }} />
      <div className="legend-ticks" aria-hidden="true">
        {legend.ticks.map(({ at, label }) => (
          <span key={at} style={{ insetInlineStart: `${at * 100}%` }}>
            {label}
          </span>
        ))}
      </div>
      <figcaption>
        <span>− red works against {target}</span>
        <span>+ blue supports {target}</span>
        <span className="faint">
          <Term label="nats" />; <Term label="Σ" />: a layer’s sum
        </span>
      </figcaption>
    </figure>
  );
}
