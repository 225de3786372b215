import type { DivergingScale } from "./colour.ts";
import { nats } from "./number-format.ts";

export interface Legend {
  /** Colours from −limit to limit at even distances. */
  readonly stops: readonly { readonly offset: number; readonly colour: string }[];
  /** `at` from 0 (left) to 1 (right). */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

const STOPS = 24;

/** A strip of the scale with its ends, its middle and what lies half-way in strength. */
export function legend(scale: DivergingScale): Legend {
  const stops = Array.from({ length: STOPS + 1 }, (_, index) => {
    const offset = index / STOPS;
    return { offset, colour: scale.colour(scale.valueAt(offset * 2 - 1)) };
  });
  const strengths = scale.kind === "linear" ? [-1, 0, 1] : [-1, -0.5, 0, 0.5, 1];
  const ticks = strengths.map((strength) => ({
    at: (strength + 1) / 2,
    label: nats(strength === 0 ? 0 : scale.valueAt(strength)),
  }));
  return { stops, ticks };
}
