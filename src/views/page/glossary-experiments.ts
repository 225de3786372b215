import type { Entry } from "./glossary-entry.ts";

/** What the statistics over many prompts are called. */
export const EXPERIMENT_WORDS = [
  {
    word: "accuracy",
    also: ["right", "right without it"],
    plain: "The part of the answers that is right.",
    meaning:
      "The share of answers, or of answer tokens given the true ones before them, whose most probable token is the right one.",
  },
  {
    word: "relative decrease, relative drop",
    also: ["decrease", "relative"],
    plain: "How much of what the model could do is gone: all of it is 100 %.",
    meaning: "(before − after) / before.",
  },
  {
    word: "selectivity",
    plain: "Whether a part serves this operation more than the others.",
    meaning: "Relative decrease in this group − the mean of that in the other groups, in percentage points.",
  },
  {
    word: "interval, bootstrap",
    plain: "How far the number could be off because there were only so many cases.",
    meaning:
      "95 % percentile bootstrap over the cases, with a seed: the same resamples for everything that is compared.",
  },
  {
    word: "geometric mean, geometric average",
    plain: "An average by multiplying: of ×2 and ×8 it is ×4, of 10 % and 90 % it is 30 %.",
    meaning:
      "e to the mean of log-probabilities, or of differences of them: the n-th root of the product of n probabilities or factors.",
  },
  {
    word: "random",
    also: ["random k", "random neurons", "random control", "random mask", "random keep"],
    plain: "The same done to parts picked by lot: a finding has to be worth more than that.",
    meaning: "As many neurons of the same layers, drawn by a seed, several times; their mean and its spread.",
  },
  {
    word: "mask, keep",
    isCommon: true,
    plain: "Mask switches the neurons of the list off; keep switches off all others.",
    meaning: "Mask: the first k neurons × 0. Keep: every other neuron from the head’s layer on × 0.",
  },
  {
    word: "coef",
    also: ["loss of activation", "growth"],
    plain: "How much quieter the same neurons are.",
    meaning:
      "Σ sign(m)(m − m′) / Σ |m| over the neurons of the list, m their activations before and m′ after; growth is its negative.",
  },
  {
    word: "k",
    isCommon: true,
    plain: "How many neurons are taken from the top of the list.",
    meaning: "The list is in the order of the measure that the page names; every k has the same order.",
  },
  {
    word: "n",
    isCommon: true,
    plain: "How many cases the number is about.",
    meaning: "Prompts, answer tokens, pairs or neurons of the row, as the page says.",
  },
  {
    word: "M",
    also: ["at least"],
    isCommon: true,
    plain: "How many words of the list a neuron has to bring up to count.",
    meaning: "At least M concepts among its first 50 tokens; the paper’s M, read as “more than M”, is this one − 1.",
  },
  {
    word: "N",
    isCommon: true,
    plain: "How many neurons of every answer token are kept.",
    meaning: "The first N deep neurons of each token, all tokens’ together; every other deep neuron × 0.",
  },
  {
    word: "heuristic, rule",
    also: ["rule applies", "rule that fits best", "with a rule"],
    plain: "A simple habit, as “the answer ends in 5”, that a neuron seems to follow.",
    meaning:
      "A pattern of the operands or the answer that at least 60 % of the pairs have for which the neuron fires most.",
  },
  {
    word: "fit",
    isCommon: true,
    plain: "How well the rule describes when the neuron speaks.",
    meaning: "The share of the k pairs that the rule applies to among the k for which the neuron fires most.",
  },
  {
    word: "support",
    isCommon: true,
    plain: "How much the right answers owe to this neuron directly.",
    meaning: "Σ_j (m_j − m̄)(v · u_j) / n: what the answers’ logits would lose if the neuron had its mean.",
  },
  {
    word: "helix",
    plain: "Numbers laid out on a winding stair: near ones are near, and so are those ten apart.",
    meaning: "Least squares over a, cos 2πa/T and sin 2πa/T, T = 2, 5, 10 and 100, of the residual at the operand.",
  },
  {
    word: "R²",
    plain: "How much of the differences a formula accounts for: 1 is all of them.",
    meaning: "1 − (residual sum of squares) / (total sum of squares).",
  },
  {
    word: "principal components",
    also: ["components", "PCA"],
    plain: "The few directions in which the numbers differ most.",
    meaning: "The leading eigenvectors of the residuals’ covariance over the operand’s numbers.",
  },
  {
    word: "memorise, change-one",
    plain: "A digit that can be looked up in its own column, and one that a carry changes.",
    meaning:
      "Labelled by the digits: memorise where the column gives it, change-one where a carry or a borrow comes in.",
  },
  {
    word: "bias",
    also: ["gap", "taken away"],
    plain: "How differently the model treats two groups that should be treated alike.",
    meaning: "Mean gap: log p(answer) on the side that it is expected on − on the other, over the words of the list.",
  },
  {
    word: "value",
    also: ["moved", "another pair’s"],
    isCommon: true,
    plain: "How far the answer went over to the other prompt’s: 0 not at all, 1 all the way.",
    meaning:
      "(mean metric − mean corrupted) / (mean clean − mean corrupted); moved is the numerator of the receiving prompt, in its own unit.",
  },
] as const satisfies readonly Entry[];
