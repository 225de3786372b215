import { formatHead, formatNeuron } from "#model/ids.ts";
import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Prediction, ScoredAnswer } from "#protocol/engine.ts";
import { claimedAnswer } from "../link/checking/asks-the-same.ts";
import { opened } from "../link/opened.ts";
import { changesOf, partKey, variantOf } from "../question.ts";
import type { Question, TypedAnswer } from "../question.ts";
import { chainDemands } from "./chain-demands.ts";
import { ablationSourceKey, changesKey, following, keyOf, subjectOf, variantKey } from "./demand.ts";
import type { Demand, Demands, Moment } from "./demand.ts";
import { afterKey } from "./demands.ts";
import { laterDoor } from "./later-door.ts";
import { readingDemands } from "./reading-demands.ts";
import type { Results } from "./results.ts";

/** What is asked beside the prediction and the map of heads, where somebody looks at it or a link claims it. */
function laterDemands(now: Moment, clean: Prediction): Demands {
  return {
    ...(now.reading && readingDemands(now, now.reading, clean)),
    ...answerDemands(now, clean),
    ...comparisonDemands(now, clean),
    ...inspectionDemand(now, clean),
    ...(now.chain && chainDemands(now, now.chain, clean)),
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

export const comparisonKey = (question: Question, target: number, count: number) =>
  keyOf(afterKey(question, target), count);

/** Of the neurons of the two runs; where nothing is switched off, of the two variants, if there are two. */
function comparisonDemands(now: Moment, clean: Prediction): Demands {
  const isLookedAt = now.tab === "neurons" || now.tab === "lab";
  if (!isLookedAt && !claimedAnswer(opened.getState().finding).neurons?.length) return {};
  if (now.interventions.length > 0) return { comparison: comparisonDemand(now, clean) };
  return now.hasAdapter ? { comparison: variantsDemand(now, clean) } : {};
}

function comparisonDemand(now: Moment, clean: Prediction): Demand<Results["comparison"]> {
  const { prompt, count } = now;
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
  const { prompt, count } = now;
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

laterDoor.setState({ demands: laterDemands });
