/**
 * The reference: a Llama model in float64, as plainly as it can be written. It exists to be believed, not to be fast,
 * and shares nothing with the engine. Names: T tokens, d the residual's width, H heads of dh, N neurons, V vocabulary.
 */
export interface ReferenceModel {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly modelDim: number;
  readonly neurons: number;
  readonly vocabulary: number;
  readonly ropeTheta: number;
  /** What is added to a mean square before its root is taken. */
  readonly epsilon: number;
  /** By the checkpoint's own names, the values that the file's weights are exactly. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A row-major array in float64; a linear layer's weight is [out, in]. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/**
 * Reads a checkpoint folder: `config.json` and all safetensors files in it.
 *
 * @param replace gives another tensor of the same shape instead of a read one, for instance what is left of it after
 *   quantisation
 * @throws Error if the config is not Llama's
 */
export function readModel(
  files: ReadonlyMap<string, Uint8Array>,
  replace: (name: string, tensor: Tensor) => Tensor = (_, tensor) => tensor,
): ReferenceModel {
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as LlamaConfig;
  if (config.model_type !== "llama") throw new Error(`reference: ${config.model_type} is not llama`);
  const tensors = new Map<string, Tensor>();
  for (const [file, bytes] of files) {
    if (!file.endsWith(".safetensors")) continue;
    for (const [name, tensor] of readSafetensors(bytes)) {
      const kept = replace(name, tensor);
      if (kept.shape.join() !== tensor.shape.join()) {
        throw new Error(
          `reference: ${name} is [${tensor.shape.join(", ")}], its replacement [${kept.shape.join(", ")}]`,
        );
      }
      tensors.set(name, kept);
    }
  }
  return {
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headDim: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    modelDim: config.hidden_size,
    neurons: config.intermediate_size,
    vocabulary: config.vocab_size,
    ropeTheta: config.rope_theta ?? 10_000,
    epsilon: config.rms_norm_eps,
    tensors,
  };
}

interface LlamaConfig {
  readonly model_type: string;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads?: number;
  readonly head_dim?: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly vocab_size: number;
  readonly rope_theta?: number;
  readonly rms_norm_eps: number;
}

/** @throws Error naming the tensor that the checkpoint lacks */
export function tensorOf(model: ReferenceModel, name: string): Tensor {
  const tensor = model.tensors.get(name);
  if (!tensor) throw new Error(`reference: the checkpoint has no ${name}`);
  return tensor;
}

/** The weight of layer `layer` that the checkpoint calls `model.layers.{layer}.{part}.weight`. */
export const layerWeight = (model: ReferenceModel, layer: number, part: string) =>
  tensorOf(model, `model.layers.${layer}.${part}.weight`);

/** The unembedding [V, d]; with tied embeddings the embedding itself. */
export const unembedding = (model: ReferenceModel) =>
  model.tensors.get("lm_head.weight") ?? tensorOf(model, "model.embed_tokens.weight");

/** An 8-byte little-endian header length, a JSON header, then the data; F32, F16 and BF16. */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as Record<string, Entry>;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
    const start = 8 + headerBytes + offsets[0];
    for (let i = 0; i < data.length; i++) {
      if (dtype === "F32") data[i] = view.getFloat32(start + 4 * i, true);
      else if (dtype === "F16") data[i] = halfValue(view.getUint16(start + 2 * i, true));
      else if (dtype === "BF16") data[i] = bfloatValue(view.getUint16(start + 2 * i, true));
      else throw new Error(`reference: ${name} is stored as ${dtype}`);
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** sign · 2^(e − 15) · (1 + f/1024), and sign · 2⁻¹⁴ · f/1024 for e = 0; infinities and NaN do not occur in weights. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

/** A bfloat16 is a float32 whose lower 16 bits are 0. */
function bfloatValue(bits: number): number {
  return new Float32Array(new Uint32Array([bits << 16]).buffer)[0]!;
}
