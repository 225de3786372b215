import { formatNeuron } from "#model/ids.ts";
import type { Discrepancy } from "./circumstances.ts";
import type { Claims } from "../finding.ts";
import { CLAIM_DECIMALS } from "../link-values.ts";

/**
 * How far two honest runs of the same weights may lie apart, in nats or logits, or as a part of a probability. GPUs and WASM add up float32 products in
 * different orders, which has been seen to move a result by 1e-5; a wrong scale, target or weight moves it by far more than this.
 */
const ROUNDING_OF_RUNS = 1e-3;

/** A link's numbers are rounded to their last digit. */
const ROUNDING_OF_LINKS = 0.5 * 10 ** -CLAIM_DECIMALS;

export const TOLERANCE_NATS = ROUNDING_OF_RUNS + ROUNDING_OF_LINKS;

/** Below this no sum in float32 has anything to say of a share. */
const LEAST_SHARE = 1e-6;

/**
 * How far a sum of two honest runs may lie apart. A probability or a part of attention is the exponential of what is held to so many nats,
 * and may differ by as much of itself, |measured − expected| ≤ 1e-3 · expected and the link's rounding: an absolute 1e-3 would let any
 * number pass for 0.0004.
 */
const toleranceOf = ({ unit, expected }: Pick<CheckedNumber, "unit" | "expected">): number =>
  unit === "share" ? Math.max(LEAST_SHARE, ROUNDING_OF_RUNS * Math.abs(expected)) + ROUNDING_OF_LINKS : TOLERANCE_NATS;

/** What rounding and another machine's float32 may move a share of cases by: a case in two hundred that falls the other way. */
const ROUNDING_OF_SHARES = 0.006;

/** Units of float32 sums, with what is written behind a number. */
const OF_SUMS = { nats: " nats", logits: " logits", share: "" } as const;

/** A number with what stands behind it: `1 nat`, `0.2 logits`, `0.0005`. */
export const inUnit = (number: string, unit: string) => number + (number === "1" ? unit.replace(/s$/, "") : unit);

/** Tolerances by unit. A count has to be the same but for the link's rounding. */
const TOLERANCES = { none: ROUNDING_OF_LINKS, cases: ROUNDING_OF_SHARES } as const;

type SumUnit = keyof typeof OF_SUMS;

export interface CheckedNumber {
  readonly name: string;
  /**
   * "share": a probability or a part of attention, 0 to 1; "none": a count or a criterion's value; "cases": what is measured over the
   * cases of a suite.
   */
  readonly unit: SumUnit | keyof typeof TOLERANCES;
  readonly expected: number;
  /** NaN: the run gave no number, so that nothing is reproduced; see `isMissing`. */
  readonly measured: number;
  /** measured − expected. */
  readonly difference: number;
  /** Why there is no number, without a capital and a full stop. */
  readonly lacks?: string | undefined;
  /** The run was not asked for it, or has no such number: nothing speaks against the claim, nor for it. */
  readonly isMissing?: true;
}

export interface Verification {
  /**
   * "reproduced": every claimed number was measured, on what the link is about, and lies within the tolerance of its unit.
   * "agrees": the same, but on another content, revision, precision or variant than the link names.
   * "partly": what could be checked was reproduced, and some of what is claimed was not measured here, has no place any more (see
   * `verifyChain`), or a part of what is asked could not be read.
   */
  readonly verdict: "reproduced" | "partly" | "agrees" | "differs" | "nothing claimed";
  /** Without a sign; of the numbers in nats or logits, and of probabilities and attention, that were measured. */
  readonly largestDifference: number;
  /** Whether one of these lies beyond its tolerance. */
  readonly isFar: boolean;
  readonly rows: readonly CheckedNumber[];
  /** The sentence behind the verdict. */
  readonly reason: string;
}

/**
 * Holds a finding's numbers against a run on this machine.
 *
 * @param others how what ran differs from what the link names: numbers that agree all the same are no reproduction
 * @param blame whose fault it is where they differ and nothing else is against them; see `blame`
 */
