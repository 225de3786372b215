import type { Legend } from "#charts/legend.ts";
import { LegendStrip } from "../shared/figure/LegendStrip.tsx";
import { Term } from "../shared/words/ColumnHead.tsx";

interface HeatmapLegendProps {
  readonly legend: Legend;
  readonly target: string;
}

/** The colours and what positive means. */
export function HeatmapLegend({ legend, target }: HeatmapLegendProps) {
  return (
    <figure className="legend" aria-label="Legend">
      <LegendStrip of={legend} />
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
