import { quantize } from "d3-interpolate";
import type { DivergingScale } from "./colour.ts";
import { inNatsShort } from "./factor.ts";
import { nats } from "./number-format.ts";

export interface Legend {
  /** Colours from −limit to limit at even distances. */
  readonly stops: readonly { readonly offset: number; readonly colour: string }[];
  /** `at` from 0 (left) to 1 (right). */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** Colours of a strip: as many as look like one course. */
export const STOPS = 25;

/**
 * A strip of the scale with its ends, its middle and, of a log scale, what lies half-way in strength.
 *
 * @param text of a value of the scale; left out, nats
 */
export function legend(scale: DivergingScale, text: (value: number) => string = nats): Legend {
  const stops = quantize((offset) => ({ offset, colour: scale.colour(scale.valueAt(offset * 2 - 1)) }), STOPS);
  const strengths = scale.kind === "linear" ? [-1, 0, 1] : [-1, -0.5, 0, 0.5, 1];
  const ticks = strengths.map((strength) => ({
    at: (strength + 1) / 2,
    label: text(strength === 0 ? 0 : scale.valueAt(strength)),
  }));
  return { stops, ticks };
}

/** The key of effects: in nats, or as what becomes of the answer without a part. */
export const effectKey = (scale: DivergingScale, isPlain: boolean): Legend =>
  legend(scale, (effect) => inNatsShort(effect, "effect", isPlain));

/** The unit that stands beside it. */
export const effectUnit = (isPlain: boolean) => (isPlain ? "times as likely" : "nats");
