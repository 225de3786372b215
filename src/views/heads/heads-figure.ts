import { question } from "#state/question.ts";
import { isStale, kindIn, results } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { figureOr } from "../exports/figure-now.ts";
import type { FigureNow, FigureSource } from "../exports/figure-now.ts";
import { againstTextOf, drawnDirect, drawnLens, drawnScores, scoredBeside } from "../reading/reading-exports.ts";
import { drawnBeside, mapsBeside } from "./beside/beside-maps.ts";
import { drawnHeads } from "./export/heads-export.ts";

/** The map of heads, two of them beside each other, or another look at heads and the stream. */
export const headsFigure: FigureSource = { stores: [question, results, view], now };

function now(): FigureNow {
  const { reading } = view.getState();
  const slots = results.getState();
  switch (reading.look) {
    case "effect":
      return mapsNow();
    case "direct":
      return figureOr(drawnDirect(slots, reading, againstTextOf(slots)), "No part’s direct effect is known yet.");
    case "scores":
      return figureOr(drawnScores(slots, reading, scoredBeside(slots)), "No head is scored yet.");
    case "lens":
      return figureOr(drawnLens(slots, reading), "Nothing is read out of the stream yet.");
    default:
      throw new Error(`heads: unknown look ${String(reading.look satisfies never)}`);
  }
}

function mapsNow(): FigureNow {
  const { reading, colourScale } = view.getState();
  const slots = results.getState();
  const isUnder = reading.isUnder && question.getState().interventions.length > 0;
  const slot = slots[kindIn("sweep", isUnder)];
  const isBeside = Boolean(reading.other || reading.otherVariant);
  if (!isBeside || !slot.value)
    return figureOr(drawnHeads(slot, colourScale), "No row of the map of heads is known yet.");
  return figureOr(drawnBeside(mapsNowBeside(slot), colourScale, slots), "The second map is still to come.");
}

/** The page's own map and the one beside it; that of an earlier question stands nowhere: its place is beside this one. */
const mapsNowBeside = (slot: Parameters<typeof mapsBeside>[0]) => {
  const { otherSweep } = results.getState();
  return mapsBeside(slot, isStale(otherSweep) ? { value: undefined, about: undefined } : otherSweep);
};
