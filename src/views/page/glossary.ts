/** The page's words, as they are used everywhere in it. */
export const GLOSSARY: readonly { readonly word: string; readonly meaning: string }[] = [
  { word: "head, L0H7", meaning: "Attention head 7 of layer 0, both counted from 0. 0.7 and 0_7 mean the same." },
  { word: "neuron, L4N425", meaning: "FFN neuron 425 of layer 4: one output of the activation before down_proj." },
  { word: "target", meaning: "The token that every number is about; by default the model’s own answer." },
  { word: "log p", meaning: "Natural logarithm of a probability, in nats. 0 is certain; −0.69 is one half." },
  {
    word: "zero-ablation",
    meaning: "A part’s output is multiplied by 0 at every position. What changes is what it was worth.",
  },
  {
    word: "mean, resample ablation",
    meaning:
      "A part’s output is replaced by its mean over several prompts, or by that of another one: those that stand in, or in the experiments those of the suite.",
  },
  {
    word: "patching, denoise, noise",
    meaning:
      "One activation of a prompt is put in the place of another prompt’s. Denoise: clean into corrupted, what is enough; noise: corrupted into clean, what is needed.",
  },
  { word: "scale", meaning: "Ablation by another factor: ×0.5 turns a part half down, ×1 changes nothing." },
  { word: "effect", meaning: "log p(target) with the part − without it. Positive: the part supports the target." },
  {
    word: "direct, total effect",
    meaning:
      "What a part writes into the target’s logit itself, in logits; and the effect as above, all that follows reacting, in nats.",
  },
  {
    word: "lens",
    meaning:
      "Projection to the vocabulary through the final norm, with its scale frozen at the clean run’s last position; the logit lens offers each residual’s own as well.",
  },
  {
    word: "increase",
    meaning:
      "log p(target) of residual + vector, minus log p(target) of the residual, through the lens. Not direct logit attribution, which is linear.",
  },
  { word: "activation", meaning: "What a neuron puts out before down_proj; the paper’s coefficient score." },
  {
    word: "value vector",
    meaning: "A neuron’s column of down_proj, which its activation multiplies; the paper’s FFN value.",
  },
  {
    word: "promotes, suppresses",
    meaning: "The tokens with the highest and lowest logits of a vector through the lens.",
  },
  {
    word: "comparison",
    meaning: "The same neurons in two runs, as it is and with something switched off: comparative neuron analysis.",
  },
  {
    word: "chain, stage",
    meaning:
      "How an answer travels: shallow neurons enhance features, shallow attention transfers them, one head predicts, deep neurons enhance the prediction.",
  },
  {
    word: "claimed, measured",
    meaning:
      "An edge’s claim is one direct path with every norm frozen; a measurement switches the sender off and lets all that follows react.",
  },
  { word: "certified", meaning: "Bounds prove that no neuron outside the list is larger than the last one in it." },
  {
    word: "q8, q4, f32",
    meaning: "How the weights are held: 8 or 4 bits in blocks of 32, or as trained. Activations are float32.",
  },
  { word: "BOS, ⟨s⟩", meaning: "The token that the tokenizer puts before every prompt." },
];