export const verify = (
  expected: Claims,
  measured: Claims,
  others: readonly Discrepancy[] = [],
  blame = "",
): Verification =>
  verdictOf(
    [
      ...compared("log p(target)", expected.baseline, measured.baseline),
      ...compared("log p(target) with the interventions", expected.changed, measured.changed),
      ...neuronRows(expected, measured),
    ],
    others,
    blame,
  );

/** The verdict on numbers of any kind; see `verify`. */
export function verdictOf(rows: readonly CheckedNumber[], others: readonly Discrepancy[], blame = ""): Verification {
  const sums = rows.filter(({ unit }) => isSum(unit));
  const differences = sums.map((row) => Math.abs(row.difference));
  const largestDifference = Math.max(0, ...differences.filter((difference) => !Number.isNaN(difference)));
  const missing = rows.filter((row) => Number.isNaN(row.difference));
  const unequal = rows.filter(({ unit, difference }) => !isSum(unit) && Math.abs(difference) > TOLERANCES[unit]);
  const unit = sumUnit(rows);
  const closest = closeness(rows);
  const far = closest && closest.share > 1 ? closest.row : undefined;
  const found = { largestDifference, isFar: far !== undefined, rows };
  if (rows.length === 0) {
    return { ...found, verdict: "nothing claimed", reason: "The link carries no numbers to check." };
  }
  if (unequal.length > 0 || far || missing.some(({ isMissing }) => !isMissing)) {
    return { ...found, verdict: "differs", reason: differing({ missing, unequal, far, unit }, others, blame) };
  }
  const there = rows.filter((row) => !missing.includes(row));
  const reason = [
    agreeing(
      there,
      there.filter(({ unit: of }) => isSum(of)),
      unit,
    ),
    missing.length > 0 && notMeasured(missing),
    others.length > 0 && `It is no reproduction: ${sentencesOf(others)}`,
  ]
    .filter((sentence) => sentence !== false && sentence !== "")
    .join(" ");
  const isOfOther = there.length > 0 && others.some(({ kind }) => kind !== "unread");
  const isWhole = missing.length === 0 && others.length === 0;
  return { ...found, verdict: isOfOther ? "agrees" : isWhole ? "reproduced" : "partly", reason };
}

/** How closely numbers of float32 sums were reproduced: the one that takes most of what it is allowed. */
export interface Closeness {
  readonly row: CheckedNumber;
  /** Its tolerance, in its unit. */
  readonly allowed: number;
  /** |difference| / allowed; above 1 the number differs. */
  readonly share: number;
}

/** Undefined where nothing was measured that float32 sums give. */
export function closeness(rows: readonly CheckedNumber[]): Closeness | undefined {
  return rows
    .filter(({ unit, difference }) => isSum(unit) && !Number.isNaN(difference))
    .map((row) => ({ row, allowed: toleranceOf(row), share: Math.abs(row.difference) / toleranceOf(row) }))
    .sort((a, b) => b.share - a.share)[0];
}

const isSum = (unit: CheckedNumber["unit"]): unit is SumUnit => unit in OF_SUMS;

/** What stands behind a difference of these numbers, which have one unit; undefined where none of them is of float32 sums. */
export function sumUnit(rows: readonly CheckedNumber[]): string | undefined {
  const unit = rows.map((row) => row.unit).find(isSum);
  return unit && OF_SUMS[unit];
}

const namesOf = (rows: readonly CheckedNumber[]) => rows.map((row) => row.name).join(", ");

