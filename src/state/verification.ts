import type { Dtype } from "#model/checkpoint.ts";
import { formatNeuron } from "#model/ids.ts";
import type { Claims } from "./finding.ts";
import { CLAIM_DECIMALS } from "./permalink-fields.ts";

/**
 * How far two honest runs of the same weights may lie apart, in nats. GPUs and WASM add up float32 products in different
 * orders, which has been seen to move a result by 1e-5; a wrong scale, target or weight moves it by far more than this.
 */
const ROUNDING_OF_RUNS = 1e-3;

/** A link's numbers are rounded to their last digit. */
const ROUNDING_OF_LINKS = 0.5 * 10 ** -CLAIM_DECIMALS;

export const TOLERANCE_NATS = ROUNDING_OF_RUNS + ROUNDING_OF_LINKS;

export interface CheckedNumber {
  readonly name: string;
  /** Nats, as the three below. */
  readonly expected: number;
  /** NaN: the run did not give this number, so it could not be checked. */
  readonly measured: number;
  /** measured − expected. */
  readonly difference: number;
}

export interface Verification {
  /** "reproduced": every claimed number was measured, and lies within the tolerance. */
  readonly verdict: "reproduced" | "differs" | "nothing claimed";
  /** In nats, without a sign; of the numbers that were measured. */
  readonly largestDifference: number;
  readonly rows: readonly CheckedNumber[];
  /** The sentence behind the verdict. */
  readonly reason: string;
}

/** In which precision the numbers were found, and in which they were checked. */
export interface Precisions {
  /** Left out: the link does not say. */
  readonly claimed?: Dtype;
  readonly measured: Dtype;
}

/**
 * Holds a finding's numbers against a run on this machine. Weights of another precision are other weights: a difference
 * is then still a difference, and the reason names it.
 */
export function verify(expected: Claims, measured: Claims, precisions?: Precisions): Verification {
  const rows = [
    ...compared("log p(target)", expected.baseline, measured.baseline),
    ...compared("log p(target) with the interventions", expected.changed, measured.changed),
    ...neuronRows(expected, measured),
  ];
  const differences = rows.map((row) => Math.abs(row.difference));
  const largestDifference = Math.max(0, ...differences.filter((difference) => !Number.isNaN(difference)));
  const missing = rows.filter((row) => Number.isNaN(row.difference));
  if (rows.length === 0) {
    return {
      verdict: "nothing claimed",
      largestDifference,
      rows,
      reason: "The link carries no numbers to check.",
    };
  }
  if (missing.length === 0 && largestDifference <= TOLERANCE_NATS) {
    const reason = `All ${rows.length} numbers lie within ${formatNats(TOLERANCE_NATS)} nats of the link's.`;
    return { verdict: "reproduced", largestDifference, rows, reason };
  }
  return {
    verdict: "differs",
    largestDifference,
    rows,
    reason: differing(missing, largestDifference, precisions),
  };
}

const compared = (name: string, expected: number | undefined, measured = Number.NaN): CheckedNumber[] =>
  expected === undefined ? [] : [{ name, expected, measured, difference: measured - expected }];

function neuronRows(expected: Claims, measured: Claims): CheckedNumber[] {
  const changes = new Map(measured.neurons?.map(({ at, change }) => [formatNeuron(at), change]));
  return (expected.neurons ?? []).flatMap(({ at, change }) =>
    compared(`change of ${formatNeuron(at)}`, change, changes.get(formatNeuron(at))),
  );
}

function differing(missing: readonly CheckedNumber[], largest: number, precisions?: Precisions): string {
  const sentences: string[] = [];
  if (largest > TOLERANCE_NATS) {
    sentences.push(`The largest difference is ${formatNats(largest)} nats; ${formatNats(TOLERANCE_NATS)} are allowed.`);
    sentences.push(cause(precisions));
  }
  if (missing.length > 0) {
    sentences.push(`Not measured here: ${missing.map((row) => row.name).join(", ")}.`);
  }
  return sentences.join(" ");
}

function cause(precisions?: Precisions): string {
  const { claimed, measured } = precisions ?? {};
  if (claimed === undefined || claimed === measured)
    return "Rounding does not explain it: the model or the method differs.";
  return `Quantisation may explain it: the numbers were found in ${claimed} and checked in ${measured}.`;
}

const formatNats = (nats: number) => String(Number(nats.toPrecision(2)));
