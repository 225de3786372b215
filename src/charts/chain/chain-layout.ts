import type { Chain } from "#analysis/chain/chain.ts";
import { chainCurves } from "./chain-curves.ts";
import { chainDistribution } from "./chain-distribution.ts";
import { largestIncrease } from "./chain-marks.ts";
import type { ChainLayout, ChainScale, ShownToken } from "./chain-marks.ts";
import { bandPlaces } from "./chain-places.ts";
import { stackedPlaces } from "./chain-stacked.ts";

/** Width up to which bands beside each other would have no room for their plates. */
export const STACKED_PX = 600;

/**
 * Where everything of a chain is drawn. Depth runs from left to right through four bands, positions are rows and the last one carries
 * the prediction; in at most `STACKED_PX` pixels the bands are stacked and depth runs downwards. All lengths in CSS pixels.
 */
export function chainLayout(
  chain: Chain,
  width: number,
  tokens: readonly ShownToken[],
  scale: ChainScale = { threshold: 0, limit: largestIncrease([chain]) },
): ChainLayout {
  const isStacked = width <= STACKED_PX;
  const places = isStacked ? stackedPlaces(chain, width, tokens.length) : bandPlaces(chain, width, tokens.length);
  const distribution = chainDistribution(places.distribution, tokens);
  return {
    ...places,
    width,
    isStacked,
    distribution,
    curves: chainCurves(chain, { plates: places.plates, distribution, isStacked }, scale),
  };
}
