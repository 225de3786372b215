import * as v from "valibot";
import { VARIANTS } from "../engine.ts";
import { call, type } from "../call.ts";
import type {
  Generation,
  HeadInspection,
  HeadSweep,
  LayerIncrease,
  NeuronComparison,
  NeuronInspection,
  NeuronTokens,
  Prediction,
  Progress,
  ScoredAnswer,
  SweepReport,
  Token,
  TokenEnds,
  Tokenization,
  TopNeurons,
} from "../engine.ts";
import { choice, count, flag, head, neuron, oneOf, prompt, RUN, TARGET, text, tokenIds, VARIANT } from "../fields.ts";

/** Tokens of a list where nobody says how many. */
const LISTED = 10;
const ANSWER = "a text or an array of token ids, whole numbers from 0";
const AGAINST = 'as { variant: "adapted" }';

/** What is asked of one prompt, or of one neuron. */
export const RUN_CALLS = {
  tokenize: call({ of: "session", takes: { text: text("a text") }, gives: type<Tokenization>() }),
  /** `most`: tokens of each end. */
  tokenEnds: call({
    of: "session",
    takes: { text: text("a text") },
    options: { most: count },
    gives: type<TokenEnds>(),
  }),
  /** The tokens that a text is behind a prompt, as the model would have to write it. Runs no model. */
  answerTokens: call({
    of: "session",
    takes: { prompt },
    options: { answer: text("a text") },
    gives: type<Token[]>(),
  }),
  /** With interventions both runs, the clean one first, and each with the other's first tokens, so that they can be laid side by side. */
  predict: call({
    of: "session",
    takes: { prompt },
    options: {
      ...RUN,
      ...TARGET,
      top: v.exactOptional(count, LISTED),
    },
    reports: type<Progress>(),
    gives: type<Prediction>(),
  }),
  /** `answer` as text is cut as it is behind the prompt. */
  scoreAnswer: call({
    of: "session",
    takes: { prompt },
    options: { ...RUN, ...VARIANT, answer: oneOf(ANSWER, v.string(), tokenIds) },
    gives: type<ScoredAnswer>(),
  }),
  generate: call({
    of: "session",
    takes: { prompt },
    options: { ...VARIANT, tokens: count },
    gives: type<Generation>(),
  }),
  /**
   * With interventions: those parts stay ablated in every variant, and the baseline is the run under them; the target is the clean run's.
   * `rowByRow`: each layer’s row is reported as soon as it is known, at the cost of more, smaller runs; how far the whole is in between.
   */
  sweepHeads: call({
    of: "session",
    takes: { prompt },
    options: { ...TARGET, ...RUN, rowByRow: v.exactOptional(flag) },
    reports: type<SweepReport>(),
    gives: type<HeadSweep>(),
  }),
  layerIncrease: call({
    of: "session",
    takes: { prompt },
    options: { ...TARGET, ...RUN },
    gives: type<LayerIncrease>(),
  }),
  topNeurons: call({
    of: "session",
    takes: { prompt },
    options: { ...TARGET, ...RUN, count },
    reports: type<Progress>(),
    gives: type<TopNeurons>(),
  }),
  /** Two runs of one prompt: clean and with interventions, or in `variant` and, nothing being ablated, `against` another variant. */
  compareNeurons: call({
    of: "variants",
    takes: { prompt },
    options: {
      ...TARGET,
      ...RUN,
      count,
      against: v.exactOptional(v.pipe(v.strictObject({ variant: choice(VARIANTS) }, AGAINST), v.description(AGAINST))),
    },
    reports: type<Progress>(),
    gives: type<NeuronComparison>(),
  }),
  neuron: call({
    of: "session",
    takes: { neuron },
    options: { ...VARIANT, count: v.exactOptional(count, LISTED) },
    gives: type<NeuronTokens>(),
  }),
  inspectNeuron: call({
    of: "session",
    takes: { prompt },
    options: { ...TARGET, ...RUN, neuron },
    gives: type<NeuronInspection>(),
  }),
  inspectHead: call({
    of: "session",
    takes: { prompt },
    options: { ...TARGET, ...RUN, head },
    gives: type<HeadInspection>(),
  }),
};
