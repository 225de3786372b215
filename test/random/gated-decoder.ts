import type { Draw, NamedTensor, RandomCheckpoint, RandomFamily } from "./shape.ts";

export const llama: RandomFamily = {
  config: (shape) => ({
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    ...common(shape),
    head_dim: shape.headDim,
    attention_bias: shape.allBiases,
    mlp_bias: shape.allBiases,
  }),
  tensors,
};

export const mistral: RandomFamily = {
  config: (shape) => ({
    architectures: ["MistralForCausalLM"],
    model_type: "mistral",
    ...common(shape),
    // the first Mistrals have no head_dim, some later ones null
    ...(shape.headDim * shape.heads === shape.modelDim ? {} : { head_dim: shape.headDim }),
    sliding_window: shape.slidingWindow,
  }),
  tensors,
};

export const qwen2: RandomFamily = {
  config: (shape) => ({
    architectures: ["Qwen2ForCausalLM"],
    model_type: "qwen2",
    ...common(shape),
    // a window that is not used
    use_sliding_window: false,
    sliding_window: 2,
    max_window_layers: 1,
  }),
  tensors,
};

export const qwen3: RandomFamily = {
  config: (shape) => ({
    architectures: ["Qwen3ForCausalLM"],
    model_type: "qwen3",
    ...common(shape),
    head_dim: shape.headDim,
    attention_bias: false,
    use_sliding_window: false,
    sliding_window: null,
    max_window_layers: shape.layers,
  }),
  tensors,
};

const common = (shape: RandomCheckpoint) => ({
  hidden_size: shape.modelDim,
  intermediate_size: shape.neurons,
  num_hidden_layers: shape.layers,
  num_attention_heads: shape.heads,
  num_key_value_heads: shape.kvHeads,
  max_position_embeddings: shape.context,
  rms_norm_eps: shape.epsilon,
  ...rotation(shape),
  hidden_act: "silu",
  tie_word_embeddings: shape.tied,
});

function rotation({ ropeTheta, ropeScaling, ropeParameters }: RandomCheckpoint) {
  if (ropeParameters) return { rope_parameters: { rope_type: "default", ...ropeScaling, rope_theta: ropeTheta } };
  return { rope_theta: ropeTheta, ...(ropeScaling ? { rope_scaling: ropeScaling } : {}) };
}

function tensors(shape: RandomCheckpoint, draw: Draw): NamedTensor[] {
  const { modelDim: d, headDim, heads, kvHeads, neurons, vocabulary } = shape;
  const all = [draw.table("model.embed_tokens.weight", [vocabulary, d], 0.5)];
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `model.layers.${layer}`;
    all.push(
      draw.gain(`${at}.input_layernorm.weight`, d),
      // sharper than 1 so that attention is not uniform
      draw.linear(`${at}.self_attn.q_proj.weight`, heads * headDim, d, 1.5),
      draw.linear(`${at}.self_attn.k_proj.weight`, kvHeads * headDim, d, 1.5),
      draw.linear(`${at}.self_attn.v_proj.weight`, kvHeads * headDim, d),
      draw.linear(`${at}.self_attn.o_proj.weight`, d, heads * headDim),
      draw.gain(`${at}.post_attention_layernorm.weight`, d),
      draw.linear(`${at}.mlp.gate_proj.weight`, neurons, d, 2),
      draw.linear(`${at}.mlp.up_proj.weight`, neurons, d, 2),
      draw.linear(`${at}.mlp.down_proj.weight`, d, neurons),
      ...familyOwn(shape, at, draw),
    );
  }
  all.push(draw.gain("model.norm.weight", d));
  if (!shape.tied) all.push(draw.linear("lm_head.weight", vocabulary, d, 2));
  return all;
}

function familyOwn(shape: RandomCheckpoint, at: string, draw: Draw): NamedTensor[] {
  const { family, headDim, heads, kvHeads, modelDim, neurons } = shape;
  if (shape.allBiases) {
    return [
      draw.bias(`${at}.self_attn.q_proj.bias`, heads * headDim),
      draw.bias(`${at}.self_attn.k_proj.bias`, kvHeads * headDim),
      draw.bias(`${at}.self_attn.v_proj.bias`, kvHeads * headDim),
      draw.bias(`${at}.self_attn.o_proj.bias`, modelDim),
      draw.bias(`${at}.mlp.gate_proj.bias`, neurons),
      draw.bias(`${at}.mlp.up_proj.bias`, neurons),
      draw.bias(`${at}.mlp.down_proj.bias`, modelDim),
    ];
  }
  if (family === "qwen2") {
    return [
      draw.bias(`${at}.self_attn.q_proj.bias`, heads * headDim),
      draw.bias(`${at}.self_attn.k_proj.bias`, kvHeads * headDim),
      draw.bias(`${at}.self_attn.v_proj.bias`, kvHeads * headDim),
    ];
  }
  if (family === "qwen3") {
    return [draw.gain(`${at}.self_attn.q_norm.weight`, headDim), draw.gain(`${at}.self_attn.k_norm.weight`, headDim)];
  }
  return [];
}
