import { useStore } from "zustand";
import type { ViewName } from "#state/link/finding.ts";
import { view } from "#state/view.ts";
import { chainFigure } from "../chain/chain-figure-now.ts";
import { experimentFigure } from "../experiments/experiment-figure.ts";
import type { FigureNow, FigureSource } from "../exports/figure-now.ts";
import { useFigure } from "../exports/use-figure.ts";
import { headsFigure } from "../heads/heads-figure.ts";
import { labFigure } from "../lab/lab-figure.ts";
import { neuronsFigure } from "../neurons/neurons-figure.ts";
import { patchFigure } from "../patch/patch-figure.ts";

/** Where each tab's figure is found, with its sentence, its numbers, its name and its program. */
const FIGURES: Readonly<Record<ViewName, FigureSource>> = {
  heads: headsFigure,
  chain: chainFigure,
  neurons: neuronsFigure,
  patch: patchFigure,
  lab: labFigure,
  experiments: experimentFigure,
};

/** What the tab at hand draws. */
export const figureNow = (): FigureNow => FIGURES[view.getState().tab].now();

/** The figure of the tab at hand in a component, which draws it anew whenever anything changes that it is made of. */
export const useFigureNow = (): FigureNow => useFigure(FIGURES[useStore(view, ({ tab }) => tab)]);
