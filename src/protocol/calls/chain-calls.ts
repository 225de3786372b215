import * as v from "valibot";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import type { Hop } from "#analysis/trace/source-tracing.ts";
import { call, type } from "../call.ts";
import type {
  AttentionNeurons,
  Chain,
  ChainEdges,
  ChainEdgesReport,
  EnhancingGraph,
  HeadValues,
  LayerValues,
  PositionValues,
  PromptComparison,
  QueryNeurons,
  TracedNeurons,
  TracedPositions,
  TracedSources,
  TransferIntoNeuron,
} from "../chain.ts";
import type { Progress } from "../engine.ts";
import {
  choice,
  count,
  head,
  list,
  neuron,
  number,
  oneOf,
  prompt,
  RUN,
  ABLATION_SOURCE,
  TARGET,
  VARIANT,
  whole,
} from "../fields.ts";

/** Value neurons that query neurons are asked of, as in the sister paper. */
const DEFAULT_OF = 30;
/** More neurons than a graph of them can be read of. */
const MAX_GRAPH = 10_000;

const layer = whole(0);
const position = whole(0);
const weights = v.exactOptional(choice(["none", "attention"]), "none");

/** A head with its layer, or a whole layer; see `Hop`. */
const hop = oneOf(
  'as { head: "L3H6", position: 4 } or { layer: 1, position: 4 }, with weights "none" or "attention"',
  v.pipe(
    v.strictObject({ head, position, weights }),
    v.transform(({ head: at, ...others }): Hop => ({ ...at, ...others })),
  ),
  v.strictObject({ layer, head: v.exactOptional(whole(0)), position, weights }),
);

/** The way from a deep neuron's keys, which are asked, down to a position: the predicting head, then perhaps a shallow attention layer. */
const TRACE = {
  ...RUN,
  ...VARIANT,
  neuron,
  path: list(hop, 'an array as [{ head: "L3H6", position: 4 }]', 1),
};

const THRESHOLD = v.exactOptional(number(0));
/** A chain's thresholds as a caller names them; those left out are the defaults. */
const THRESHOLDS = `an object with any of ${Object.keys(DEFAULT_THRESHOLDS).join(", ")}`;
const thresholds = v.pipe(
  v.strictObject(
    {
      headEffect: THRESHOLD,
      promotingShare: THRESHOLD,
      neuronChange: THRESHOLD,
      transferShare: THRESHOLD,
      shallowShare: THRESHOLD,
      enhancingDrop: THRESHOLD,
    } satisfies Record<keyof typeof DEFAULT_THRESHOLDS, unknown>,
    THRESHOLDS,
  ),
  v.description(THRESHOLDS),
);

/** How an answer travels through the model. Increases are in nats; scores are inner products with a neuron's keys, without a unit. */
export const CHAIN_CALLS = {
  layerValues: call({ of: "chains", takes: { prompt }, options: { ...TARGET, ...RUN }, gives: type<LayerValues>() }),
  headValues: call({ of: "chains", takes: { prompt }, options: { ...TARGET, ...RUN }, gives: type<HeadValues>() }),
  positionValues: call({
    of: "chains",
    takes: { prompt },
    options: { ...TARGET, ...RUN, head },
    gives: type<PositionValues>(),
  }),
  /** `prompt` before, `other` after; target and lens come from `prompt` without interventions, interventions hold for both. */
  comparePrompts: call({
    of: "chains",
    takes: { prompt },
    options: { ...TARGET, ...RUN, other: prompt, count },
    reports: type<Progress>(),
    gives: type<PromptComparison>(),
  }),
  featureTransfer: call({
    of: "traces",
    takes: { prompt },
    options: { ...RUN, ...VARIANT, neuron, layer },
    gives: type<TransferIntoNeuron>(),
  }),
  traceSources: call({ of: "traces", takes: { prompt }, options: TRACE, gives: type<TracedSources>() }),
  tracePositions: call({
    of: "traces",
    takes: { prompt },
    options: { ...TRACE, layer },
    gives: type<TracedPositions>(),
  }),
  traceNeurons: call({
    of: "traces",
    takes: { prompt },
    options: { ...TRACE, layer, count },
    gives: type<TracedNeurons>(),
  }),
  enhancingGraph: call({
    of: "chains",
    takes: { prompt },
    options: {
      ...TARGET,
      ...ABLATION_SOURCE,
      neurons: list(neuron, 'an array of 1 to 10,000 neurons as ["L1N452", "L4N425"]', 1, MAX_GRAPH),
    },
    gives: type<EnhancingGraph>(),
  }),
  /** With interventions: the clean run's chain with the numbers of the run. `head` left out: the one whose loss costs the target most. */
  chain: call({
    of: "chains",
    takes: { prompt },
    options: { ...TARGET, ...RUN, thresholds: v.exactOptional(thresholds), head: v.exactOptional(head) },
    reports: type<Progress>(),
    gives: type<Chain>(),
  }),
  /** The edges of the clean run’s chain, each cut alone: its sender is taken away for its receiver only, for 0 or for the ablation’s source. */
  chainEdges: call({
    of: "chains",
    takes: { prompt },
    options: { ...TARGET, ...ABLATION_SOURCE, thresholds: v.exactOptional(thresholds), head: v.exactOptional(head) },
    reports: type<ChainEdgesReport>(),
    gives: type<ChainEdges>(),
  }),
  attentionNeurons: call({
    of: "chains",
    takes: { prompt },
    options: { ...TARGET, ...RUN, count },
    gives: type<AttentionNeurons>(),
  }),
  /** `of`: of how many value neurons query neurons are asked. */
  queryNeurons: call({
    of: "chains",
    takes: { prompt },
    options: { ...TARGET, ...RUN, count, of: v.exactOptional(count, DEFAULT_OF) },
    gives: type<QueryNeurons>(),
  }),
};
