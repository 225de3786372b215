import { interpolateRgbBasis } from "d3-interpolate";
import { scaleLinear, scaleSymlog } from "d3-scale";

export type ScaleKind = "linear" | "log";

/** Signed values to colours, centred on 0: blue above, red below, the same distance from 0 equally strong. */
export interface DivergingScale {
  /** Values from −limit to limit are told apart; beyond it the colour stays. */
  readonly limit: number;
  readonly kind: ScaleKind;
  /** The strength behind a colour: −1 to 1, 0 for 0. */
  position(value: number): number;
  colour(value: number): string;
  /** The value at a strength, for the legend's ticks. */
  valueAt(position: number): number;
}

/** A log scale is linear around 0 within this share of the limit. */
export const LINEAR_SHARE = 1e-3;

/** Written one behind the other, without their signs. */
export const colours = (hex: string) => hex.match(/.{6}/g)!.map((colour) => `#${colour}`);

/** ColorBrewer's RdBu of 11 classes, as d3-scale-chromatic joins them; that package is 16 kB of scales besides. */
const RED_TO_BLUE = colours("67001fb2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac053061");

/** On a dark ground nothing must glow at 0, so strength is lightness; hues as in RdBu. */
const DARK_RED_TO_BLUE = ["#ff9478", "#b0463a", "#23282d", "#2f6da8", "#7cc0ff"];

export function divergingScale(limit: number, kind: ScaleKind, isDark: boolean): DivergingScale {
  const reach = limit > 0 ? limit : 1;
  const scale =
    kind === "linear"
      ? scaleLinear([-reach, reach], [-1, 1]).clamp(true)
      : scaleSymlog([-reach, reach], [-1, 1])
          .constant(reach * LINEAR_SHARE)
          .clamp(true);
  const dark = scaleLinear([-1, -0.5, 0, 0.5, 1], DARK_RED_TO_BLUE).clamp(true);
  const light = interpolateRgbBasis(RED_TO_BLUE);
  const position = (value: number) => scale(value);
  return {
    limit: reach,
    kind,
    position,
    colour: (value) => (isDark ? dark(position(value)) : light((position(value) + 1) / 2)),
    valueAt: (at) => scale.invert(at),
  };
}

/**
 * The largest distance from 0, NaN left out: the limit that makes a diverging scale symmetric.
 *
 * @param least a limit that smaller values do not pull down, so that noise stays pale
 */
export function symmetricLimit(values: Iterable<number>, least = 0): number {
  let limit = least;
  for (const value of values) if (!Number.isNaN(value)) limit = Math.max(limit, Math.abs(value));
  return limit;
}

const DARK_INK = "#10151a";
const LIGHT_INK = "#ffffff";
/** What `inkOn` chooses from. */
export const INKS = [DARK_INK, LIGHT_INK] as const;

/** Black or white, whichever reads better on a colour written as `rgb(r, g, b)` or `#rrggbb`. */
export function inkOn(colour: string): (typeof INKS)[number] {
  const luminance = relativeLuminance(channels(colour));
  // where both have the same contrast: (L + 0.05)² = 1.05 · 0.057
  return luminance > 0.195 ? DARK_INK : LIGHT_INK;
}

function channels(colour: string): readonly [number, number, number] {
  const decimal = colour.match(/\d+/g);
  const parts = colour.startsWith("#")
    ? [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    : (decimal ?? []).map(Number);
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
}

/** @see WCAG 2.2, "relative luminance" */
function relativeLuminance(rgb: readonly [number, number, number]): number {
  const [r, g, b] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
