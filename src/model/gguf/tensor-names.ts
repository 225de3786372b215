/**
 * What llama.cpp calls a module, and what transformers calls it, `#` standing for the layer's number. The families know their
 * tensors by the latter names, and adapters theirs.
 */
export type ModuleNames = Readonly<Record<string, string>>;

const GATED_BLOCK = {
  "blk.#.attn_norm": "model.layers.#.input_layernorm",
  "blk.#.attn_q": "model.layers.#.self_attn.q_proj",
  "blk.#.attn_k": "model.layers.#.self_attn.k_proj",
  "blk.#.attn_v": "model.layers.#.self_attn.v_proj",
  "blk.#.attn_output": "model.layers.#.self_attn.o_proj",
  "blk.#.attn_q_norm": "model.layers.#.self_attn.q_norm",
  "blk.#.attn_k_norm": "model.layers.#.self_attn.k_norm",
  "blk.#.ffn_norm": "model.layers.#.post_attention_layernorm",
  "blk.#.ffn_gate": "model.layers.#.mlp.gate_proj",
  "blk.#.ffn_up": "model.layers.#.mlp.up_proj",
  "blk.#.ffn_down": "model.layers.#.mlp.down_proj",
};

/** Llama and what is wired like it. */
export const GATED_NAMES: ModuleNames = {
  token_embd: "model.embed_tokens",
  ...GATED_BLOCK,
  output_norm: "model.norm",
  output: "lm_head",
};

/** Gemma and OLMo 2, whose parts have norms behind them. */
export const POST_NORM_NAMES: ModuleNames = {
  ...GATED_NAMES,
  "blk.#.post_attention_norm": "model.layers.#.post_attention_layernorm",
  "blk.#.ffn_norm": "model.layers.#.pre_feedforward_layernorm",
  "blk.#.post_ffw_norm": "model.layers.#.post_feedforward_layernorm",
};

/** Phi-3, with queries, keys and values in one tensor, and gates and ups in another, which is called up. */
export const FUSED_NAMES: ModuleNames = {
  ...GATED_NAMES,
  "blk.#.attn_qkv": "model.layers.#.self_attn.qkv_proj",
  "blk.#.ffn_up": "model.layers.#.mlp.gate_up_proj",
};

export const GPT2_NAMES: ModuleNames = {
  token_embd: "transformer.wte",
  position_embd: "transformer.wpe",
  "blk.#.attn_norm": "transformer.h.#.ln_1",
  "blk.#.attn_qkv": "transformer.h.#.attn.c_attn",
  "blk.#.attn_output": "transformer.h.#.attn.c_proj",
  "blk.#.ffn_norm": "transformer.h.#.ln_2",
  "blk.#.ffn_up": "transformer.h.#.mlp.c_fc",
  "blk.#.ffn_down": "transformer.h.#.mlp.c_proj",
  output_norm: "transformer.ln_f",
  output: "lm_head",
};

export const GPT_NEOX_NAMES: ModuleNames = {
  token_embd: "gpt_neox.embed_in",
  "blk.#.attn_norm": "gpt_neox.layers.#.input_layernorm",
  "blk.#.attn_qkv": "gpt_neox.layers.#.attention.query_key_value",
  "blk.#.attn_output": "gpt_neox.layers.#.attention.dense",
  "blk.#.ffn_norm": "gpt_neox.layers.#.post_attention_layernorm",
  "blk.#.ffn_up": "gpt_neox.layers.#.mlp.dense_h_to_4h",
  "blk.#.ffn_down": "gpt_neox.layers.#.mlp.dense_4h_to_h",
  output_norm: "gpt_neox.final_layer_norm",
  output: "embed_out",
};

/** `blk.3.attn_q.weight` into its module, layer and ending. */
const PARTS = /^(.+)\.(weight|bias)$/;
const LAYER = /(?<=\.)\d+(?=\.)/;

/** A tensor's name as transformers has it; what has none there, as `rope_freqs.weight`, keeps its own. */
export const checkpointName = (names: ModuleNames, stored: string): string => renamed(names, stored) ?? stored;

/** The other way: what a tensor that a family asks for is called in the file. */
export function storedName(names: ModuleNames, tensor: string): string {
  const back = Object.fromEntries(Object.entries(names).map(([stored, own]) => [own, stored]));
  return renamed(back, tensor) ?? tensor;
}

function renamed(names: ModuleNames, tensor: string): string | undefined {
  const [, module = "", ending] = PARTS.exec(tensor) ?? [];
  const layer = LAYER.exec(module)?.[0] ?? "";
  const pattern = module.replace(LAYER, "#");
  return Object.hasOwn(names, pattern) ? `${names[pattern]!.replace("#", layer)}.${ending}` : undefined;
}
