import { divergingScale, symmetricLimit } from "#charts/colour.ts";
import type { DivergingScale } from "#charts/colour.ts";
import { legend } from "#charts/legend.ts";
import type { Legend } from "#charts/legend.ts";
import type { GridNames } from "#charts/maps/grid-map.ts";
import { likelierThanOther } from "#charts/factor.ts";
import { figures, nats, percent, short } from "#charts/number-format.ts";
import type { PatchMap, PatchMetric, PatchSite } from "#protocol/patching.ts";
import type { NamedNumber, PatchForm } from "#state/link/finding.ts";
import { aboutPatch, neuronsIn, strongestCells } from "#state/link/patch/patch-claims.ts";
import type { PatchCell } from "#state/link/patch/patch-claims.ts";
import type { DrawnPatch } from "#state/lab/tools.ts";
import { tokenText } from "../shared/words/token-text.ts";

export const SITE_NAMES = {
  resid_pre: "residual before a layer",
  resid_mid: "residual between attention and FFN",
  resid_post: "residual behind a layer",
  attn_out: "attention output",
  mlp_out: "FFN output",
  z: "heads",
  post: "single neurons",
} satisfies Record<PatchSite, string>;

export const METRIC_NAMES = {
  logitDifference: "logit difference",
  logProbability: "log-probability",
  probability: "probability",
} satisfies Record<PatchMetric, string>;

export const METRIC_UNITS = {
  logitDifference: "logits",
  logProbability: "nats",
  probability: "probability, 0 to 1",
} satisfies Record<PatchMetric, string>;

/** `logit(5) − logit(13)` */
export function metricText({ metric, answers }: Pick<PatchMap, "metric" | "answers">): string {
  const [right = "", wrong = ""] = answers.map(({ text }) => tokenText(text));
  if (metric === "logitDifference") return `logit(${right}) − logit(${wrong})`;
  return metric === "probability" ? `p(${right})` : `log p(${right})`;
}

/** What a patch that does nothing gives: 0 in the corrupted prompt's run, 1 in the clean one's. */
export const baseOf = ({ direction }: Pick<PatchMap, "direction">) => (direction === "denoise" ? 0 : 1);

/** A map in which nothing moves the answer stays pale. */
const LEAST_LIMIT = 0.2;

/** Colours by how far a value is from the run as it is, and their key with the values themselves. */
export function patchScale(map: PatchMap, isDark: boolean): { readonly scale: DivergingScale; readonly key: Legend } {
  const base = baseOf(map);
  const scale = divergingScale(
    symmetricLimit(
      map.values.flat().map((value) => value - base),
      LEAST_LIMIT,
    ),
    "linear",
    isDark,
  );
  return { scale, key: legend(scale, (value) => short(base + value)) };
}

/** Layers, or neurons; positions by the tokens of both prompts, or heads. */
export function gridNames(map: PatchMap, { neurons }: Pick<PatchForm, "neurons">): GridNames {
  const rows = map.site === "post" ? neuronsIn(neurons) : map.raw.map((_, layer) => `L${layer}`);
  if (map.site === "z") return { rows, columns: map.raw[0]!.map((_, head) => ({ label: `H${head}` })) };
  const { clean, corrupted } = map.tokens;
  const columns = clean.map(({ id, text }, position) => {
    const other = corrupted[position]!;
    return { label: tokenText(text), ...(other.id !== id && { other: tokenText(other.text) }) };
  });
  return { rows, columns };
}

/** `L2 at 4 (=)`, `L0H7`, `L4N425 at 3 (5 → 4)` */
export function placeText(map: PatchMap, { name, col }: Pick<PatchCell, "name" | "col">): string {
  if (map.site === "z") return name;
  const [clean, corrupted] = [map.tokens.clean[col]!, map.tokens.corrupted[col]!];
  const token =
    clean.id === corrupted.id ? tokenText(clean.text) : `${tokenText(clean.text)} → ${tokenText(corrupted.text)}`;
  return `${name.replace("P", " at ")} (${token})`;
}

