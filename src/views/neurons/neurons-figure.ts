import { adapter, isAttached } from "#state/model/adapter.ts";
import { question } from "#state/question.ts";
import { results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { figureOr } from "../exports/figure-now.ts";
import type { FigureSource } from "../exports/figure-now.ts";
import { drawnNeurons, drawnTopNeurons } from "./neurons-export.ts";

/** Whether two variants of the model are compared, since nothing is switched off. */
export const isOfVariants = () => {
  const lora = adapter.getState();
  return question.getState().interventions.length === 0 && isAttached(lora) && lora.choice !== undefined;
};

/** Whether the tab compares two runs; else it lists the neurons of one. */
export const isCompared = () => question.getState().interventions.length > 0 || isOfVariants();

/** The comparison of neurons, or those with the most to say where there is nothing to compare. */
export const neuronsFigure: FigureSource = {
  stores: [question, results, view, adapter],
  now() {
    const { sort } = view.getState();
    const slots = results.getState();
    return isCompared()
      ? figureOr(drawnNeurons(slots, sort), "The neurons are not compared yet.")
      : figureOr(drawnTopNeurons(slots, sort), "The neurons with the most to say are not found yet.");
  },
};
