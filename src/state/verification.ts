import type { Dtype } from "#model/checkpoint.ts";
import { formatNeuron } from "#model/ids.ts";
import type { Claims, Finding } from "./finding.ts";
import { CLAIM_DECIMALS } from "./link-values.ts";

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
  /** Of the three below: "none" for a count or a share, which has to be the same but for the link's rounding. */
  readonly unit: "nats" | "none";
  readonly expected: number;
  /** NaN: the run did not give this number, so it could not be checked. */
  readonly measured: number;
  /** measured − expected. */
  readonly difference: number;
}

export interface Verification {
  /** "reproduced": every claimed number was measured, and lies within the tolerance of its unit. */
  readonly verdict: "reproduced" | "differs" | "nothing claimed";
  /** In nats, without a sign; of the numbers in nats that were measured. */
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

export const precisionsOf = ({ dtype: claimed }: Finding, measured: Dtype): Precisions => ({
  ...(claimed && { claimed }),
  measured,
});

/**
 * Holds a finding's numbers against a run on this machine. Weights of another precision are other weights: a difference
 * is then still a difference, and the reason names it.
 */
export const verify = (expected: Claims, measured: Claims, precisions?: Precisions): Verification =>
  verdictOf(
    [
      ...compared("log p(target)", expected.baseline, measured.baseline),
      ...compared("log p(target) with the interventions", expected.changed, measured.changed),
      ...neuronRows(expected, measured),
    ],
    precisions,
  );

/** The verdict on numbers of any kind; see `verify`. */
export function verdictOf(rows: readonly CheckedNumber[], precisions?: Precisions): Verification {
  const inNats = rows.filter(({ unit }) => unit === "nats");
  const bare = rows.filter(({ unit }) => unit === "none");
  const differences = inNats.map((row) => Math.abs(row.difference));
  const largestDifference = Math.max(0, ...differences.filter((difference) => !Number.isNaN(difference)));
  const missing = rows.filter((row) => Number.isNaN(row.difference));
  const others = bare.filter((row) => Math.abs(row.difference) > ROUNDING_OF_LINKS);
  if (rows.length === 0) {
    return {
      verdict: "nothing claimed",
      largestDifference,
      rows,
      reason: "The link carries no numbers to check.",
    };
  }
  if (missing.length === 0 && others.length === 0 && largestDifference <= TOLERANCE_NATS) {
    return { verdict: "reproduced", largestDifference, rows, reason: agreeing(inNats, bare) };
  }
  return {
    verdict: "differs",
    largestDifference,
    rows,
    reason: differing({ missing, others, largest: largestDifference }, precisions),
  };
}

const namesOf = (rows: readonly CheckedNumber[]) => rows.map((row) => row.name).join(", ");

function agreeing(inNats: readonly CheckedNumber[], bare: readonly CheckedNumber[]): string {
  return [
    inNats.length > 0 && `All ${inNats.length} numbers lie within ${formatNats(TOLERANCE_NATS)} nats of the link's.`,
    bare.length > 0 && `The same as in the link: ${namesOf(bare)}.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(" ");
}

/** One number, if it is claimed. */
export const compared = (
  name: string,
  expected: number | undefined,
  measured = Number.NaN,
  unit: CheckedNumber["unit"] = "nats",
): CheckedNumber[] =>
  expected === undefined ? [] : [{ name, unit, expected, measured, difference: measured - expected }];

function neuronRows(expected: Claims, measured: Claims): CheckedNumber[] {
  const changes = new Map(measured.neurons?.map(({ at, change }) => [formatNeuron(at), change]));
  return (expected.neurons ?? []).flatMap(({ at, change }) =>
    compared(`change of ${formatNeuron(at)}`, change, changes.get(formatNeuron(at))),
  );
}

interface Differing {
  readonly missing: readonly CheckedNumber[];
  /** Counts and shares that are not the same. */
  readonly others: readonly CheckedNumber[];
  /** Nats. */
  readonly largest: number;
}

function differing({ missing, others, largest }: Differing, precisions?: Precisions): string {
  const isFar = largest > TOLERANCE_NATS;
  return [
    isFar && `The largest difference is ${formatNats(largest)} nats; ${formatNats(TOLERANCE_NATS)} are allowed.`,
    ...others.map(({ name, expected, measured }) => `In the link ${name}: ${expected}; here: ${measured}.`),
    missing.length > 0 && `Not measured here: ${namesOf(missing)}.`,
    cause(isFar || others.length > 0, precisions),
  ]
    .filter((sentence) => sentence !== false && sentence !== undefined)
    .join(" ");
}

/** @param isMeasured whether a number differs that was measured: one that is missing has no cause of its own in one precision */
function cause(isMeasured: boolean, precisions?: Precisions): string | undefined {
  const { claimed, measured } = precisions ?? {};
  if (claimed !== undefined && claimed !== measured)
    return `Quantisation may explain it: the numbers were found in ${claimed} and checked in ${measured}.`;
  return isMeasured ? "Rounding does not explain it: the model or the method differs." : undefined;
}

const formatNats = (nats: number) => String(Number(nats.toPrecision(2)));
