import * as v from "valibot";
import { STAGE_NAMES } from "#analysis/chain/chain.ts";
import { experiment } from "./definition.ts";
import { onlyCorrect, seed, suite, variant } from "./fields.ts";
import { counted, estimate, head, listOf, measure, text } from "./schema-parts.ts";

/** What takes the place of what is ablated, and whether a stage holds under both. */
export const STAGE_ABLATIONS = ["zero", "mean", "both"] as const;

/** A verdict on one prompt's chain: its head of largest effect on log p(the model's own answer), in nats, and the stages that have evidence. */
const verdict = v.object({ head, effect: measure, stages: listOf(v.picklist(STAGE_NAMES)) });

const stages = v.tuple([estimate, estimate, estimate, estimate]);

const found = v.object({
  /** How often the most probable token is the first one of the answer. */
  right: estimate,
  /** A group, or all cases together (""): in which share of n cases each stage has evidence, in the order of the chain, and all four have. */
  shares: listOf(
    v.object({ group: text, ablation: v.picklist(STAGE_ABLATIONS), cases: counted, stages, four: estimate }),
  ),
  /** Heads that predict: in how many of the cases whose third stage has evidence it is this one, most often first. */
  predicting: listOf(v.object({ ablation: v.picklist(["zero", "mean"]), at: head, cases: counted, of: counted })),
  /** Every case as far as it has been run. */
  cases: listOf(
    v.object({
      prompt: text,
      group: text,
      /** Of the prompt, in tokens: as many as those that stand in for it have. */
      length: counted,
      answer: text,
      isRight: v.boolean(),
      zero: verdict,
      /** Left out where the suite has no other prompt of the length. */
      mean: v.exactOptional(verdict),
    }),
  ),
});

export type StageFindings = v.InferOutput<typeof found>;
export type StageVerdict = v.InferOutput<typeof verdict>;

/** Which of the four stages of each case's logic chain have evidence, by zero-ablation and by the mean of the suite's other prompts. */
export const stagesOverSuite = experiment({
  kind: "stages",
  fields: { suite, seed, variant, onlyCorrect },
  found,
  claims: ({ right, shares }) => [
    { name: "right", value: right.value },
    ...shares
      .filter(({ group }) => group === "")
      .flatMap(({ ablation, stages: each, four }) => [
        ...STAGE_NAMES.map((name, index) => ({ name: `${ablation} ${name}`, value: each[index]!.value })),
        { name: `${ablation} four`, value: four.value },
      ]),
  ],
});
