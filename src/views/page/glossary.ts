import type { Entry } from "./glossary-entry.ts";
import { EXPERIMENT_WORDS } from "./glossary-experiments.ts";

/** The page's words, as they are used everywhere in it; the one source of what is said of them. */
export const GLOSSARY = [
  {
    word: "head, L0H7",
    isCommon: true,
    plain: "One of the model’s small readers: it looks back over the tokens and copies something from where it looks.",
    meaning: "Attention head 7 of layer 0, both counted from 0. 0.7 and 0_7 mean the same.",
  },
  {
    word: "neuron, L4N425",
    isCommon: true,
    plain: "A single unit that stands high for some prompts and then pushes a few words up and others down.",
    meaning: "FFN neuron 425 of layer 4: one output of the activation before down_proj.",
  },
  {
    word: "target",
    isCommon: true,
    plain: "The word that we ask about, usually the answer that the model gives.",
    meaning: "The token that every number is about; by default the model’s own answer.",
  },
  {
    word: "log p",
    also: ["log-probability", "nats"],
    plain: "How surprised the model is by a word, in nats: −0.06 is nearly certain, −8 is 1 in 3,000.",
    meaning: "Natural logarithm of a probability, in nats. 0 is certain; −0.69 is one half.",
  },
  {
    word: "zero-ablation",
    also: ["switched off", "neurons off", "head off"],
    plain: "Switching a part off: nothing comes out of it.",
    meaning: "A part’s output is multiplied by 0 at every position. What changes is what it was worth.",
  },
  {
    word: "mean, resample ablation",
    isCommon: true,
    also: ["mean ablation", "ablation", "stand in"],
    plain:
      "Instead of nothing, what the part usually says comes out of it, so that only what is special here is missing.",
    meaning:
      "A part’s output is replaced by its mean over several prompts, or by that of another one: those that stand in, or in the experiments those of the suite.",
  },
  {
    word: "patching, denoise, noise",
    also: ["patched"],
    plain: "Carrying one piece of a run over into another, to see what it brings along.",
    meaning:
      "One activation of a prompt is put in the place of another prompt’s. Denoise: clean into corrupted, what is enough; noise: corrupted into clean, what is needed.",
  },
  {
    word: "scale",
    isCommon: true,
    plain: "Turning a part down instead of off.",
    meaning: "Ablation by another factor: ×0.5 turns a part half down, ×1 changes nothing.",
  },
  {
    word: "effect",
    also: ["effect now", "lost", "nats lost"],
    plain: "How much less sure of the word the model is without this part.",
    meaning: "log p(target) with the part − without it. Positive: the part supports the target.",
  },
  {
    word: "direct, total effect",
    isCommon: true,
    also: ["direct effect"],
    plain: "What a part says itself, and what it brings about by way of all the parts after it.",
    meaning:
      "What a part writes into the target’s logit itself, in logits; and the effect as above, all that follows reacting, in nats.",
  },
  {
    word: "lens",
    also: ["logit lens"],
    plain: "Reading what stands in the model half-way, in words.",
    meaning:
      "Projection to the vocabulary through the final norm, with its scale frozen at the clean run’s last position; the logit lens offers each residual’s own as well.",
  },
  {
    word: "increase",
    also: ["log-probability increase", "gain", "nats gained"],
    plain:
      "How much likelier the word becomes by what this part writes, read off at its layer, before later layers add to it or undo it.",
    meaning:
      "log p(target) of residual + vector, minus log p(target) of the residual, through the lens. Not direct logit attribution, which is linear.",
  },
  {
    word: "activation",
    also: ["coefficient score"],
    plain: "How strongly a neuron speaks here; below zero it says the opposite.",
    meaning: "What a neuron puts out before down_proj; the paper’s coefficient score.",
  },
  {
    word: "value vector",
    plain: "What a neuron writes when it speaks.",
    meaning: "A neuron’s column of down_proj, which its activation multiplies; the paper’s FFN value.",
  },
  {
    word: "promotes, suppresses",
    also: ["promote", "suppress"],
    plain: "The words that become likelier, and those that become less likely.",
    meaning: "The tokens with the highest and lowest logits of a vector through the lens.",
  },
  {
    word: "comparison",
    isCommon: true,
    also: ["change", "comparative neuron analysis", "loses without the head", "of what it says itself"],
    plain: "The same neurons with and without a part: who lost their say?",
    meaning: "The same neurons in two runs, as it is and with something switched off: comparative neuron analysis.",
  },
  {
    word: "chain, stage",
    also: ["logic chain"],
    plain: "The way of an answer through the model, in four steps.",
    meaning:
      "How an answer travels: shallow neurons enhance features, shallow attention transfers them, one head predicts, deep neurons enhance the prediction.",
  },
  {
    word: "claimed, measured",
    isCommon: true,
    also: ["claim", "measurement"],
    plain: "What the weights say should happen, and what happens when one tries it.",
    meaning:
      "An edge’s claim is one direct path with every norm frozen; a measurement switches the sender off and lets all that follows react.",
  },
  {
    word: "certified",
    plain: "The list is proven to have the largest ones, without all of them being tried.",
    meaning: "Bounds prove that no neuron outside the list is larger than the last one in it.",
  },
  {
    word: "q8, q4, f32",
    also: ["weights", "stored"],
    plain: "How exactly the model’s weights are kept: fewer bits, smaller file.",
    meaning: "How the weights are held: 8 or 4 bits in blocks of 32, or as trained. Activations are float32.",
  },
  {
    word: "token",
    isCommon: true,
    plain: "A piece of text that the model reads or writes at once: a word, a part of one, a digit.",
    meaning: "An entry of the tokenizer’s vocabulary, with its number.",
  },
  {
    word: "probability",
    isCommon: true,
    plain: "How likely the model holds a word to be the next one.",
    meaning: "The softmax of the logits over the whole vocabulary at the last position.",
  },
  {
    word: "logit",
    plain: "The model’s raw score of a word; the words’ scores are turned into probabilities together.",
    meaning:
      "An entry of the unembedding’s output, before the softmax: only differences between logits change a probability.",
  },
  {
    word: "Σ",
    isCommon: true,
    plain: "What a layer’s heads are worth when each is taken alone, added up.",
    meaning:
      "The sum of a row of the map, in nats. It is not the effect of the whole layer: heads stand in for each other.",
  },
  {
    word: "position",
    also: ["from position", "positions moved"],
    isCommon: true,
    plain: "A token’s place in the prompt.",
    meaning: "Counted from 0, the token that stands for the beginning included.",
  },
  {
    word: "layer",
    also: ["behind"],
    isCommon: true,
    plain: "One of the model’s floors: the text passes through all of them, one after another.",
    meaning: "Attention and FFN, each of which adds to the residual stream; counted from 0.",
  },
  {
    word: "residual stream, residual",
    plain: "What the model carries along for every token, and every part reads from and adds to.",
    meaning: "The sum of the embedding and of all that attention and FFNs have written so far.",
  },
  {
    word: "feature-enhancing, feature enhancing",
    plain: "First step: early neurons turn the word that is read into what it stands for.",
    meaning: "Shallow FFN neurons below the head whose value vectors raise what it reads at the operands’ positions.",
  },
  {
    word: "feature-transferring, feature transferring",
    plain: "Second step: attention carries that from where it was read to where it is needed.",
    meaning: "Shallow attention layers that bring features of other positions to where the predicting head reads.",
  },
  {
    word: "feature-predicting, feature predicting",
    also: ["predicting head"],
    plain: "Third step: one head turns what was carried into the answer.",
    meaning:
      "The head whose loss costs log p(target) most, with the share of the neurons losing most without it that promote the target.",
  },
  {
    word: "prediction-enhancing, prediction enhancing",
    plain: "Last step: late neurons hear the answer and say it louder.",
    meaning:
      "Deep FFN neurons that lose increase without the head, the lowest of which raise the activations of those above them.",
  },
  {
    word: "share",
    isCommon: true,
    plain: "How much of what a part receives comes along this way.",
    meaning: "A claim divided by the sum of all claims into the same receiver.",
  },
  {
    word: "up, gate",
    isCommon: true,
    plain: "The two ways to make a neuron speak, which have to agree.",
    meaning: "Inner products with the neuron’s two rows: activation = silu(gate) · up. A model without a gate has one.",
  },
  {
    word: "edge",
    plain: "What one part hands to another.",
    meaning:
      "A direct path from a sender to a receiver, with every norm frozen; measured by taking the sender away for this receiver alone.",
  },
  {
    word: "shallow FFN neuron, deep FFN neuron",
    also: ["shallow neuron", "deep neuron", "shallow attention layer"],
    plain: "Shallow parts prepare what the head reads, deep ones say what it found.",
    meaning: "Shallow: in a layer below the predicting head. Deep: in its layer or above it.",
  },
  {
    word: "concept",
    plain: "A word from a list of meanings, as numbers and operations, that a neuron’s output brings up.",
    meaning:
      "A word of the list among the first 50 tokens of a value vector, as it is or behind an attention layer’s value and output matrices.",
  },
  {
    word: "through",
    isCommon: true,
    plain: "The attention layer that has to carry the neuron’s output on before it can be read.",
    meaning:
      "The later attention layer behind whose value and output matrices, all heads, most concepts are among the first tokens.",
  },
  {
    word: "operand",
    also: ["a \\ b"],
    plain: "One of the two numbers that are added, subtracted or multiplied.",
    meaning: "a and b of the template, as in {a}+{b}=; a map has one cell for each pair.",
  },
  {
    word: "adapter, LoRA",
    also: ["adapted", "base", "rank"],
    plain: "A small change that was trained on top of a model; the base is the model without it.",
    meaning: "W + (α / r) · B A for the named matrices, of rank r.",
  },
  {
    word: "BOS, ⟨s⟩",
    plain: "A token that stands for the beginning of the text.",
    meaning: "The token that the tokenizer puts before every prompt.",
  },
  ...EXPERIMENT_WORDS,
] as const satisfies readonly Entry[];

export type GlossaryWord = (typeof GLOSSARY)[number]["word"];
