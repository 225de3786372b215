/** The library's options of a BPE model where a class of transformers, or a GGUF file, says nothing of them. */
export const BPE = {
  type: "BPE",
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
} as const;

/** The decoder of a vocabulary of bytes. */
export const BYTES = { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true } as const;

/**
 * SentencePiece's decoder: a space is ▁, and what has no token is written in bytes.
 *
 * @param strip whether a space was put in front, which is taken away
 */
export const fromPieces = (strip: boolean) => ({
  type: "Sequence",
  decoders: [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
    ...(strip ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
  ],
});
