import { useId, useState } from "react";
import { pointNear, pointRing } from "#charts/plots/scatter-plot.ts";
import type { ScatterPlot } from "#charts/plots/scatter-plot.ts";
import { parseHead } from "#model/ids.ts";
import { hover, toggleSelected } from "#state/view.ts";
import { Marks } from "../shared/figure/Marks.tsx";

interface ScatterFigureProps {
  readonly plot: ScatterPlot;
  /** For whoever cannot see it; the numbers stand in the table below as well. */
  readonly label: string;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

const headOf = (name: string | undefined) => {
  const at = name === undefined ? undefined : parseHead(name);
  return at && ({ kind: "head", at } as const);
};

/** Heads as points. Pointer: near one previews it, a click keeps it. Keys: arrows go from left to right, Enter keeps. */
export function ScatterFigure({ plot, label }: ScatterFigureProps) {
  const current = useId();
  const [place, setPlace] = useState(0);
  const order = plot.places.toSorted((a, b) => a.x - b.x);
  const point = order[Math.min(place, order.length - 1)];
  const under = (event: React.PointerEvent<SVGSVGElement> | React.MouseEvent<SVGSVGElement>) => {
    const corner = event.currentTarget.getBoundingClientRect();
    return headOf(pointNear(plot, event.clientX - corner.left, event.clientY - corner.top));
  };
  return (
    <div className="heatmap-scroll">
      <svg
        role="grid"
        tabIndex={0}
        aria-label={`${label}; arrows move from head to head, Enter keeps one`}
        aria-activedescendant={current}
        className="marks scatter"
        width={plot.width}
        height={plot.height}
        viewBox={`0 0 ${plot.width} ${plot.height}`}
        onKeyDown={(event) => {
          const step = STEPS[event.key];
          const part = headOf(point?.name);
          if (step !== undefined) {
            const next = Math.max(0, Math.min(order.length - 1, place + step));
            setPlace(next);
            hover(headOf(order[next]?.name));
          } else if (event.key === "Enter" && part) toggleSelected(part);
          else return;
          event.preventDefault();
        }}
        onBlur={() => hover(undefined)}
        onPointerMove={(event) => hover(under(event))}
        onPointerLeave={() => hover(undefined)}
        onClick={(event) => {
          const part = under(event);
          if (part) toggleSelected(part);
        }}
      >
        <Marks marks={plot.marks} />
        <g role="row">
          <g role="gridcell" id={current} aria-label={point?.name ?? "no head"} />
        </g>
        <Marks marks={point ? [pointRing(point, "scatter-ring")] : []} />
      </svg>
    </div>
  );
}
