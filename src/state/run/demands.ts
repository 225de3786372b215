import type { HeadSweep, Prediction } from "#protocol/engine.ts";
import { changesOf, ablationSourceOf, variantOf } from "../question.ts";
import type { Question } from "../question.ts";
import { following } from "../requests/requests.ts";
import { changesKey, keyOf, ablationSourceKey, subjectOf, variantKey } from "./demand.ts";
import type { Demand, Demands, Moment } from "./demand.ts";
import { isFramed } from "../serving/embedded.ts";
import { laterDoor } from "./later-door.ts";
import { sweepRun } from "./sweep-run.ts";

/** Ranks that the prediction panel can show. */
const TOP_TOKENS = 50;
/** Tokens of each end of the prompt in the strip: one of a million tokens would hold the page up for minutes. */
const STRIP_TOKENS = 128;

/**
 * Everything that the page wants to know now; the first look's is here, what else can be looked at is behind a door. What builds on the clean
 * run waits for it, so that a prompt which the model refuses is refused once.
 */
export function demands(now: Moment): Demands {
  const { prompt, slots } = now;
  if (prompt === "") return {};
  const prediction = predictionDemand(now);
  const base: Demands = {
    tokens: {
      key: keyOf(prompt),
      about: ({ first }) => subjectOf(now, { tokens: first, target: undefined }),
      run: (engine, { signal }) => engine.tokenEnds(prompt, { most: STRIP_TOKENS }, { signal }),
    },
    prediction,
  };
  const clean = slots.prediction;
  if (clean.status !== "done" || clean.answers !== prediction.key || !clean.value) return base;
  const run = clean.value;
  return {
    ...base,
    ...(isSweepNeeded(now) && { sweep: sweepDemand(now, run) }),
    ...(now.interventions.length > 0 && { predictionAblated: predictionDemand(now, run) }),
    ...laterDoor.getState().demands?.(now, run),
  };
}

/** Whether the map of heads is asked for: by the page always, by a frame as far as its one figure needs it. */
function isSweepNeeded({ tab, reading, interventions }: Moment): boolean {
  if (!isFramed()) return true;
  if (tab !== "heads" || !reading || reading.look === "lens") return false;
  // other looks, and the map that is asked for under what is ablated, have a sweep of their own then
  return interventions.length === 0 || (reading.look === "effect" && !reading.isUnder);
}

/** @param target of the clean run, chosen or its own; left out: of the clean run itself, in which nothing is ablated */
export const predictionKey = (question: Question, target?: number) =>
  target === undefined
    ? keyOf(question.prompt, question.target, ...variantKey(question))
    : keyOf(question.prompt, target, changesKey(question), ...variantKey(question));

export const sweepKey = (question: Question, target: number) =>
  keyOf(question.prompt, target, ...ablationSourceKey(question), ...variantKey(question));

/**
 * The clean run, or with the interventions in place the run about its target: this one has the clean run beside it, each with the other's first tokens.
 *
 * @param clean left out: that is what is asked
 */
function predictionDemand(now: Moment, clean?: Prediction): Demand<Prediction> {
  const target = clean ? clean.target.id : now.target;
  const options = {
    top: TOP_TOKENS,
    ...(target !== undefined && { target }),
    ...(clean && changesOf(now)),
    ...variantOf(now),
  };
  return {
    key: predictionKey(now, clean?.target.id),
    about: (answer) => (clean ? subjectOf(now, clean, { interventions: now.interventions }) : subjectOf(now, answer)),
    run: (engine, reports) => engine.predict(now.prompt, options, following(reports)),
  };
}

/** The sweep of the model as it is: what is ablated has no part in it, whatever stands in for what is ablated. */
function sweepDemand(now: Moment, clean: Prediction): Demand<HeadSweep> {
  const { prompt, info } = now;
  const { id: target } = clean.target;
  return {
    key: sweepKey(now, target),
    about: () => subjectOf(now, clean),
    run: sweepRun(prompt, info, { target, ...ablationSourceOf(now), ...variantOf(now) }),
  };
}
