import { formatHead } from "#model/ids.ts";
import { headEffects, isWhole } from "../../effects.ts";
import { headsApart } from "../../run/heads-apart.ts";
import { adapter, isAttached } from "../../model/adapter.ts";
import { model } from "../../model/model.ts";
import { question } from "../../question.ts";
import type { Question } from "../../question.ts";
import { sweepKey } from "../../run/demands.ts";
import { besideKey } from "../../run/later/beside-demands.ts";
import { readingKey } from "../../run/later/reading-demands.ts";
import { kindIn } from "../../run/results.ts";
import type { HeadSweep, Slots } from "../../run/results.ts";
import { interventionsKey, isSameRun, isSameSource, isSameSubject } from "../../subject.ts";
import type { Subject } from "../../subject.ts";
import { view } from "../../view.ts";
import { standingOf } from "../checking/answering.ts";
import { isOfTheSameModel } from "../checking/asks-the-same.ts";
import { isSameQuestion } from "../checking/same-question.ts";
import { compared, lacking, verdictOf } from "../checking/verification.ts";
import type { Verification } from "../checking/verification.ts";
import type { Finding, NamedNumber, ReadingSettings } from "../finding.ts";
import { readNamedNumber } from "../link-values.ts";

/** Heads whose effects in both maps a link claims. */
const CLAIMED = 3;

/** log p of the second run's answer. */
const BASELINE = "baseline";
/** In front of a head's name: its effect in the second map. */
const OTHER = "other-";
const NAME = /^(?:baseline|(?:other-)?L\d+H\d+)$/;

/** Two maps of heads, the page's own and the one beside it. */
interface Maps {
  readonly own: HeadSweep;
  readonly other: HeadSweep;
}

/**
 * The numbers that tell most of two maps beside each other, for whoever opens the link to check: log p of the second run's answer, and both effects of
 * the three heads that differ most. Nothing of maps that are not whole.
 */
export function mapClaims({ own, other }: Maps): NamedNumber[] {
  if (!isWhole(own) || !isWhole(other)) return [];
  const heads = headsApart(headEffects(own), headEffects(other)).slice(0, CLAIMED);
  return [
    { name: BASELINE, value: other.baseline },
    ...heads.flatMap(({ at, here, there }) => [
      { name: formatHead(at), value: here },
      { name: OTHER + formatHead(at), value: there },
    ]),
  ];
}

/** Every number that a link can claim of them. */
const mapNumbers = ({ own, other }: Maps): ReadonlyMap<string, number> =>
  new Map([[BASELINE, other.baseline], ...named(own, ""), ...named(other, OTHER)]);

const named = (sweep: HeadSweep, which: string) =>
  headEffects(sweep).flatMap((row, layer) =>
    row.map((effect, head) => [which + formatHead({ layer, head }), effect] as const),
  );

/** Which slot has the page's own map. */
const ownKind = ({ isUnder }: Pick<ReadingSettings, "isUnder">, { interventions }: Pick<Question, "interventions">) =>
  kindIn("sweep", isUnder && interventions.length > 0);

/** Both maps, whole, computed here for exactly this question and this look. */
function measuredMaps(slots: Slots, now: Question, reading: ReadingSettings): Maps | undefined {
  const target = slots.prediction.value?.target.id;
  if (target === undefined || reading.look !== "effect") return undefined;
  const kind = ownKind(reading, now);
  const { [kind]: own, otherSweep: other } = slots;
  const ownKey = kind === "sweep" ? sweepKey(now, target) : readingKey(now, reading, target);
  const otherKey = besideKey({ ...now, hasAdapter: isAttached(adapter.getState()) }, reading, target);
  const isAnswered =
    own.status === "done" && own.answers === ownKey && other.status === "done" && other.answers === otherKey;
  if (!isAnswered || own.isRecorded || !own.value || !other.value) return undefined;
  return own.about && other.about && areOfOneQuestion(own.about, other.about)
    ? { own: own.value, other: other.value }
    : undefined;
}

