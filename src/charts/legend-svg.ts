import { MONO } from "./figure-svg.ts";
import type { Legend } from "./legend.ts";

const WIDTH_PX = 160;
export const LEGEND_HEIGHT_PX = 32;

/** A strip of the scale with its ticks and its unit. */
export function legendSvg(key: Legend, unit: string): string {
  const step = WIDTH_PX / key.stops.length;
  const strip = key.stops.map(
    ({ colour }, index) => `<rect x="${index * step}" width="${step + 0.5}" height="10" fill="${colour}"/>`,
  );
  const ticks = key.ticks.map(
    ({ at, label }) => `<text x="${at * WIDTH_PX}" y="24" text-anchor="middle" ${MONO} font-size="10">${label}</text>`,
  );
  return (
    strip.join("") + ticks.join("") + `<text x="${WIDTH_PX + 24}" y="10" fill="#444" font-size="11">${unit}</text>`
  );
}
