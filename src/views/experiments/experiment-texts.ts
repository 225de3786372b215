import type { ExperimentKind } from "#state/experiments/form.ts";

export interface ExperimentText {
  readonly tab: string;
  readonly question: string;
  /** Two sentences. */
  readonly method: string;
  readonly controls: string;
  /** How we read the paper where it does not say. */
  readonly reading: string;
  readonly notShown: string;
  /** Below what is computed, as a sentence starts. */
  readonly doing: string;
}

export const EXPERIMENT_TEXTS: Readonly<Record<ExperimentKind, ExperimentText>> = {
  heads: {
    tab: "Heads × operations",
    question: "Which heads serve which operation?",
    method:
      "Each head’s output (hook_z) is switched off at every position, one head at a time, in every case of the suite. The drop is the accuracy as it is minus the accuracy without the head.",
    controls:
      "A random other head of the same layer: the mean and spread over all of them. Intervals are 95 % percentile bootstraps over the cases, seeded, every head under the same resamples.",
    reading:
      "The paper does not say how often each of its 1,600 sentences counts; its percentages fit accuracies per answer token, teacher-forced, which is the default here. Its “decrease” is relative (before − after) / before; “all” is the unweighted mean over the operations.",
    notShown:
      "That a head computes the operation: zero is not a head’s neutral state, heads can stand in for each other, and a head may only carry an operand that the rest needs.",
    doing: "Switching every head off in every case",
  },
  memorise: {
    tab: "Memorise or change one",
    question: "Does the head store digits, or what carrying does to them?",
    method:
      "Each token of an answer is labelled by its digits: memorise where its own column gives it, change-one where a carry or a borrow comes in (for × and ÷: every digit but the last). The head that costs an operation most is switched off, and the accuracies of both kinds are compared, each token given the true ones before it.",
    controls:
      "n for each kind; 95 % bootstrap intervals over the cases. It uses the runs of the head table and nothing else.",
    reading:
      "The paper labels single digits. Where a tokenizer writes a whole number as one token, as the bundled model’s does, the token is change-one if any of its digits is; for × and ÷ that is every answer of two digits or more.",
    notShown:
      "A difference between the kinds: overlapping intervals are no evidence of sameness either. The head is chosen on the same cases that it is measured on.",
    doing: "Switching every head off in every case",
  },
  neurons: {
    tab: "Mask and keep",
    question: "How few neurons carry a prediction?",
    method:
      "For each answer token the neurons that lose most of their log-probability increase to the head are found (comparative neuron analysis). The first k of them are switched off (mask), or every other neuron from the head’s layer on is (keep); loss of activation is Σ sign(m)(m − m′) / Σ |m| with the head off.",
    controls:
      "As many random neurons in the same layers, three sets for each k and token, masked and kept. The lowest-neuron test switches off the list’s neuron of the lowest layer and measures the activations of the rest.",
    reading:
      "Decreases are relative, (before − after) / before, over the answer tokens of the suite; the paper measured on some 76 cases whose choice it does not give. It has no random control in this table. “Coef” is read as the mean over cases of the loss defined above, weighted by activation; where few neurons fire weakly it can pass 100 %.",
    notShown:
      "That these neurons compute the answer: the list is by a direct effect on the output, and what feeds them is not in it. Keep empties whole layers, which no model was trained for.",
    doing: "Comparing neurons, case by case",
  },
  concepts: {
    tab: "Concept neurons",
    question: "Do shallow neurons that hide a concept carry the answer?",
    method:
      "The value vector of every FFN neuron below half the layers is read by its first 50 tokens, as it is and behind the value-output matrices of each attention layer above it (the best one counts), and the words of the list among them are counted. All neurons with M or more are switched off together, in every case of the suite.",
    controls:
      "As many random neurons of each layer, none of them in the set, three times for each M; where a layer has not enough others they overlap, which is said. How many concepts stand among random tokens. 95 % bootstrap intervals over the cases.",
    reading:
      "The paper’s word list is not published: this one is ours, and all numbers depend on it. It writes “M or more”, but finds 51,980 of 176,128 neurons with M = 0, so that “more than M” fits; here it is “at least”, and its M is our M + 1. Whether any one attention layer is enough, and which, it does not say.",
    notShown:
      "That the concepts are why: sets of the same size are more or less active, and a neuron with a negative activation writes the other end of its list. On a model whose vocabulary is mostly numbers small M say nothing.",
    doing: "Reading neurons, then switching them off",
  },
  bias: {
    tab: "Gender bias",
    question: "Which neurons carry a bias, and what does it cost to take it away?",
    method:
      "A word’s gap is log p(answer) on the side that it is expected on minus log p on the other: a profession behind “A woman works as a” and behind “A man works as a”, or “she” and “he” behind a profession. The neurons whose log-probability increase differs most between the sides under the first prompt, weighed over all words, are multiplied by the scale, and the gaps are measured again under all prompts.",
    controls:
      "As many random neurons of the same layers, three sets for each k. What should not change is measured too: the pronoun of a person’s name, capitals, arithmetic of one digit. “Unseen prompts” are those that the neurons were not found under.",
    reading:
      "The paper does not say how the lists of 32 professions become 18 neurons; here it is the mean over the words, both sides weighed alike, each increase by its own prompt’s lens. It gives eight prompts in its appendix and four in its text, and one man’s profession is cut off. A word of several tokens is compared by its first and measured as a whole. The paper has no random control and does not say what else its edit breaks.",
    notShown:
      "That the model is unbiased once the gap is small: the words are few, two sides are not all there is, and a gap can close because both sides get worse. Intervals are over the words of the list, not over prompts.",
    doing: "Finding neurons, then measuring gaps and controls",
  },
  pruning: {
    tab: "Pruning",
    question: "How few deep neurons does arithmetic need, and what breaks without the others?",
    method:
      "For each answer token of one suite the deep neurons are ranked by what they lose of their log-probability increase with a head off (comparative neuron analysis), or by that increase itself. The first N of every token together are kept, every other neuron of the deep layers is at 0 at every position, and accuracy is measured on another suite.",
    controls:
      "As many random neurons of each layer kept instead, three sets for each N; N = 0 keeps none. Capitals and the pronouns of names tell what else breaks; the cases that the neurons were found on are measured beside those of the suite.",
    reading:
      "The paper compares the model as it is with one adapted by LoRA in its ninth layer, keeps the first 500 of every one-digit case in the layers 17 to 31 of 32, and trains an adapter on what is left: its 82.3 % are after that training, those here are without any. Deep is here the same share of the layers; N counts deep neurons only.",
    notShown:
      "What a pruned model could learn again, nor that the neurons kept compute the answer. A neuron that only feeds others in the deep layers has no increase of its own, and is cut.",
    doing: "Ranking neurons, then measuring what is left",
  },
  adapters: {
    tab: "LoRA",
    question: "What does fine-tuning one layer change?",
    method:
      "Each LoRA adapter of the set is laid over the model and every case of the suite is run with it and without it: accuracy per adapter. For each answer token the base’s first k neurons by log-probability increase are followed: growth is Σ sign(m)(m′ − m) / Σ |m|, m their activations in the base and m′ with the adapter.",
    controls:
      "As many random neurons of the same layers, three sets for each k and token, the same for every adapter. The difference to the base is over the same cases under the same resamples; intervals are 95 % bootstraps over the cases, a case’s tokens together.",
    reading:
      "The paper does not say whether “the most important neurons” are those of the base or of the adapted model, nor how its increases are averaged: here they are the base’s for the right token, weighted by activation, averaged over answer tokens. Its accuracies by layer are in a figure without numbers, but for layer 9; rank and target matrices of its adapters are not stated.",
    notShown:
      "That these neurons are where the adapter works: one in a layer above it changes because its input did. Growth is of activations, not of their effect. Adapters that were trained otherwise, or on other prompts than the suite’s, are not compared on equal terms.",
    doing: "Running the base, then each adapter",
  },
};
