import type { Draw, NamedTensor, RandomCheckpoint, RandomFamily } from "./shape.ts";

export const gpt2: RandomFamily = {
  config: (shape) => ({
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    activation_function: "gelu_new",
    ...gptCounts(shape),
    n_ctx: shape.context,
    scale_attn_weights: true,
    // tied is what a gpt2 config means that says nothing
    ...(shape.tied ? {} : { tie_word_embeddings: false }),
  }),
  tensors: (shape, draw) => {
    const { modelDim: d, neurons, vocabulary, context } = shape;
    const all = [
      draw.table("transformer.wte.weight", [vocabulary, d], 0.5),
      draw.table("transformer.wpe.weight", [context, d], 0.3),
    ];
    for (let layer = 0; layer < shape.layers; layer++) {
      const at = `transformer.h.${layer}`;
      all.push(
        ...norm(draw, `${at}.ln_1`, d),
        draw.conv1d(`${at}.attn.c_attn.weight`, 3 * d, d, 1.4),
        draw.bias(`${at}.attn.c_attn.bias`, 3 * d),
        draw.conv1d(`${at}.attn.c_proj.weight`, d, d),
        draw.bias(`${at}.attn.c_proj.bias`, d),
        ...norm(draw, `${at}.ln_2`, d),
        draw.conv1d(`${at}.mlp.c_fc.weight`, neurons, d, 2),
        draw.bias(`${at}.mlp.c_fc.bias`, neurons),
        draw.conv1d(`${at}.mlp.c_proj.weight`, d, neurons),
        draw.bias(`${at}.mlp.c_proj.bias`, d),
        ...(shape.buffers ? [mask(`${at}.attn.bias`, context)] : []),
      );
    }
    all.push(...norm(draw, "transformer.ln_f", d));
    if (!shape.tied) all.push(draw.linear("lm_head.weight", vocabulary, d, 2));
    return all;
  },
};

export const gptj: RandomFamily = {
  config: (shape) => ({
    architectures: ["GPTJForCausalLM"],
    model_type: "gptj",
    activation_function: "gelu_new",
    ...gptCounts(shape),
    rotary: true,
    rotary_dim: shape.rotaryDims,
    scale_attn_weights: true,
    tie_word_embeddings: shape.tied,
  }),
  tensors: (shape, draw) => {
    const { modelDim: d, neurons, vocabulary, context } = shape;
    const all = [draw.table("transformer.wte.weight", [vocabulary, d], 0.5)];
    for (let layer = 0; layer < shape.layers; layer++) {
      const at = `transformer.h.${layer}`;
      all.push(
        ...norm(draw, `${at}.ln_1`, d),
        draw.linear(`${at}.attn.k_proj.weight`, d, d, 1.5),
        draw.linear(`${at}.attn.v_proj.weight`, d, d),
        draw.linear(`${at}.attn.q_proj.weight`, d, d, 1.5),
        draw.linear(`${at}.attn.out_proj.weight`, d, d),
        draw.linear(`${at}.mlp.fc_in.weight`, neurons, d, 2),
        draw.bias(`${at}.mlp.fc_in.bias`, neurons),
        draw.linear(`${at}.mlp.fc_out.weight`, d, neurons),
        draw.bias(`${at}.mlp.fc_out.bias`, d),
        ...(shape.buffers ? [mask(`${at}.attn.bias`, context), scalar(`${at}.attn.masked_bias`)] : []),
      );
    }
    all.push(...norm(draw, "transformer.ln_f", d));
    if (!shape.tied) all.push(draw.linear("lm_head.weight", vocabulary, d, 2));
    // a tied head has its bias all the same
    all.push(draw.bias("lm_head.bias", vocabulary));
    return all;
  },
};