/**
 * The metric without its unit: a difference of two logits is ln(p(right) / p(wrong)), and so is said as how many times as likely the one is; a
 * log-probability as the probability.
 */
export function plainMetric({ metric, answers }: Pick<PatchMap, "metric" | "answers">, value: number): string {
  const [right = "", wrong = ""] = answers.map(({ text }) => tokenText(text));
  if (metric !== "logitDifference") return `p(${right}) ${percent(metric === "probability" ? value : Math.exp(value))}`;
  return `${right} is ${likelierThanOther(value, wrong)}`;
}

/** What is measured where a person has not chosen it: of one answer there is no difference. */
export const metricOf = ({ metric, right, wrong }: Pick<PatchForm, "metric" | "right" | "wrong">): PatchMetric =>
  metric ?? (right !== "" && wrong === "" ? "logProbability" : "logitDifference");

/** What a link claims of the metric, before any run names the two answers. */
export function claimsText(metric: PatchMetric, claimed: readonly NamedNumber[], isPlain: boolean): string {
  const said = claimed.map(({ name, value }) => `${claimedMetric(metric, value, isPlain)} for ${aboutPatch(name)}`);
  return `The link says: ${isPlain ? PLAIN_METRICS[metric] : "the metric is"} ${said.join(", ")}.`;
}

const PLAIN_METRICS = {
  logitDifference: "the right answer is",
  logProbability: "the right answer has",
  probability: "the right answer has",
} satisfies Record<PatchMetric, string>;

function claimedMetric(metric: PatchMetric, value: number, isPlain: boolean): string {
  if (metric === "probability") return percent(value);
  if (!isPlain) return `${nats(value)} ${METRIC_UNITS[metric]}`;
  return metric === "logProbability" ? percent(Math.exp(value)) : likelierThanOther(value, "the wrong one");
}

const share = (value: number) => (Number.isNaN(value) ? "no scale" : nats(value));

/** A cell in words: its place, its value and the metric. */
export const cellText = (map: PatchMap, cell: PatchCell, isPlain = false): string =>
  `${placeText(map, cell)}: ${share(cell.value)}, ${isPlain ? plainMetric(map, cell.raw) : `${metricText(map)} ${figures(cell.raw)}`}`;

/** `0.98 of the way to`, `0.25 of the way away from` */
const wayText = (value: number) => `${nats(Math.abs(value))} of the way ${value < 0 ? "away from" : "to"}`;

/** What both prompts have of the metric, and which patch moves it most. */
export function patchSentence({ map, asked, prompt, isWhole }: DrawnPatch, isPlain = false): string {
  const ends = isPlain
    ? `After “${prompt}” ${plainMetric(map, map.clean)}, after “${asked.corrupted}” ${plainMetric(map, map.corrupted)}.`
    : `${metricText(map)} is ${figures(map.clean)} after “${prompt}” and ${figures(map.corrupted)} after “${asked.corrupted}”.`;
  if (map.clean === map.corrupted) return `${ends} There is nothing between them to measure by.`;
  const [first, ...others] = strongestCells(map, asked, Infinity);
  if (!first) return ends;
  const most = isWhole ? "most" : "most so far";
  const way =
    map.direction === "denoise"
      ? `Put into the corrupted prompt, ${placeText(map, first)} of the clean one moves it ${most}: ${wayText(first.value)} the clean answer.`
      : `Put into the clean prompt, ${placeText(map, first)} of the corrupted one moves it ${most}: ${nats(first.value)} of the clean answer is left.`;
  const alike = others.filter(({ value }) => nats(value) === nats(first.value)).length;
  const tie =
    alike === 0 ? "" : ` ${alike} other ${alike === 1 ? "patch comes" : "patches come"} to the same two decimals.`;
  return `${ends} ${way}${tie}`;
}
