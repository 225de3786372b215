import { quantize } from "d3-interpolate";
import { divergingScale, symmetricLimit } from "../colour.ts";
import { sequentialScale } from "../sequential-colour.ts";
import { STOPS, legend } from "../legend.ts";
import type { Legend } from "../legend.ts";
import { inNats, shortFactor } from "../factor.ts";
import { figures, percent, short } from "../number-format.ts";

/** How a plot's numbers become colours and text. */
export interface PlotScale {
  colour(value: number): string;
  text(value: number): string;
  /** As short as a cell of the map needs it. */
  short(value: number): string;
  readonly legend: Legend;
}

/** Signed values around 0, or magnitudes: a probability from 0 to 1, a log-probability from the lowest there is up to 0. */
export type PlotScaleKind = "signed" | "signedNats" | "probability" | "logProbability";

/** A plot in which nothing happens stays pale. */
const LEAST_LIMIT = { signed: 0.1, signedNats: 0.2 };

export function plotScale(kind: PlotScaleKind, values: readonly number[], isDark: boolean, isPlain = false): PlotScale {
  switch (kind) {
    case "signed":
    case "signedNats": {
      const scale = divergingScale(symmetricLimit(values, LEAST_LIMIT[kind]), "linear", isDark);
      const isFactor = isPlain && kind === "signedNats";
      const text = kind === "signed" ? figures : (effect: number) => inNats(effect, "effect", isPlain);
      return {
        colour: (value) => scale.colour(value),
        text,
        short: isFactor ? (effect) => shortFactor(0 - effect) : short,
        legend: legend(scale, text),
      };
    }
    case "probability":
      return magnitudes([0, 1], { text: percent, short: (value) => percent(value).replace(/\s/g, "") }, isDark);
    case "logProbability": {
      const least = values.reduce((low, value) => (Number.isNaN(value) ? low : Math.min(low, value)), -1);
      const text = (value: number) => inNats(value, "logProbability", isPlain);
      return magnitudes(
        [least, 0],
        { text, short: isPlain ? (value) => text(value).replace(/\s/g, "") : short },
        isDark,
      );
    }
    default:
      throw new Error(`plot: unknown scale ${String(kind satisfies never)}`);
  }
}

function magnitudes(
  [from, to]: readonly [from: number, to: number],
  write: Pick<PlotScale, "text" | "short">,
  isDark: boolean,
): PlotScale {
  const scale = sequentialScale(isDark);
  const stops = quantize((offset) => ({ offset, colour: scale(offset) }), STOPS);
  const ticks = [0, 0.5, 1].map((at) => ({ at, label: write.text(from + at * (to - from)) }));
  return { colour: (value) => scale((value - from) / (to - from)), ...write, legend: { stops, ticks } };
}
