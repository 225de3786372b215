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
    // a window that is not used, unless the shape has one
    use_sliding_window: shape.slidingWindow !== null,
    sliding_window: shape.slidingWindow ?? 2,
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

/** What Gemma 2 and 3 write: no `hidden_act`, and a `head_dim` that is not what scores are divided by. */
const gemma = (shape: RandomCheckpoint) => {
  const { hidden_act: _, ...fields } = common(shape);
  return {
    ...fields,
    head_dim: shape.headDim,
    hidden_activation: "gelu_pytorch_tanh",
    query_pre_attn_scalar: 11,
    sliding_window: shape.slidingWindow,
    attention_bias: false,
  };
};

export const gemma2: RandomFamily = {
  config: (shape) => ({
    architectures: ["Gemma2ForCausalLM"],
    model_type: "gemma2",
    ...gemma(shape),
    attn_logit_softcapping: 2.5,
    final_logit_softcapping: 3.5,
  }),
  tensors,
};

export const gemma3: RandomFamily = {
  config: (shape) => ({
    architectures: ["Gemma3ForCausalLM"],
    model_type: "gemma3_text",
    ...gemma(shape),
    attn_logit_softcapping: null,
    final_logit_softcapping: null,
    rope_local_base_freq: 1e3,
    sliding_window_pattern: 2,
  }),
  tensors,
};

export const olmo2: RandomFamily = {
  config: (shape) => ({ architectures: ["Olmo2ForCausalLM"], model_type: "olmo2", ...common(shape) }),
  tensors,
};

export const olmo3: RandomFamily = {
  config: (shape) => ({
    architectures: ["Olmo3ForCausalLM"],
    model_type: "olmo3",
    ...common(shape),
    sliding_window: shape.slidingWindow,
  }),
  tensors,
};

export const granite: RandomFamily = {
  config: (shape) => ({
    architectures: ["GraniteForCausalLM"],
    model_type: "granite",
    ...common(shape),
    embedding_multiplier: 3,
    residual_multiplier: 0.4,
    attention_multiplier: 0.2,
    logits_scaling: 1.7,
  }),
  tensors,
};

export const smollm3: RandomFamily = {
  config: (shape) => ({
    architectures: ["SmolLM3ForCausalLM"],
    model_type: "smollm3",
    ...common(shape),
    no_rope_layer_interval: 2,
    pad_token_id: 0,
  }),
  tensors,
};

export const phi3: RandomFamily = {
  config: (shape) => ({ architectures: ["Phi3ForCausalLM"], model_type: "phi3", ...common(shape), pad_token_id: 0 }),
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
  const isGemma = shape.family.startsWith("gemma");
  const gain = isGemma ? draw.gainFrom1 : draw.gain;
  // Gemma's are multiplied by √d
  const all = [draw.table("model.embed_tokens.weight", [vocabulary, d], isGemma ? 0.5 / Math.sqrt(d) : 0.5)];
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `model.layers.${layer}`;
    if (shape.family === "phi3") {
      all.push(...fused(shape, at, draw));
      continue;
    }
    if (!shape.family.startsWith("olmo")) all.push(gain(`${at}.input_layernorm.weight`, d));
    all.push(
      // sharper than 1 so that attention is not uniform
      draw.linear(`${at}.self_attn.q_proj.weight`, heads * headDim, d, 1.5),
      draw.linear(`${at}.self_attn.k_proj.weight`, kvHeads * headDim, d, 1.5),
      draw.linear(`${at}.self_attn.v_proj.weight`, kvHeads * headDim, d),
      draw.linear(`${at}.self_attn.o_proj.weight`, d, heads * headDim),
      gain(`${at}.post_attention_layernorm.weight`, d),
      draw.linear(`${at}.mlp.gate_proj.weight`, neurons, d, 2),
      draw.linear(`${at}.mlp.up_proj.weight`, neurons, d, 2),
      draw.linear(`${at}.mlp.down_proj.weight`, d, neurons),
      ...familyOwn(shape, at, draw),
    );
  }
  all.push(gain("model.norm.weight", d));
  if (!shape.tied) all.push(draw.linear("lm_head.weight", vocabulary, d, 2));
  return all;
}

/** A layer of Phi-3. */
function fused({ modelDim: d, headDim, heads, kvHeads, neurons }: RandomCheckpoint, at: string, draw: Draw) {
  return [
    draw.gain(`${at}.input_layernorm.weight`, d),
    draw.linear(`${at}.self_attn.qkv_proj.weight`, (heads + 2 * kvHeads) * headDim, d, 1.3),
    draw.linear(`${at}.self_attn.o_proj.weight`, d, heads * headDim),
    draw.gain(`${at}.post_attention_layernorm.weight`, d),
    draw.linear(`${at}.mlp.gate_up_proj.weight`, 2 * neurons, d, 2),
    draw.linear(`${at}.mlp.down_proj.weight`, d, neurons),
  ];
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
  if (family === "gemma2" || family === "gemma3_text") {
    return [
      draw.gainFrom1(`${at}.pre_feedforward_layernorm.weight`, modelDim),
      draw.gainFrom1(`${at}.post_feedforward_layernorm.weight`, modelDim),
      ...(family === "gemma3_text"
        ? ["q", "k"].map((part) => draw.gainFrom1(`${at}.self_attn.${part}_norm.weight`, headDim))
        : []),
    ];
  }
  if (family === "olmo2" || family === "olmo3") {
    return [
      draw.gain(`${at}.post_feedforward_layernorm.weight`, modelDim),
      draw.gain(`${at}.self_attn.q_norm.weight`, heads * headDim),
      draw.gain(`${at}.self_attn.k_norm.weight`, kvHeads * headDim),
    ];
  }
  if (family === "qwen3") {
    return [draw.gain(`${at}.self_attn.q_norm.weight`, headDim), draw.gain(`${at}.self_attn.k_norm.weight`, headDim)];
  }
  return [];
}