/**
 * Whether both maps are of the same model, ran alike, with the same ablation source and the same parts ablated; which prompt and variant each is of
 * is what tells them apart. After the same prompt the second is about the first one's token, after another about that prompt's own answer. One
 * that was recorded goes by its question alone.
 */
export function areOfOneQuestion(own: Subject, other: Subject): boolean {
  const { prompt, target, variant } = own;
  const model = own.model.recordedBy === undefined ? other.model : own.model;
  return (
    isSameRun(own, { ...other, model, prompt, target, variant }) &&
    isSameSource(own, other) &&
    interventionsKey(own.interventions) === interventionsKey(other.interventions) &&
    other.target === (other.prompt === prompt ? own.token?.id : undefined)
  );
}

/** What a link to the two maps claims, once both were computed here. */
export function mapsMeasured(
  slots: Slots,
  now: Question,
  reading: ReadingSettings,
): readonly NamedNumber[] | undefined {
  const maps = measuredMaps(slots, now, reading);
  return maps && mapClaims(maps);
}

/**
 * The claims of the maps that are shown, where the page's own is of this run, also in what stands in for a head: the answer is asked without it
 * while nothing is ablated.
 */
export function mapClaimsAbout(
  shown: Subject,
  slots: Slots,
  { look, isUnder, other, otherVariant }: ReadingSettings,
): readonly NamedNumber[] {
  const own = slots[ownKind({ isUnder }, shown)];
  const { value, about } = slots.otherSweep;
  if (look !== "effect" || !own.value || !own.about || own.isRecorded) return [];
  const isOwn = (isUnder ? isSameSubject : isSameRun)(own.about, shown) && isSameSource(own.about, shown);
  const isLinked =
    about !== undefined &&
    areOfOneQuestion(own.about, about) &&
    about.prompt === (other || shown.prompt) &&
    about.variant === (otherVariant ?? shown.variant);
  return isOwn && isLinked && value ? mapClaims({ own: own.value, other: value }) : [];
}

export function readMapClaim(text: string): NamedNumber | string {
  const claim = readNamedNumber(text);
  return typeof claim !== "string" && NAME.test(claim.name)
    ? claim
    : "it needs to be baseline, a head of the first map or one of the second, with its number, as L0H7:0.42 or other-L0H7:7.9";
}

/** What a claim is about, in words. */
export function aboutMap(name: string): string {
  if (name === BASELINE) return "log p(answer) of the second run";
  return name.startsWith(OTHER)
    ? `effect of ${name.slice(OTHER.length)} in the second map`
    : `effect of ${name} in the first map`;
}

interface Looked {
  readonly now: Question;
  readonly reading: ReadingSettings;
}

/** What the page's own two maps say to the claims of a link; undefined while there are none that answer them. */
export function checkMaps(finding: Finding, slots: Slots, { now, reading }: Looked): Verification | undefined {
  const maps = measuredMaps(slots, now, reading);
  const { about } = slots[ownKind(reading, now)];
  if (!maps || !about) return undefined;
  // with an adapter in either of them it counts which one it is
  const isAdapted = slots.otherSweep.about?.variant === "adapted" && about.variant === "base";
  const as = isAdapted ? ({ variant: "adapted" } as const) : {};
  const standing = standingOf(
    { ...finding, ...as },
    { provenance: "computed here", about: { ...about, ...as }, asked: { kind: "maps", reading } },
  );
  if (standing.kind !== "checks") return undefined;
  const numbers = mapNumbers(maps);
  const rows = (finding.expected.maps ?? []).flatMap(({ name, value }) =>
    numbers.has(name)
      ? compared(aboutMap(name), value, numbers.get(name))
      : // both maps are whole: what neither has the model lacks
        lacking(compared(aboutMap(name), value, undefined), "the model has no such head"),
  );
  return verdictOf(rows, standing.others, standing.blame);
}

/** Whether the page asks for the two maps that the finding is about. */
export const asksTheSameMaps = (finding: Finding): boolean =>
  isOfTheSameModel(finding, question.getState(), model.getState().choice?.id) &&
  isSameQuestion(finding, question.getState(), { kind: "maps", reading: view.getState().reading });
