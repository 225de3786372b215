import { grouped } from "#core/grouped.ts";
import { nats, percent, signedNats } from "./number-format.ts";

/**
 * How many times as probable a token is after its log-probability has moved by Δ nats: p′ / p = e^Δ, an identity and no estimate. Here it is
 * written as a factor of at least 1 with its direction: `×1.30` for Δ = 0.26, `÷1,960` for Δ = −7.58, `×1` where it would be rounded to that.
 * Δ = −∞ is p′ = 0 and written `÷∞`; Δ = ∞ is p = 0 and written `×∞`.
 *
 * @param change Δ, in nats
 */
export function factor(change: number): string {
  return Number.isNaN(change) ? "·" : signOf(change) + sizeOf(change);
}

/**
 * A factor in at most five characters, six from 10¹⁰⁰ on, for a cell of a map: `÷2.0k`, `×1.30`. From 10⁹ on it is the power of ten that is
 * nearest in the exponent, 10ⁿ from 10ⁿ / √10 up to 10ⁿ · √10: where a sentence says 3.5·10³²³, the cell says 10³²⁴, as √10 ≈ 3.16.
 */
export function shortFactor(change: number): string {
  if (Number.isNaN(change) || Math.abs(change) === Infinity) return factor(change);
  const size = Math.exp(Math.abs(change));
  if (size < 999.5) return factor(change);
  if (size >= 999.5e6) return `${signOf(change)}10${raised(Math.round(powerOf(change)))}`;
  const [unit, of] = size < 999.5e3 ? ["k", 1e3] : ["M", 1e6];
  return `${signOf(change)}${size / of < 9.95 ? (size / of).toFixed(1) : Math.round(size / of)}${unit}`;
}

/** The same in words: `1,960 times less likely`, `1.30 times more likely`, `as likely as before`; `impossible` where p′ = 0. */
export function likelier(change: number): string {
  return change === -Infinity ? "impossible" : likelierThan(change, "", "before");
}

/** The same of two answers, of whose log-probabilities Δ is the difference: `2.4 times more likely than 7`, `as likely as 7`. */
export const likelierThanOther = (change: number, other: string) => likelierThan(change, ` than ${other}`, other);

function likelierThan(change: number, than: string, same: string): string {
  if (Number.isNaN(change)) return "not known yet";
  if (isSame(change)) return `as likely as ${same}`;
  const size = Math.abs(change) === Infinity ? "infinitely" : `${sizeOf(change)} times`;
  return `${size} ${change < 0 ? "less" : "more"} likely${than}`;
}

/** What a number in nats is, which decides how it is said without them. */
export type InNats = keyof typeof NATS;

const NATS = { logProbability: nats, effect: nats, gain: nats, increase: signedNats };

/**
 * A number in nats as whoever did not ask for the researcher’s numbers reads it: a log-probability as the probability; an effect, which is what
 * log p loses without a part, as what then becomes of the probability; what is added to log p as what that makes of it.
 *
 * @param write of Δ, in nats
 */
function withoutNats(value: number, kind: InNats, write: (change: number) => string): string {
  if (kind === "logProbability") return percent(Math.exp(value));
  return write(kind === "effect" ? 0 - value : value);
}

/** A number in nats, or without them. */
export const inNats = (value: number, kind: InNats, isPlain: boolean) =>
  isPlain ? withoutNats(value, kind, factor) : NATS[kind](value);

/** The same in few characters, for a cell of a map or a plate of a chain. */
export const inNatsShort = (value: number, kind: InNats, isPlain: boolean) =>
  isPlain ? withoutNats(value, kind, shortFactor) : NATS[kind](value);

/** A number without nats where it stands alone: `1,960 times less likely`. */
export const inWords = (value: number, kind: InNats) => withoutNats(value, kind, likelier);

const isSame = (change: number) => Math.exp(Math.abs(change)) < LEAST_FACTOR;
/** Below it two decimals write 1.00. */
const LEAST_FACTOR = 1.005;

const signOf = (change: number) => (change < 0 && !isSame(change) ? "÷" : "×");

const powerOf = (change: number) => Math.abs(change) / Math.LN10;

/** e^|Δ| in two or three figures, what is too large to be read with a power of ten. */
function sizeOf(change: number): string {
  if (isSame(change)) return "1";
  if (Math.abs(change) === Infinity) return "∞";
  const size = Math.exp(Math.abs(change));
  if (size < 1.995) return size.toFixed(2);
  if (size < 9.95) return size.toFixed(1);
  if (size < 999.5) return String(Math.round(size));
  return size < LARGEST_WRITTEN ? grouped(Number(size.toPrecision(3))) : tenTo(change);
}

/** From here on nobody counts the zeros. */
const LARGEST_WRITTEN = 9.995e6;

/** Two figures and a power of ten, `1.5·10⁷`, `1.0·10⁹`; also past what a float64 holds. */
function tenTo(change: number): string {
  const power = Math.floor(powerOf(change));
  const tenths = Math.round(10 ** (powerOf(change) - power + 1));
  const [first, to] = tenths === 100 ? [10, power + 1] : [tenths, power];
  return `${(first / 10).toFixed(1)}·10${raised(to)}`;
}

const SUPERSCRIPTS = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"];
const raised = (power: number) => [...String(power)].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
