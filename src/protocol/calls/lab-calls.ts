import * as v from "valibot";
import type { PlotQuantity } from "#analysis/operand-plot.ts";
import { OPERATIONS } from "#analysis/ablation/operation.ts";
import { call, type } from "../call.ts";
import type { Progress } from "../engine.ts";
import {
  choice,
  count,
  head,
  list,
  MAX_DRAWS,
  MAX_SEED,
  neuron,
  oneOf,
  prompt,
  RUN,
  TARGET,
  text,
  token,
  VARIANT,
  whole,
} from "../fields.ts";
import type {
  ConceptSearchResult,
  IndexInfo,
  NeuronGroup,
  NeuronWiring,
  OperandPlot,
  PlotProgress,
  TokenSearchResult,
} from "../lab.ts";

/** A group of more tells nothing that its layers do not. */
const MAX_GROUP = 100_000;
const LISTED = 20;
const TOKENS = 10;

const probability = v.picklist(["probability", "logProbability"]);

/** A neuron's activation, a head's effect, or the answer itself. */
const quantity = oneOf(
  '"probability", "logProbability", { neuron: "L4N425" } or { head: "L0H7" }',
  v.pipe(
    probability,
    v.transform((kind): PlotQuantity => ({ kind })),
  ),
  v.pipe(
    v.strictObject({ neuron }),
    v.transform(({ neuron: at }): PlotQuantity => ({ kind: "activation", at })),
  ),
  v.pipe(
    v.strictObject({ head }),
    v.transform(({ head: at }): PlotQuantity => ({ kind: "head", at })),
  ),
  // as it is once it has been read
  v.strictObject({ kind: probability }),
  v.strictObject({ kind: v.literal("activation"), at: neuron }),
  v.strictObject({ kind: v.literal("head"), at: head }),
);

/** A range of whole numbers, both ends included. */
const range = v.pipe(
  v.strictObject({ from: whole(0), to: whole(0) }, "as { from: 0, to: 9 }"),
  v.description("as { from: 0, to: 9 }"),
);

/** What is asked of all neurons, of groups of them, and over many prompts. */
export const LAB_CALLS = {
  /** Finds what is missing of the index, in the background: every other call goes first. */
  buildIndex: call({
    of: "lab",
    options: VARIANT,
    reports: type<Progress>(),
    gives: type<IndexInfo>(),
    isBackground: true,
  }),
  /**
   * `by` logit: the strongest; `by` rank: those in which the token stands first. By rank it needs the index, and builds what is missing
   * of it.
   */
  searchNeurons: call({
    of: "lab",
    takes: { token },
    options: {
      ...VARIANT,
      count: v.exactOptional(count, LISTED),
      by: v.exactOptional(choice(["logit", "rank"]), "logit"),
      end: v.exactOptional(choice(["promotes", "suppresses"]), "promotes"),
    },
    reports: type<Progress>(),
    gives: type<TokenSearchResult>(),
    isBackground: ({ by }: { readonly by: "logit" | "rank" }) => by === "rank",
  }),
  /**
   * `words` count where they are one token, with or without a space before; `atLeast` so many of them are among a neuron's first tokens
   * (the paper's “more than M” is M + 1 here). FFN layers below `belowLayer` (left out: the lower half) are searched, behind the
   * attention layers up to `lastAttention` (left out: the one at `belowLayer`). `count` neurons are listed; the counts are of all.
   */
  searchConcepts: call({
    of: "lab",
    options: {
      ...VARIANT,
      words: list(v.string(), 'an array of texts as ["three", "3"]'),
      atLeast: v.exactOptional(whole(1), 1),
      belowLayer: v.exactOptional(whole(1)),
      lastAttention: v.exactOptional(whole(0)),
      count: v.exactOptional(count, LISTED),
    },
    reports: type<Progress>(),
    gives: type<ConceptSearchResult>(),
    isBackground: true,
  }),
  /** `template` is a prompt with `{a}` and `{b}` in it, each at least once. */
  operandPlot: call({
    of: "lab",
    options: {
      ...VARIANT,
      ...RUN,
      template: text('a text as "{a}+{b}="'),
      operation: choice(OPERATIONS),
      a: range,
      b: range,
      quantity: v.exactOptional(quantity, "probability"),
    },
    reports: type<PlotProgress>(),
    gives: type<OperandPlot>(),
  }),
  /** `draws`: random groups to compare with. */
  neuronGroup: call({
    of: "lab",
    takes: { prompt },
    options: {
      ...TARGET,
      ...RUN,
      neurons: list(neuron, 'an array of 1 to 100,000 neurons as ["L4N425", "L5N13"]', 1, MAX_GROUP),
      draws: v.exactOptional(whole(1, MAX_DRAWS), 5),
      seed: v.exactOptional(whole(0, MAX_SEED), 1),
    },
    gives: type<NeuronGroup>(),
  }),
  neuronWiring: call({
    of: "lab",
    takes: { neuron },
    options: { ...VARIANT, count: v.exactOptional(count, TOKENS) },
    gives: type<NeuronWiring>(),
  }),
};
