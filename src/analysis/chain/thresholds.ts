import type { ChainThresholds } from "./chain.ts";

/**
 * Where a chain begins unless a person moves it. Half a nat is a third off the answer's odds; on the bundled model arithmetic heads
 * cost 1 to 11 nats and heads of sentences about nurses and France less than 0.4. A share of 0.3 is three neurons of ten.
 */
export const DEFAULT_THRESHOLDS: ChainThresholds = {
  headEffect: 0.5,
  promotingShare: 0.3,
  neuronChange: 0.05,
  transferShare: 0.05,
  shallowShare: 0.02,
  enhancingDrop: 0.02,
};

/** Neurons of the comparison whose tokens are looked at, as in the paper's table. */
export const COMPARED = 10;
/** Neurons of the comparison among which deep ones are looked for. */
export const CANDIDATES = 30;
/** What a drawing holds, and what a chain may cost: each of these is one ablation. */
export const MAX_DEEP = 8;
export const MAX_SHALLOW = 8;
/** Places that the head reads, most of its input first. */
export const MAX_READINGS = 6;
export const MAX_NEURONS_PER_READING = 3;
/** FFN layers of a reading that are searched for neurons: those that wrote most of it. */
export const MAX_LAYERS_PER_READING = 3;
