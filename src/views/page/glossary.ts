/** A word of the field, for a student first and for a researcher behind it. */
interface Entry {
  readonly word: string;
  /** What it is, to somebody who meets it here first. */
  readonly plain: string;
  /** What exactly is meant, with its formula. */
  readonly meaning: string;
}

/** The page's words, as they are used everywhere in it; the one source of what is said of them. */
export const GLOSSARY = [
  {
    word: "head, L0H7",
    plain: "One of the model’s small readers: it looks back over the tokens and copies something from where it looks.",
    meaning: "Attention head 7 of layer 0, both counted from 0. 0.7 and 0_7 mean the same.",
  },
  {
    word: "neuron, L4N425",
    plain: "A single unit that stands high for some prompts and then pushes a few words up and others down.",
    meaning: "FFN neuron 425 of layer 4: one output of the activation before down_proj.",
  },
  {
    word: "target",
    plain: "The word that we ask about, usually the answer that the model gives.",
    meaning: "The token that every number is about; by default the model’s own answer.",
  },
  {
    word: "log p",
    plain: "How surprised the model is by a word, in nats: −0.06 is nearly certain, −8 is 1 in 3,000.",
    meaning: "Natural logarithm of a probability, in nats. 0 is certain; −0.69 is one half.",
  },
  {
    word: "zero-ablation",
    plain: "Switching a part off: nothing comes out of it.",
    meaning: "A part’s output is multiplied by 0 at every position. What changes is what it was worth.",
  },
  {
    word: "mean, resample ablation",
    plain:
      "Instead of nothing, what the part usually says comes out of it, so that only what is special here is missing.",
    meaning:
      "A part’s output is replaced by its mean over several prompts, or by that of another one: those that stand in, or in the experiments those of the suite.",
  },
  {
    word: "patching, denoise, noise",
    plain: "Carrying one piece of a run over into another, to see what it brings along.",
    meaning:
      "One activation of a prompt is put in the place of another prompt’s. Denoise: clean into corrupted, what is enough; noise: corrupted into clean, what is needed.",
  },
  {
    word: "scale",
    plain: "Turning a part down instead of off.",
    meaning: "Ablation by another factor: ×0.5 turns a part half down, ×1 changes nothing.",
  },
  {
    word: "effect",
    plain: "How much less sure of the word the model is without this part.",
    meaning: "log p(target) with the part − without it. Positive: the part supports the target.",
  },
  {
    word: "direct, total effect",
    plain: "What a part says itself, and what it brings about by way of all the parts after it.",
    meaning:
      "What a part writes into the target’s logit itself, in logits; and the effect as above, all that follows reacting, in nats.",
  },
  {
    word: "lens",
    plain: "Reading what stands in the model half-way, in words.",
    meaning:
      "Projection to the vocabulary through the final norm, with its scale frozen at the clean run’s last position; the logit lens offers each residual’s own as well.",
  },
  {
    word: "increase",
    plain: "How much likelier the word becomes at the place where this part writes.",
    meaning:
      "log p(target) of residual + vector, minus log p(target) of the residual, through the lens. Not direct logit attribution, which is linear.",
  },
  {
    word: "activation",
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
    plain: "The words that become likelier, and those that become less likely.",
    meaning: "The tokens with the highest and lowest logits of a vector through the lens.",
  },
  {
    word: "comparison",
    plain: "The same neurons with and without a part: who lost their say?",
    meaning: "The same neurons in two runs, as it is and with something switched off: comparative neuron analysis.",
  },
  {
    word: "chain, stage",
    plain: "The way of an answer through the model, in four steps.",
    meaning:
      "How an answer travels: shallow neurons enhance features, shallow attention transfers them, one head predicts, deep neurons enhance the prediction.",
  },
  {
    word: "claimed, measured",
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
    plain: "How exactly the model’s weights are kept: fewer bits, smaller file.",
    meaning: "How the weights are held: 8 or 4 bits in blocks of 32, or as trained. Activations are float32.",
  },
  {
    word: "BOS, ⟨s⟩",
    plain: "A token that stands for the beginning of the text.",
    meaning: "The token that the tokenizer puts before every prompt.",
  },
] as const satisfies readonly Entry[];

export type GlossaryWord = (typeof GLOSSARY)[number]["word"];
