import { formatHead, formatNeuron } from "#model/ids.ts";
import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { HeadSweep, Prediction, ScoredAnswer } from "#protocol/engine.ts";
import { changesOf, partKey, ablationSourceOf, variantOf } from "../question.ts";
import type { Question, TypedAnswer } from "../question.ts";
import { chainDoor } from "./chain-door.ts";
import { changesKey, following, keyOf, ablationSourceKey, subjectOf, variantKey } from "./demand.ts";
import type { Demand, Demands, Moment } from "./demand.ts";
import { readingDemands } from "./reading-demands.ts";
import type { Results } from "./results.ts";
import { sweepRun } from "./sweep-run.ts";

/** Ranks that the prediction panel can show. */
const TOP_TOKENS = 50;
/** Of each end of the prompt: a strip of a million tokens would hold the page up for minutes. */
const STRIP_TOKENS = 128;

/**
 * Everything that the page wants to know now. What builds on the clean run waits for it, so that a prompt which the
 * model refuses is refused once.
 */
export function demands(now: Moment): Demands {
  const { prompt, slots } = now;
  if (prompt === "") return {};
  const before = beforeDemand(now);
  const nothingOff = now.interventions.length === 0;
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
    ...(now.reading && readingDemands(now, now.reading, run)),
    ...answerDemands(now, run),
    ...(!nothingOff && { after: afterDemand(now, run) }),
    ...(!nothingOff && now.comparedNeurons > 0 && { comparison: comparisonDemand(now, run) }),
    ...(nothingOff && now.hasAdapter && now.comparedNeurons > 0 && { comparison: variantsDemand(now, run) }),
    ...inspectionDemand(now, run),
    ...(now.chain && chainDoor.getState().demands?.(now, now.chain, run)),
  };
}

export const beforeKey = (question: Question) => keyOf(question.prompt, question.target, ...variantKey(question));

/** @param target of the clean run, chosen or its own */
export const afterKey = (question: Question, target: number) =>
  keyOf(question.prompt, target, changesKey(question), ...variantKey(question));

export const comparisonKey = (question: Question, target: number, count: number) =>
  keyOf(afterKey(question, target), count);

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

/** With the clean run beside it: each has the other's first tokens. */
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

export const answerKey = (question: Question, { ids }: TypedAnswer, interventions: readonly Intervention[]) =>
  keyOf(question.prompt, ids, changesKey({ ...question, interventions }), ...variantKey(question));

/** The whole of an answer of several tokens, before and after what is switched off. */
function answerDemands(now: Moment, clean: Prediction): Demands {
  const { prompt, answer, interventions } = now;
  if (!answer) return {};
  const demand = (changes: readonly Intervention[]): Demand<ScoredAnswer> => ({
    key: answerKey(now, answer, changes),
    about: () => subjectOf(now, clean, { interventions: changes }),
    run: (engine, { signal }) =>
      engine.scoreAnswer(
        prompt,
        { answer: answer.ids, ...changesOf({ ...now, interventions: changes }), ...variantOf(now) },
        { signal },
      ),
  });
  return { answer: demand([]), ...(interventions.length > 0 && { answerAfter: demand(interventions) }) };
}

/** Of the model as it is: what is switched off has no part in it, whatever stands in for what is off. */
function sweepDemand(now: Moment, clean: Prediction): Demand<HeadSweep> {
  const { prompt, info } = now;
  const { id: target } = clean.target;
  return {
    key: keyOf(prompt, target, ...ablationSourceKey(now), ...variantKey(now)),
    about: () => subjectOf(now, clean),
    run: sweepRun(prompt, info, { target, ...ablationSourceOf(now), ...variantOf(now) }),
  };
}

function comparisonDemand(now: Moment, clean: Prediction): Demand<Results["comparison"]> {
  const { prompt, comparedNeurons: count } = now;
  const { id: target } = clean.target;
  return {
    key: comparisonKey(now, target, count),
    about: () => subjectOf(now, clean, { interventions: now.interventions }),
    run: (engine, reports) =>
      engine.compareNeurons(prompt, { target, count, ...changesOf(now), ...variantOf(now) }, following(reports)),
  };
}

/** The base against the adapted model, whichever of them the page shows; about the shown one's target. */
function variantsDemand(now: Moment, clean: Prediction): Demand<Results["comparison"]> {
  const { prompt, comparedNeurons: count } = now;
  const { id: target } = clean.target;
  return {
    key: keyOf("variants", prompt, target, count),
    about: () => subjectOf(now, clean, { against: "adapted" }),
    run: (engine, reports) =>
      engine.compareNeurons(prompt, { target, count, against: { variant: "adapted" } }, following(reports)),
  };
}

/** A part is looked at as it runs at full scale, with every other intervention in place. */
function inspectionDemand(now: Moment, clean: Prediction): Demands {
  const { prompt, interventions, inspected } = now;
  const { id: target } = clean.target;
  if (!inspected) return {};
  const own = partKey(inspected);
  const others = { ...now, interventions: interventions.filter((change) => interventionKey(change) !== own) };
  const asked = { target, ...changesOf(others), ...variantOf(now) };
  // the part itself is switched off, whatever else is
  const keys = [prompt, target, changesKey(others), ...ablationSourceKey(now)];
  const about = () => subjectOf(now, clean, { interventions: others.interventions });
  if (inspected.kind === "head") {
    const { at } = inspected;
    const key = keyOf(...keys, formatHead(at), ...variantKey(now));
    return {
      head: {
        key,
        about,
        run: (engine, { signal }) => engine.inspectHead(prompt, { ...asked, head: at }, { signal }),
      },
    };
  }
  const { at } = inspected;
  const key = keyOf(...keys, formatNeuron(at), ...variantKey(now));
  return {
    neuron: {
      key,
      about,
      run: (engine, { signal }) => engine.inspectNeuron(prompt, { ...asked, neuron: at }, { signal }),
    },
  };
}
