import { formatHead } from "#model/ids.ts";
import { headEffects } from "../../effects.ts";
import type { DirectLogits, LogitLens, Slots } from "../../run/results.ts";
import { SLOT_OF, readingKey } from "../../run/later/reading-demands.ts";
import type { Question } from "../../question.ts";
import { DEFAULT_READING } from "../finding.ts";
import type { Look, NamedNumber, ReadingSettings } from "../finding.ts";
import type { Discrepancy } from "../checking/circumstances.ts";
import { readNamedNumber } from "../link-values.ts";
import { compared, verdictOf } from "../checking/verification.ts";
import type { Verification } from "../checking/verification.ts";

/** Numbers that a link claims of one look. */
const CLAIMED = 3;

/** `total`, the embedding, biases, a head, a layer's FFN, or what stands behind a layer. */
const NAME = /^(?:total|E|bias|L\d+(?:H\d+|F)?)$/;

/** What is not as it begins; undefined where everything is. */
export function changedReading(reading: ReadingSettings): Partial<ReadingSettings> | undefined {
  const changed = Object.entries(reading).filter(
    ([name, value]) => DEFAULT_READING[name as keyof ReadingSettings] !== value,
  );
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

export const isSameReading = (a: ReadingSettings, b: ReadingSettings): boolean =>
  a.look === b.look &&
  a.isUnder === b.isUnder &&
  a.norm === b.norm &&
  a.against === b.against &&
  a.layer === b.layer &&
  a.score === b.score;

/** The whole answer to what this look asks of this question, computed here; every number of it by its name. */
export function measuredReading(
  slots: Slots,
  now: Question,
  reading: ReadingSettings,
): ReadonlyMap<string, number> | undefined {
  const target = slots.prediction.value?.target.id;
  if (target === undefined) return undefined;
  const key = readingKey(now, reading, target);
  const slot = slots[SLOT_OF[reading.look]];
  if (key === undefined || slot.status !== "done" || slot.answers !== key || slot.isRecorded) return undefined;
  return readingNumbers(slots, reading);
}

/** Every number of what a look shows, by its name, whatever it is about. */
export function readingNumbers(
  { sweepAblated, direct, scores, lens }: Pick<Slots, "sweepAblated" | "direct" | "scores" | "lens">,
  { look, score }: Pick<ReadingSettings, "look" | "score">,
): ReadonlyMap<string, number> | undefined {
  switch (look) {
    case "effect":
      return sweepAblated.value && headNumbers(headEffects(sweepAblated.value));
    case "direct":
      return direct.value && ofDirect(direct.value);
    case "scores":
      return scores.value && headNumbers(scores.value.scores[score]?.score ?? []);
    case "lens":
      return lens.value && ofLens(lens.value);
    default:
      throw new Error(`reading: unknown look ${String(look satisfies never)}`);
  }
}

/**
 * The numbers that tell most of what is looked at: of heads the three largest; of direct effects the total and its three largest parts;
 * of the lens log p(target) at the last position behind the three layers that raise or lower it most.
 */
export function readingClaims(numbers: ReadonlyMap<string, number>, { look }: ReadingSettings): NamedNumber[] {
  const all = Array.from(numbers, ([name, value]) => ({ name, value }));
  const isTotal = ({ name }: NamedNumber) => name === "total";
  const weights =
    look === "lens"
      ? all.map(({ value }, index) => Math.abs(value - (all[index - 1]?.value ?? value)))
      : all.map(({ value }) => Math.abs(value));
  const strongest = Array.from(all.keys())
    .filter((index) => !isTotal(all[index]!) && Number.isFinite(all[index]!.value))
    .sort((a, b) => weights[b]! - weights[a]!)
    .slice(0, CLAIMED);
  return [...all.filter(isTotal), ...strongest.map((index) => all[index]!)];
}

/** Heads by their names. */
export const headNumbers = (rows: readonly (readonly number[])[]): ReadonlyMap<string, number> =>
  new Map(rows.flatMap((row, layer) => row.map((value, head) => [formatHead({ layer, head }), value] as const)));

const ofDirect = ({ total, embedding, heads, ffn, bias }: DirectLogits): ReadonlyMap<string, number> =>
  new Map([
    ["total", total],
    ["E", embedding],
    ...headNumbers(heads),
    ...ffn.map((value, layer) => [`L${layer}F`, value] as const),
    ["bias", bias],
  ]);

const ofLens = ({ layers }: LogitLens): ReadonlyMap<string, number> =>
  new Map(
    layers.map(({ positions }, stage) => [stage === 0 ? "E" : `L${stage - 1}`, positions.at(-1)!.logProbability]),
  );

/** A claim as a link writes it. */
export function readReadingClaim(text: string): NamedNumber | string {
  const claim = readNamedNumber(text);
  return typeof claim !== "string" && NAME.test(claim.name)
    ? claim
    : "it needs to be total, E, bias, a layer, its FFN or a head, with its number, as L5F:3.9371";
}

/** What a claimed number is, in words. */
export function aboutReading(name: string, { look }: ReadingSettings): string {
  const part = name === "E" ? "the embedding" : name.replace(/^(L\d+)F$/, "FFN $1");
  switch (look) {
    case "effect":
      return `effect of ${part}`;
    case "direct":
      return name === "total" ? "the logit" : `direct effect of ${part}`;
    case "scores":
      return `score of ${part}`;
    case "lens":
      return `log p behind ${part}`;
    default:
      throw new Error(`reading: unknown look ${String(look satisfies never)}`);
  }
}

const UNITS = { effect: "nats", direct: "logits", scores: "share", lens: "nats" } as const satisfies Record<
  Look,
  string
>;

/** Holds what a link claims of a look against what was computed here, each number with the tolerance of its unit. */
export const verifyReading = (
  claimed: readonly NamedNumber[],
  numbers: ReadonlyMap<string, number>,
  reading: ReadingSettings,
  { others, blame }: { readonly others: readonly Discrepancy[]; readonly blame: string },
): Verification =>
  verdictOf(
    claimed.flatMap(({ name, value }) =>
      compared(aboutReading(name, reading), value, numbers.get(name), UNITS[reading.look]),
    ),
    others,
    blame,
  );
