import type { ScaleLinear } from "d3-scale";
import type { FigureInks } from "./figure-inks.ts";
import { line, text } from "./mark.ts";
import type { Attributes, Mark } from "./mark.ts";

interface AxisOptions {
  /** Where the numbers stand: below the plot, or left of it. */
  readonly side: "below" | "left";
  /** About how many numbers: d3-scale chooses round ones. */
  readonly count: number;
  /** From where to where the lines of the numbers go, across the plot. */
  readonly across: readonly [from: number, to: number];
  readonly format: (value: number) => string;
  readonly inks: FigureInks;
  /** Of the numbers. */
  readonly look?: Attributes;
}

/** A scale's numbers beside a plot, each with its line across it; that of 0 is darker. */
export function axisMarks(scale: ScaleLinear<number, number>, options: AxisOptions): Mark[] {
  const { side, count, across, format, inks, look } = options;
  const [from, to] = across;
  return scale.ticks(count).flatMap((tick) => {
    const at = scale(tick);
    const stroke = tick === 0 ? inks.soft : inks.rule;
    const number = { fill: inks.soft, ...look };
    return side === "below"
      ? [
          line([at, from], [at, to], { stroke }),
          text(at, to + 14, format(tick), { "text-anchor": "middle", ...number }),
        ]
      : [
          line([from, at], [to, at], { stroke }),
          text(from - 8, at + 4, format(tick), { "text-anchor": "end", ...number }),
        ];
  });
}
