import type { HeadSweep, Prediction } from "#protocol/engine.ts";
import { changesOf, ablationSourceOf, variantOf } from "../question.ts";
import type { Question } from "../question.ts";
import { changesKey, following, keyOf, ablationSourceKey, subjectOf, variantKey } from "./demand.ts";
import type { Demand, Demands, Moment } from "./demand.ts";
import { laterDoor } from "./later-door.ts";
import type { Results } from "./results.ts";
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
  const before = beforeDemand(now);
  const base: Demands = {
    tokens: {
      key: keyOf(prompt),
      about: ({ first }) => subjectOf(now, { tokens: first, target: undefined }),
      run: (engine, { signal }) => engine.tokenEnds(prompt, { most: STRIP_TOKENS }, { signal }),
    },
    before,
  };
  const clean = slots.before;
  if (clean.status !== "done" || clean.answers !== before.key || !clean.value) return base;
  const run = clean.value;
  return {
    ...base,
    sweep: sweepDemand(now, run),
    ...(now.interventions.length > 0 && { after: afterDemand(now, run) }),
    ...laterDoor.getState().demands?.(now, run),
  };
}

export const beforeKey = (question: Question) => keyOf(question.prompt, question.target, ...variantKey(question));

/** @param target of the clean run, chosen or its own */
export const afterKey = (question: Question, target: number) =>
  keyOf(question.prompt, target, changesKey(question), ...variantKey(question));

function beforeDemand(now: Moment): Demand<Results["before"]> {
  const { prompt, target } = now;
  return {
    key: beforeKey(now),
    about: (answer) => subjectOf(now, answer),
    run: (engine, reports) =>
      engine.predict(
        prompt,
        { top: TOP_TOKENS, ...(target !== undefined && { target }), ...variantOf(now) },
        following(reports),
      ),
  };
}

/** The run with interventions, and the clean one beside it: each has the other's first tokens. */
function afterDemand(now: Moment, clean: Prediction): Demand<Results["after"]> {
  const { prompt } = now;
  const { id: target } = clean.target;
  return {
    key: afterKey(now, target),
    about: () => subjectOf(now, clean, { interventions: now.interventions }),
    run: (engine, reports) =>
      engine.predict(prompt, { top: TOP_TOKENS, target, ...changesOf(now), ...variantOf(now) }, following(reports)),
  };
}

/** The sweep of the model as it is: what is ablated has no part in it, whatever stands in for what is ablated. */
function sweepDemand(now: Moment, clean: Prediction): Demand<HeadSweep> {
  const { prompt, info } = now;
  const { id: target } = clean.target;
  return {
    key: keyOf(prompt, target, ...ablationSourceKey(now), ...variantKey(now)),
    about: () => subjectOf(now, clean),
    run: sweepRun(prompt, info, { target, ...ablationSourceOf(now), ...variantOf(now) }),
  };
}
