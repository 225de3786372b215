import { useStore } from "zustand";
import { largestIncrease } from "#charts/chain/chain-marks.ts";
import { publishedChains } from "#state/chain-view.ts";
import { experimentForm } from "#state/experiments/form/form.ts";
import { experiments } from "#state/experiments/slots.ts";
import { forms } from "#state/lab/forms.ts";
import { lab } from "#state/lab/tools.ts";
import { question } from "#state/question.ts";
import { isStale, kindIn, results } from "#state/run/results.ts";
import type { Slots } from "#state/run/results.ts";
import { view } from "#state/view.ts";
import { chainLines, publishedLine } from "../chain/chain-lines.ts";
import { drawnChain } from "../chain/chain-exports.ts";
import { ownChains, withoutHead } from "../chain/shown-chains.ts";
import { drawnExperiment, withRowFacts } from "../experiments/result/experiment-export.ts";
import { chosenOf, experimentView } from "../experiments/result/experiment-view.ts";
import { stampNow } from "../exports/Exports.tsx";
import type { Drawn } from "../exports/drawn.ts";
import { drawnHeads } from "../heads/heads-export.ts";
import { drawnConcepts, drawnGroup, drawnHits, drawnPlot } from "../lab/lab-exports.ts";
import { drawnNeurons } from "../neurons/neurons-export.ts";
import { drawnPatch } from "../patch/patch-export.ts";
import { againstTextOf, drawnDirect, drawnLens, drawnScores, scoredBeside } from "../reading/reading-exports.ts";

/** The figure or table of the tab at hand, as it leaves the page; undefined while there is none. */
function drawnNow(): Drawn | undefined {
  const { tab, sort } = view.getState();
  const slots = results.getState();
  switch (tab) {
    case "heads":
      return headsNow(slots);
    case "chain":
      return chainNow(slots);
    case "neurons":
      return drawnNeurons(slots, sort);
    case "patch":
      return drawnPatch(lab.getState().patch);
    case "lab":
      return labNow();
    case "experiments":
      return experimentNow();
    default:
      throw new Error(`share: unknown tab ${String(tab satisfies never)}`);
  }
}

/** The same in a component, which draws anew whenever anything changes that it is made of. */
export function useDrawnNow(): Drawn | undefined {
  useStore(question);
  useStore(results);
  useStore(view);
  useStore(lab);
  useStore(forms);
  useStore(experiments);
  useStore(experimentForm);
  useStore(publishedChains);
  return drawnNow();
}

function headsNow(slots: Slots): Drawn | undefined {
  const { reading, colourScale } = view.getState();
  const isUnder = reading.isUnder && question.getState().interventions.length > 0;
  switch (reading.look) {
    case "effect":
      return drawnHeads(slots[kindIn("sweep", isUnder)], colourScale);
    case "direct":
      return drawnDirect(slots, reading, againstTextOf(slots));
    case "scores":
      return drawnScores(slots, reading, scoredBeside(slots));
    case "lens":
      return drawnLens(slots, reading);
    default:
      throw new Error(`share: unknown look ${String(reading.look satisfies never)}`);
  }
}

function chainNow(slots: Slots): Drawn | undefined {
  const { leastShare, published, isMeasured = false, other, otherVariant } = view.getState().chain;
  const isChanged = question.getState().interventions.length > 0;
  const isBeside = (other !== undefined || otherVariant !== undefined) && !isStale(slots.otherChain);
  const record = published && publishedChains.getState()[published];
  const shown = published
    ? record && [withoutHead(record.prompt ?? published, record)]
    : ownChains(slots, { isChanged, isBeside, isMeasured });
  if (!shown) return undefined;
  const lines = record ? [publishedLine(record)] : chainLines(slots, isChanged);
  const scale = { threshold: leastShare, limit: largestIncrease(shown.map(({ clean }) => clean)) };
  return drawnChain(shown, { scale, lines, published, slots });
}

/** The plot, which is the lab's only figure; else the first of its tables that is there. */
function labNow(): Drawn | undefined {
  const { plot, tokens, concepts, group } = lab.getState();
  return (
    drawnPlot(plot) ??
    drawnHits(tokens) ??
    drawnGroup(group) ??
    drawnConcepts(concepts, forms.getState().concepts.atLeast)
  );
}

function experimentNow(): Drawn | undefined {
  const slot = experiments.getState()[experimentForm.getState().kind];
  const { value } = slot;
  if (!value) return undefined;
  const drawn = drawnExperiment(experimentView(value, chosenOf(value)), slot, false);
  return withRowFacts(drawn, value, stampNow);
}
