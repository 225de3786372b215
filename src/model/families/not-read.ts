/** Kinds of models that people open and that are not read: what they are, by the beginning of an architecture or a model type. */
const KINDS: readonly (readonly [begins: RegExp, what: string])[] = [
  [
    /^(?:mixtral|deepseek_?v[234]|qwen[23]_?moe|gpt_?oss|olmoe|flexolmo|phi_?moe|granitemoe(?!hybrid)|llama_?4)/i,
    "a mixture of experts",
  ],
  [/^granitemoe_?hybrid/i, "some of whose layers are state spaces (Mamba) and no attention"],
  [/^(?:qwen3_?5|qwen3_?next)/i, "some of whose layers are gated delta nets and no attention"],
  [/^lfm_?2/i, "some of whose layers are short convolutions and no attention"],
  [/^gemma_?(?:3n|4)/i, "with embeddings of every layer's own and layers that share keys and values"],
  [
    /^gemma3forconditionalgeneration$|^gemma3$/i,
    "a model of texts and images (of Gemma 3 those of texts alone are read, as 270M and 1B)",
  ],
];

/** A model that is not read, described by an apposition to its name; undefined where nothing is known of it. */
export const unreadKind = (names: readonly string[]): string | undefined =>
  KINDS.find(([begins]) => names.some((name) => begins.test(name)))?.[1];
