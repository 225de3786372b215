import type { DivergingScale } from "#charts/colour.ts";
import { factor } from "#charts/factor.ts";
import { legend } from "#charts/legend.ts";
import { usePlain } from "../shared/use-plain.ts";
import { LegendStrip } from "../shared/figure/LegendStrip.tsx";
import { Term } from "../shared/words/ColumnHead.tsx";

interface HeatmapLegendProps {
  readonly scale: DivergingScale;
  readonly target: string;
}

/** The colours and what positive means. */
export function HeatmapLegend({ scale, target }: HeatmapLegendProps) {
  const isPlain = usePlain();
  return (
    <figure className="legend" aria-label="Legend">
      <LegendStrip of={legend(scale, isPlain ? (effect) => factor(0 - effect) : undefined)} />
      <figcaption>
        {isPlain ? (
          <>
            <span>red: {target} is more likely without the head</span>
            <span>blue: less likely</span>
            <span className="faint">×2: twice as likely; ÷2: half</span>
          </>
        ) : (
          <>
            <span>− red works against {target}</span>
            <span>+ blue supports {target}</span>
            <span className="faint">
              <Term label="nats" />; <Term label="Σ" />: a layer’s sum
            </span>
          </>
        )}
      </figcaption>
    </figure>
  );
}
