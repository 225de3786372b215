import { claimedAnswer } from "../../link/checking/asks-the-same.ts";
import { opened } from "../../link/opened.ts";
import { isFramed } from "../../serving/embedded.ts";
import { changesOf, variantOf } from "../../question.ts";
import type { Question } from "../../question.ts";
import { following } from "../../requests/requests.ts";
import { keyOf, subjectOf, variantKey } from "../demand.ts";
import type { CleanRun, Demand, Demands, Moment } from "../demand.ts";
import { predictionKey } from "../demands.ts";
import type { Results } from "../results.ts";

export const comparisonKey = (question: Question, target: number, count: number) =>
  keyOf(predictionKey(question, target), count);

export const topKey = (question: Question, target: number, count: number) =>
  keyOf(question.prompt, target, count, ...variantKey(question));

/** What neurons lose to what is ablated, or to the adapter where nothing is; without either, those that give the answer most. */
export function neuronDemands(now: Moment, clean: CleanRun): Demands {
  const { neurons = [], topNeurons = [] } = claimedAnswer(opened.getState().finding);
  // the lab suggests a part to plot by them, which the link of a frame has named
  const isListed = now.tab === "neurons" || (now.tab === "lab" && !isFramed());
  const isLookedAt = isListed || neurons.length > 0;
  const isTopClaimed = topNeurons.length > 0;
  if (now.interventions.length === 0 && !now.hasAdapter) {
    return isLookedAt || isTopClaimed ? { topNeurons: topDemand(now, clean) } : {};
  }
  const compare = now.interventions.length > 0 ? comparisonDemand : variantsDemand;
  return {
    ...(isLookedAt && { comparison: compare(now, clean) }),
    ...(isTopClaimed && { topNeurons: topDemand(now, clean) }),
  };
}

function comparisonDemand(now: Moment, clean: CleanRun): Demand<Results["comparison"]> {
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
function variantsDemand(now: Moment, clean: CleanRun): Demand<Results["comparison"]> {
  const { prompt, count } = now;
  const { id: target } = clean.target;
  return {
    key: keyOf("variants", prompt, target, count),
    about: () => subjectOf(now, clean, { against: "adapted" }),
    run: (engine, reports) =>
      engine.compareNeurons(prompt, { target, count, against: { variant: "adapted" } }, following(reports)),
  };
}

function topDemand(now: Moment, clean: CleanRun): Demand<Results["topNeurons"]> {
  const { prompt, count } = now;
  const { id: target } = clean.target;
  return {
    key: topKey(now, target, count),
    about: () => subjectOf(now, clean),
    run: (engine, reports) => engine.topNeurons(prompt, { target, count, ...variantOf(now) }, following(reports)),
  };
}
