import { largestIncrease } from "#charts/chain/chain-marks.ts";
import { publishedChains } from "#state/chain-view.ts";
import { question } from "#state/question.ts";
import { isStale, results } from "#state/run/results.ts";
import { isForResearchers, view } from "#state/view.ts";
import { figureOr } from "../exports/figure-now.ts";
import type { FigureNow, FigureSource } from "../exports/figure-now.ts";
import { drawnChain } from "./chain-exports.ts";
import { chainLines, publishedLine } from "./chain-lines.ts";
import { ownChains, withoutHead } from "./shown-chains.ts";
import { emptySentence } from "./words/stage-sentences.ts";

/** One chain, two beside each other, or a published one. */
export const chainFigure: FigureSource = { stores: [question, results, view, publishedChains], now };

function now(): FigureNow {
  const { leastShare, published, isMeasured = false, other, otherVariant } = view.getState().chain;
  const slots = results.getState();
  const isChanged = question.getState().interventions.length > 0;
  const isBeside = (other !== undefined || otherVariant !== undefined) && !isStale(slots.otherChain);
  const record = published && publishedChains.getState()[published];
  if (published && !record) return { none: "The published numbers could not be read." };
  const shown = record
    ? [withoutHead(record.prompt ?? published, record)]
    : ownChains(slots, { isChanged, isBeside, isMeasured });
  const empty = shown.map(({ chain }) => emptySentence(chain, !isForResearchers(view.getState())));
  if (empty.length > 0 && !empty.includes(undefined)) return { none: empty[0]! };
  const lines = (isPlain: boolean) => (record ? [publishedLine(record)] : chainLines(slots, isChanged, isPlain));
  const scale = { threshold: leastShare, limit: largestIncrease(shown.map(({ clean }) => clean)) };
  return figureOr(
    drawnChain(shown, { scale, lines, published, slots }),
    "The chain of this prompt is not put together yet.",
  );
}
