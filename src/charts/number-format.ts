import { format } from "d3-format";

/** Between a number and its unit; does not break. */
const THIN_SPACE = "\u202f";

const oneDecimal = format(".1f");
const twoDecimals = format(".2f");
const threeFigures = format(".3r");
const prefixed = format(".3~s");
const noDecimals = format(".0f");
const exponent = format(".0e");

/** The least share that is written in full: a smaller one would look like 0. */
export const LEAST_PERCENT = 5e-4;

/** `94.2 %`, `< 0.1 %` for what is more than nothing and would be rounded to it, and `·` where there is no number. */
export function percent(share: number): string {
  if (Number.isNaN(share)) return "·";
  if (share === 0 || Math.abs(share) >= LEAST_PERCENT) {
    return `${oneDecimal(share * 100)}${THIN_SPACE}%`;
  }
  return `${share > 0 ? "<" : ">"}${THIN_SPACE}${oneDecimal(Math.sign(share) / 10)}${THIN_SPACE}%`;
}

/** Below this share, where one decimal writes two alike, figures are to tell them apart. */
const LITTLE = 0.01;

/** Two shares that stand beside each other: `0.0123 %` and `0.0456 %` where `percent` would write both as `< 0.1 %`. */
export function percents(a: number, b: number): readonly [string, string] {
  const write = percent(a) === percent(b) && a !== b && a < LITTLE ? figuresOfPercent : percent;
  return [write(a), write(b)];
}

/** A share in percent, with an exponent where there would be many zeros. */
const figuresOfPercent = (share: number) => `${(share * 100).toPrecision(3).replace("-", "−")}${THIN_SPACE}%`;

/** `94.2`, where the unit stands elsewhere. */
export const perHundred = (share: number) => oneDecimal(share * 100);

/** `5`, and `0.5` where it would be rounded to nothing: as little as a tick has room for. */
export const shortPerHundred = (share: number) => (share > 0 && share < LITTLE ? oneDecimal : noDecimals)(share * 100);

/** `94 %` */
export const wholePercent = (share: number) => `${noDecimals(share * 100)}${THIN_SPACE}%`;

/** Log-probabilities and what is measured against them: two decimals, a true minus, `·` where there is no number yet. */
export const nats = (value: number) => (Number.isNaN(value) ? "·" : twoDecimals(value));

/** Nats with their sign: a plus before what is above 0. */
export const signedNats = (value: number) => (value > 0 && nats(value) !== "0.00" ? `+${nats(value)}` : nats(value));

/** Three significant figures: activations, logits, increases. */
export function figures(value: number): string {
  if (Number.isNaN(value)) return "·";
  return Math.abs(value) < 1e-12 ? "0" : threeFigures(value);
}

/** A number in at most five characters, for a cell of a map: `14.8`, `−0.02`, `1e+5`. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 9999.5) return exponent(value);
  return (size >= 99.95 ? noDecimals : size >= 9.995 ? oneDecimal : twoDecimals)(value);
}

/** `1.2 B`, `3.2 M`, `13 k`: a billion is no giga of anything. */
export function countOf(value: number): string {
  const [, digits = "", unit = ""] = /^([\d.,−]+)(\D*)$/.exec(prefixed(value).replace("G", "B")) ?? [];
  return unit ? `${digits}${THIN_SPACE}${unit}` : digits;
}

/** `12.9 MB` */
export const megabytes = (bytes: number) => `${oneDecimal(bytes / 1e6)}${THIN_SPACE}MB`;

/** `28 MB`, `820 MB`, `4.4 GB`: as much as an estimate knows. */
export const roughly = (bytes: number) =>
  bytes >= 999.5e6 ? `${oneDecimal(bytes / 1e9)}${THIN_SPACE}GB` : `${noDecimals(bytes / 1e6)}${THIN_SPACE}MB`;

/** `640 B`, `1.0 kB`, `431 kB`, `12.9 MB` */
export function bytesOf(bytes: number): string {
  if (bytes >= 999_500) return megabytes(bytes);
  if (bytes >= 9_950) return `${Math.round(bytes / 1e3)}${THIN_SPACE}kB`;
  return bytes >= 999.5 ? `${oneDecimal(bytes / 1e3)}${THIN_SPACE}kB` : `${Math.round(bytes)}${THIN_SPACE}B`;
}

/** `4 s`, `2 min`, `3.6 h`, `81 days` */
export function duration(ms: number): string {
  const hours = ms / 3_600_000;
  if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1_000))}${THIN_SPACE}s`;
  if (hours < 2) return `${Math.round(ms / 60_000)}${THIN_SPACE}min`;
  return hours < 48 ? `${oneDecimal(hours)}${THIN_SPACE}h` : `${Math.round(hours / 24)}${THIN_SPACE}days`;
}