export const gptNeox: RandomFamily = {
  config: (shape) => ({
    architectures: ["GPTNeoXForCausalLM"],
    model_type: "gpt_neox",
    hidden_size: shape.modelDim,
    intermediate_size: shape.neurons,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    max_position_embeddings: shape.context,
    layer_norm_eps: shape.epsilon,
    ...partialRotation(shape),
    hidden_act: "gelu",
    use_parallel_residual: shape.parallel,
    tie_word_embeddings: shape.tied,
  }),
  tensors: (shape, draw) => {
    const { modelDim: d, neurons, vocabulary, context } = shape;
    const all = [draw.table("gpt_neox.embed_in.weight", [vocabulary, d], 0.5)];
    for (let layer = 0; layer < shape.layers; layer++) {
      const at = `gpt_neox.layers.${layer}`;
      all.push(
        ...norm(draw, `${at}.input_layernorm`, d),
        ...norm(draw, `${at}.post_attention_layernorm`, d),
        draw.linear(`${at}.attention.query_key_value.weight`, 3 * d, d, 1.4),
        draw.bias(`${at}.attention.query_key_value.bias`, 3 * d),
        draw.linear(`${at}.attention.dense.weight`, d, d),
        draw.bias(`${at}.attention.dense.bias`, d),
        draw.linear(`${at}.mlp.dense_h_to_4h.weight`, neurons, d, 2),
        draw.bias(`${at}.mlp.dense_h_to_4h.bias`, neurons),
        draw.linear(`${at}.mlp.dense_4h_to_h.weight`, d, neurons),
        draw.bias(`${at}.mlp.dense_4h_to_h.bias`, d),
      );
      if (!shape.buffers) continue;
      const pairs = Math.floor((shape.rotaryShare * shape.headDim) / 2);
      all.push(mask(`${at}.attention.bias`, context), scalar(`${at}.attention.masked_bias`));
      all.push({ name: `${at}.attention.rotary_emb.inv_freq`, shape: [pairs], data: new Float32Array(pairs) });
    }
    all.push(...norm(draw, "gpt_neox.final_layer_norm", d));
    if (!shape.tied) all.push(draw.linear("embed_out.weight", vocabulary, d, 2));
    return all;
  },
};

const gptCounts = (shape: RandomCheckpoint) => ({
  n_embd: shape.modelDim,
  n_head: shape.heads,
  // null is four times as many neurons as dimensions, and what the published models say
  n_inner: shape.neurons === 4 * shape.modelDim ? null : shape.neurons,
  n_layer: shape.layers,
  n_positions: shape.context,
  layer_norm_epsilon: shape.epsilon,
});

function partialRotation({ rotaryShare, ropeTheta, ropeParameters }: RandomCheckpoint) {
  if (!ropeParameters) return { rotary_pct: rotaryShare, rotary_emb_base: ropeTheta };
  return { rope_parameters: { rope_type: "default", rope_theta: ropeTheta, partial_rotary_factor: rotaryShare } };
}

const norm = (draw: Draw, name: string, size: number): NamedTensor[] => [
  draw.gain(`${name}.weight`, size),
  draw.bias(`${name}.bias`, size),
];

/** A causal mask, which is no weight whatever its name says. */
function mask(name: string, context: number): NamedTensor {
  const data = Float32Array.from({ length: context * context }, (_, i) => (i % context <= i / context ? 1 : 0));
  return { name, shape: [1, 1, context, context], data };
}

const scalar = (name: string): NamedTensor => ({ name, shape: [], data: Float32Array.of(-10_000) });

export const opt: RandomFamily = {
  config: (shape) => ({
    architectures: ["OPTForCausalLM"],
    model_type: "opt",
    hidden_size: shape.modelDim,
    word_embed_proj_dim: shape.modelDim,
    ffn_dim: shape.neurons,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    max_position_embeddings: shape.context,
    do_layer_norm_before: true,
    activation_function: "relu",
    tie_word_embeddings: shape.tied,
    pad_token_id: 1,
  }),
  tensors: (shape, draw) => {
    const { modelDim: d, neurons, vocabulary, context } = shape;
    const norm = (name: string) => [draw.gain(`${name}.weight`, d), draw.bias(`${name}.bias`, d)];
    const linear = (name: string, outputs: number, inputs: number, gain = 1) => [
      draw.linear(`${name}.weight`, outputs, inputs, gain),
      draw.bias(`${name}.bias`, outputs),
    ];
    return [
      draw.table("model.decoder.embed_tokens.weight", [vocabulary, d], 0.5),
      draw.table("model.decoder.embed_positions.weight", [context + 2, d], 0.3),
      ...Array.from({ length: shape.layers }, (_, layer) => {
        const at = `model.decoder.layers.${layer}`;
        return [
          ...norm(`${at}.self_attn_layer_norm`),
          ...linear(`${at}.self_attn.q_proj`, d, d, 1.5),
          ...linear(`${at}.self_attn.k_proj`, d, d, 1.5),
          ...linear(`${at}.self_attn.v_proj`, d, d),
          ...linear(`${at}.self_attn.out_proj`, d, d),
          ...norm(`${at}.final_layer_norm`),
          ...linear(`${at}.fc1`, neurons, d, 2),
          ...linear(`${at}.fc2`, d, neurons),
        ];
      }).flat(),
      ...norm("model.decoder.final_layer_norm"),
      ...(shape.tied ? [] : [draw.linear("lm_head.weight", vocabulary, d, 2)]),
    ];
  },
};
