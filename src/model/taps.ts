/**
 * Activations that a block's graph puts out, by TransformerLens's names without `blocks.{layer}.`, with their shapes.
 * An intervention is already in them: `attn.hook_z` and `mlp.hook_post` are what the model went on with.
 */
export const TAPS = {
  /** Attention weights after the softmax: [batch, heads, query, key]. */
  pattern: "attn.hook_pattern",
  /** Each head's mix of values, before o_proj: [batch, heads, position, headDim]. */
  z: "attn.hook_z",
  /**
   * Queries and keys as they are compared, normed and turned where the model does that: [batch, heads or kvHeads, position, headDim]. Keys are
   * without a bias that no softmax sees, as in GPT-2 and OPT, where TransformerLens has it in them.
   */
  q: "attn.hook_q",
  k: "attn.hook_k",
  /** What attention mixes: [batch, kvHeads, position, headDim]. */
  v: "attn.hook_v",
  /** The residual between attention and FFN: [batch, position, modelDim]. */
  residMid: "hook_resid_mid",
  /** What the norm behind attention divides by, √(mean square + ε), where there is one: [batch, position, 1]. */
  attnPostScale: "ln1_post.hook_scale",
  /** The same behind the FFN. */
  ffnPostScale: "ln2_post.hook_scale",
  /** Neuron activations, the paper's coefficient scores: [batch, position, neurons]. */
  post: "mlp.hook_post",
} as const;

export type Tap = keyof typeof TAPS;

/** The name of a tap in one layer, as TransformerLens writes it: `blocks.3.attn.hook_z`. */
export const tapName = (layer: number, tap: Tap) => `blocks.${layer}.${TAPS[tap]}`;
