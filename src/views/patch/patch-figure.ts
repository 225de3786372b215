import { lab } from "#state/lab/tools.ts";
import { figureOr } from "../exports/figure-now.ts";
import type { FigureSource } from "../exports/figure-now.ts";
import { drawnPatch } from "./patch-export.ts";

/** The patches between two prompts. */
export const patchFigure: FigureSource = {
  stores: [lab],
  now: () => figureOr(drawnPatch(lab.getState().patch), "Nothing is patched between the two prompts yet."),
};
