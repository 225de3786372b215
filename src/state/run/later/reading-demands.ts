import type { ReadingSettings } from "../../link/finding.ts";
import { changesOf, variantOf } from "../../question.ts";
import type { Question } from "../../question.ts";
import { following } from "../../requests/requests.ts";
import { changesKey, keyOf, subjectOf, variantKey } from "../demand.ts";
import type { CleanRun, Demands, Moment } from "../demand.ts";
import type { ResultKind } from "../results.ts";
import { sweepRun } from "../sweep-run.ts";

/** Positions of the lens that a page has room for: the last ones. */
export const LENS_POSITIONS = 16;
/** The seed of the head scores: a page that draws others has no link for them. */
export const SCORES_SEED = 1;

/** Which slot has what a look shows. */
export const SLOT_OF = {
  effect: "sweepAblated",
  direct: "direct",
  scores: "scores",
  lens: "lens",
} as const satisfies Record<ReadingSettings["look"], ResultKind>;

const runKey = (now: Question, target: number) => [now.prompt, target, changesKey(now), ...variantKey(now)];

/** The question that a look asks, beside the sweep; undefined where it asks none. */
export function readingKey(now: Question, reading: ReadingSettings, target: number): string | undefined {
  switch (reading.look) {
    case "effect":
      return reading.isUnder ? underKey(now, target) : undefined;
    case "direct":
      return keyOf(...runKey(now, target), againstOf(reading, target), reading.layer);
    case "scores":
      return keyOf("scores", SCORES_SEED, ...variantKey(now));
    case "lens":
      return keyOf(...runKey(now, target), reading.norm);
    default:
      throw new Error(`reading: unknown look ${String(reading.look satisfies never)}`);
  }
}

/** The key of the sweep with what is ablated staying ablated; undefined where nothing is. */
const underKey = (now: Question, target: number) =>
  now.interventions.length > 0 ? keyOf("under", ...runKey(now, target)) : undefined;

/** What is counted against, where it is another token. */
export const againstOf = ({ against }: Pick<ReadingSettings, "against">, target: number) =>
  against === target ? undefined : against;

/** What the tab of heads asks beside the sweep of the model as it is. */
export function readingDemands(now: Moment, reading: ReadingSettings, clean: CleanRun): Demands {
  const { prompt, interventions, info } = now;
  const { id: target } = clean.target;
  const about = () => subjectOf(now, clean, { interventions });
  const asked = { target, ...changesOf(now), ...variantOf(now) };
  const under = underKey(now, target);
  // what stands beside an effect is of the same run
  const isBeside =
    reading.look === "direct" || reading.look === "scores" || (reading.look === "effect" && reading.isUnder);
  const beside: Demands =
    under !== undefined && isBeside ? { sweepAblated: { key: under, about, run: sweepRun(prompt, info, asked) } } : {};
  const key = readingKey(now, reading, target);
  if (key === undefined) return beside;
  switch (reading.look) {
    case "effect":
      return beside;
    case "direct": {
      const against = againstOf(reading, target);
      const layer = reading.layer !== undefined && reading.layer < info.layers ? reading.layer : undefined;
      const options = { ...asked, ...(against !== undefined && { against }), ...(layer !== undefined && { layer }) };
      return {
        ...beside,
        direct: { key, about, run: (engine, reports) => engine.directLogits(prompt, options, following(reports)) },
      };
    }
    case "scores": {
      // no prompt has a part in them
      const ofModel = () => ({ ...subjectOf(now, { tokens: [], target: undefined }), prompt: "", target: undefined });
      return {
        ...beside,
        scores: {
          key,
          about: ofModel,
          run: (engine, reports) => engine.headScores({ seed: SCORES_SEED, ...variantOf(now) }, following(reports)),
        },
      };
    }
    case "lens":
      return {
        lens: {
          key,
          about,
          run: (engine, reports) =>
            engine.logitLens(prompt, { ...asked, norm: reading.norm, last: LENS_POSITIONS }, following(reports)),
        },
      };
    default:
      throw new Error(`reading: unknown look ${String(reading.look satisfies never)}`);
  }
}
