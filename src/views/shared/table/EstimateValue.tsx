import type { ExperimentResult } from "#protocol/experiments.ts";
import { written } from "../figure/Value.tsx";
import type { Unit } from "../figure/Value.tsx";
import { usePlain } from "../use-plain.ts";

type HeadsFound = Extract<ExperimentResult, { readonly kind: "heads" }>["found"];
export type Estimate = HeadsFound["all"]["accuracy"];

interface EstimateValueProps {
  readonly of: Estimate;
  readonly as: Unit;
}

/** A number with its interval: `41.2 % [33.0, 50.1]`, the whole of it on hover. */
export function EstimateValue({ of, as }: EstimateValueProps) {
  const { value, interval } = estimateText(of, as, usePlain());
  return (
    <span className="value" title={Number.isNaN(of.value) ? "there is nothing to measure" : String(of.value)}>
      {value}
      <span className="interval researcher">{interval}</span>
    </span>
  );
}

export function estimateText({ value, low, high }: Estimate, as: Unit, isPlain = false) {
  const write = (each: number) => written(each, as, isPlain);
  const end = (each: number) => write(each).replace(/\s?%$/u, "");
  return {
    value: Number.isNaN(value) ? "–" : write(value),
    interval: Number.isNaN(low) || Number.isNaN(value) ? "" : ` [${end(low)}, ${end(high)}]`,
  };
}

const hasIntervals = (estimates: readonly Estimate[]) => estimates.some(({ low }) => !Number.isNaN(low));

/** What a caption says of the intervals of its figure or table: nothing where there are none, as while a run has not ended. */
export const withIntervals = (estimates: readonly Estimate[]) =>
  hasIntervals(estimates) ? ", with 95 % intervals" : "";

/** What a note on curves says of their intervals, before what else it says. */
export const whiskersOf = (estimates: readonly Estimate[]) =>
  hasIntervals(estimates) ? "Whiskers: 95 % intervals. " : "";
