import { interpolateRgbBasis } from "d3-interpolate";
import { scaleLinear } from "d3-scale";
import { colours } from "./colour.ts";

/** ColorBrewer's Blues of 9 classes. */
const BLUES = colours("f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b");
/** On a dark ground strength is lightness. */
const DARK_BLUES = ["#1d2226", "#23415c", "#2f6da8", "#5fa8e6", "#b7dcff"];

/** Magnitudes from 0 to 1 in one hue, the ground's own at 0. */
export function sequentialScale(isDark: boolean): (share: number) => string {
  const dark = scaleLinear([0, 0.25, 0.5, 0.75, 1], DARK_BLUES).clamp(true);
  const light = interpolateRgbBasis(BLUES);
  return (share) => (isDark ? dark(share) : light(Math.max(0, Math.min(1, share)) * 0.9));
}