function agreeing(rows: readonly CheckedNumber[], sums: readonly CheckedNumber[], unit = ""): string {
  const shares = rows.filter((row) => row.unit === "cases");
  const same = rows.filter((row) => row.unit === "none");
  return [
    sums.length > 0 &&
      `${lying(sums.length)} within ${formatNats(Math.max(...sums.map(toleranceOf)))}${unit} of the link's.`,
    shares.length > 0 && `Within ${ROUNDING_OF_SHARES} of the link's: ${namesOf(shares)}.`,
    same.length > 0 && `The same as in the link: ${namesOf(same)}.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(" ");
}

function lying(count: number): string {
  if (count === 1) return "The number lies";
  return count === 2 ? "Both numbers lie" : `All ${count} numbers lie`;
}

/** One number, if it is claimed. */
export const compared = (
  name: string,
  expected: number | undefined,
  measured: number | undefined,
  unit: CheckedNumber["unit"] = "nats",
): CheckedNumber[] => {
  if (expected === undefined) return [];
  if (measured === undefined)
    return [{ name, unit, expected, measured: Number.NaN, difference: Number.NaN, isMissing: true }];
  return [{ name, unit, expected, measured, difference: measured - expected }];
};

/** Numbers that there are none of here, with the reason; see `CheckedNumber.lacks`. */
export const lacking = (rows: readonly CheckedNumber[], lacks: string): CheckedNumber[] =>
  rows.map((row) => ({ ...row, lacks }));

function neuronRows(expected: Claims, measured: Claims): CheckedNumber[] {
  const changes = new Map(measured.neurons?.map(({ at, change }) => [formatNeuron(at), change]));
  return (expected.neurons ?? []).flatMap(({ at, change }) =>
    compared(`change of ${formatNeuron(at)}`, change, changes.get(formatNeuron(at))),
  );
}

interface Differing {
  readonly missing: readonly CheckedNumber[];
  /** Counts and shares that are not the same. */
  readonly unequal: readonly CheckedNumber[];
  /** The sum that is farthest beyond its tolerance. */
  readonly far: CheckedNumber | undefined;
  /** As it is written behind a number. */
  readonly unit: string | undefined;
}

function differing(
  { missing, unequal, far, unit = "" }: Differing,
  others: readonly Discrepancy[],
  blame: string,
): string {
  const isMeasured = far !== undefined || unequal.length > 0;
  return [
    far &&
      `The largest difference is ${inUnit(formatNats(Math.abs(far.difference)), unit)}; ${formatNats(toleranceOf(far))} are allowed.`,
    ...unequal.map(({ name, expected, measured }) => `In the link ${name}: ${expected}; here: ${measured}.`),
    missing.length > 0 && notMeasured(missing),
    cause(isMeasured, others),
    // another content or precision is reason enough, and nobody's fault
    isMeasured && others.length === 0 && blame !== "" && blame,
  ]
    .filter((sentence) => sentence !== false && sentence !== undefined)
    .join(" ");
}

/** What was looked for in vain, which speaks against the claim, before what nobody asked the run for. */
const notMeasured = (missing: readonly CheckedNumber[]) =>
  [
    without(
      "Not found here",
      missing.filter(({ isMissing }) => !isMissing),
    ),
    without(
      "Not measured here",
      missing.filter(({ isMissing }) => isMissing),
    ),
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");

const without = (what: string, rows: readonly CheckedNumber[]) =>
  rows.length === 0
    ? ""
    : `${what}: ${rows.map(({ name, lacks }) => (lacks === undefined ? name : `${name} (${lacks})`)).join(", ")}.`;

/** @param isMeasured whether a number differs that was measured: one that is missing has no cause of its own in the same circumstances */
function cause(isMeasured: boolean, others: readonly Discrepancy[]): string | undefined {
  const [first] = others;
  if (first?.kind === "precision" && others.length === 1) return `Quantisation may explain it: ${first.sentence}.`;
  if (first) return `That may explain it: ${sentencesOf(others)}`;
  return isMeasured
    ? "Rounding does not explain it: the model, the method or a machine’s arithmetic differs, or the link was altered or mistyped."
    : undefined;
}

const sentencesOf = (others: readonly Discrepancy[]) => `${others.map(({ sentence }) => sentence).join("; ")}.`;

const formatNats = (nats: number) => String(Number(nats.toPrecision(2)));
