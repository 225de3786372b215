import type { Legend } from "../legend.ts";
import type { FigureInks } from "./figure-inks.ts";
import { MONO, text } from "./mark.ts";
import type { Mark } from "./mark.ts";

const WIDTH_PX = 160;
export const LEGEND_HEIGHT_PX = 32;

/** A strip of the scale with its ticks and its unit, as a file has it. */
export function legendMarks(key: Legend, unit: string, { ink, soft }: FigureInks): Mark[] {
  const step = WIDTH_PX / key.stops.length;
  return [
    ...key.stops.map(({ colour }, index): Mark => ({
      tag: "rect",
      attrs: { x: index * step, width: step + 0.5, height: 10, fill: colour },
    })),
    ...key.ticks.map(({ at, label }) =>
      text(at * WIDTH_PX, 24, label, { "text-anchor": "middle", "font-family": MONO, "font-size": 10, fill: ink }),
    ),
    text(WIDTH_PX + 24, 10, unit, { fill: soft }),
  ];
}
