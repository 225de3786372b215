import { interventionKey } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Prediction, ScoredAnswer } from "#protocol/engine.ts";
import { changesOf, partKey, variantOf } from "../question.ts";
import type { Question, TypedAnswer } from "../question.ts";
import { ablationSourceKey, changesKey, inBothRuns, keyOf, subjectOf, variantKey } from "./demand.ts";
import type { Demand, Demands, Moment } from "./demand.ts";
import { besideDemands } from "./later/beside-demands.ts";
import { chainDemands } from "./later/chain-demands.ts";
import { neuronDemands } from "./later/neuron-demands.ts";
import { readingDemands } from "./later/reading-demands.ts";
import { laterDoor } from "./later-door.ts";

/** What is asked beside the prediction and the map of heads, where somebody looks at it or a link claims it. */
function laterDemands(now: Moment, clean: Prediction): Demands {
  return {
    ...(now.reading && readingDemands(now, now.reading, clean)),
    ...answerDemands(now, clean),
    ...besideDemands(now, clean),
    ...neuronDemands(now, clean),
    ...inspectionDemand(now, clean),
    ...(now.chain && chainDemands(now, now.chain, clean)),
  };
}

export const answerKey = (question: Question, { ids }: TypedAnswer, interventions: readonly Intervention[]) =>
  keyOf(question.prompt, ids, changesKey({ ...question, interventions }), ...variantKey(question));

/** The whole of an answer of several tokens, before and after what is ablated. */
function answerDemands(now: Moment, clean: Prediction): Demands {
  const { prompt, answer } = now;
  if (!answer) return {};
  return inBothRuns("answer", now, (changes): Demand<ScoredAnswer> => ({
    key: answerKey(now, answer, changes),
    about: () => subjectOf(now, clean, { interventions: changes }),
    run: (engine, { signal }) =>
      engine.scoreAnswer(
        prompt,
        { answer: answer.ids, ...changesOf({ ...now, interventions: changes }), ...variantOf(now) },
        { signal },
      ),
  }));
}

/** A part is looked at as it runs at full scale, with every other intervention in place. */
function inspectionDemand(now: Moment, clean: Prediction): Demands {
  const { prompt, interventions, inspected } = now;
  const { id: target } = clean.target;
  if (!inspected) return {};
  const own = partKey(inspected);
  const others = { ...now, interventions: interventions.filter((change) => interventionKey(change) !== own) };
  const asked = { target, ...changesOf(others), ...variantOf(now) };
  const answers = {
    // the part itself is ablated, whatever else is
    key: keyOf(prompt, target, changesKey(others), ...ablationSourceKey(now), own, ...variantKey(now)),
    about: () => subjectOf(now, clean, { interventions: others.interventions }),
  };
  if (inspected.kind === "head") {
    const { at: head } = inspected;
    return {
      head: { ...answers, run: (engine, { signal }) => engine.inspectHead(prompt, { ...asked, head }, { signal }) },
    };
  }
  const { at: neuron } = inspected;
  return {
    neuron: { ...answers, run: (engine, { signal }) => engine.inspectNeuron(prompt, { ...asked, neuron }, { signal }) },
  };
}

laterDoor.setState({ demands: laterDemands });
