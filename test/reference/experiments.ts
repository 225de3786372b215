import type { CaseScore, ScoredCase } from "#analysis/experiments/scored-cases.ts";
import type { Intervention } from "#model/interventions.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import type { ReferenceModel } from "./families/family.ts";
import { forward } from "./forward.ts";
import { atLast, lensOf, logProbability } from "./lens.ts";
import { compareNeurons, scoreAnswer } from "./method.ts";

/** The experiments, case by case and switch by switch, one forward pass over each prefix: nothing shared, nothing batched. */

export function caseScore(
  model: ReferenceModel,
  { ids, answerIds }: ScoredCase,
  interventions: readonly Intervention[] = [],
): CaseScore {
  const tokens = scoreAnswer(model, ids, answerIds, interventions);
  return {
    logProbability: tokens.map((token) => token.logProbability),
    isTop: tokens.map(({ rank }) => rank === 0),
  };
}

/** One case with every head on, and with each single one off. */
export function sweptCase(model: ReferenceModel, asked: ScoredCase) {
  const at = Array.from({ length: model.layers * model.heads }, (_, index) => ({
    layer: Math.floor(index / model.heads),
    head: index % model.heads,
  }));
  return {
    baseline: caseScore(model, asked),
    heads: at.map((head) => caseScore(model, asked, [{ kind: "head", at: head, scale: 0 }])),
  };
}

export const neuronsOff = (neurons: readonly NeuronId[], scale = 0): Intervention[] =>
  neurons.map((at) => ({ kind: "neuron", at, scale }));

/** All neurons from a layer on but these. */
export const allBut = (model: ReferenceModel, neurons: readonly NeuronId[], fromLayer: number): Intervention[] => {
  const kept = new Set(neurons.map(({ layer, neuron }) => layer * model.neurons + neuron));
  return neuronsOff(
    Array.from({ length: model.layers * model.neurons }, (_, index) => index)
      .filter((index) => index >= fromLayer * model.neurons && !kept.has(index))
      .map((index) => ({ layer: Math.floor(index / model.neurons), neuron: index % model.neurons })),
  );
};

/** ln p(target) and whether it is the first, of one run. */
export function targetScore(
  model: ReferenceModel,
  ids: readonly number[],
  target: number,
  interventions: readonly Intervention[] = [],
) {
  const logits = atLast(forward(model, ids, interventions).logits);
  return { logProbability: logProbability(logits, target), isTop: logits.every((logit) => logit <= logits[target]!) };
}

/** Every neuron by what it loses to a head, for a given target. */
export function lostTo(model: ReferenceModel, ids: readonly number[], target: number, head: HeadId) {
  const clean = forward(model, ids);
  const changed = forward(model, ids, [{ kind: "head", at: head, scale: 0 }]);
  return compareNeurons(lensOf(model, clean), clean, changed, target);
}

/** A neuron's activation at the last position of a run. */
export const activationsOf = (
  model: ReferenceModel,
  ids: readonly number[],
  interventions: readonly Intervention[],
) => {
  const run = forward(model, ids, interventions);
  return ({ layer, neuron }: NeuronId) => atLast(run.activation[layer]!)[neuron]!;
};
