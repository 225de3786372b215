import { preNormScale } from "#analysis/lens/norm-scale.ts";
import type { ModelWeights } from "#analysis/runner.ts";
import { addScaled, dot, fromRows, matrix, rowOf } from "#core/numeric/matrix.ts";
import { columnNorms, linearColumn, linearRow, multiplyColumns, multiplyRows, rowReach } from "#formats/linear.ts";
import type { Linear } from "#formats/linear.ts";
import { multiplyAllTransposed, multiplyRowsTransposed, multiplyTransposed } from "#formats/linear-transposed.ts";
import { hasPreNorm, isGated } from "#model/spec.ts";
import type { ModelSpec } from "#model/spec.ts";

/** A part by its place: the embedding, a block by its layer, or the unembedding. */
export type PartId = "embed" | "unembed" | number;

/** A model's weights as its graphs have them, by the names of the family's plan; what is given must not be written to. */
export interface WeightReader {
  linear(part: PartId, name: string): Promise<Linear>;
  plain(part: PartId, name: string): Promise<Float32Array>;
  /** Undefined where the family has no such weight: biases. */
  plainIfAny(part: PartId, name: string): Promise<Float32Array | undefined>;
  /** One row of a table. */
  row(part: PartId, name: string, row: number): Promise<Float32Array>;
  /** `count` rows of a table one after the other, [count, columns]; not held. */
  rows(part: PartId, name: string, first: number, count: number): Promise<Float32Array>;
}

/** Rows of the embedding read at once: some ten megabytes of a wide one. */
const TABLE_ROWS = 2048;

/** Reads the quantised weights themselves, so that an analysis speaks of the model that runs. */
export function modelWeights(spec: ModelSpec, reader: WeightReader): ModelWeights {
  const logitScale = spec.scales?.logits ?? 1;
  /** The gain of the norm that a part reads through; undefined where it reads the residual as it is. */
  const preGain = async (layer: number, name: string) => (hasPreNorm(spec) ? reader.plain(layer, name) : undefined);
  /** What stands between a part's output and the residual: a norm's gain, its scale left at 1, and the residual's scale. */
  const behindPart = async (layer: number, name: string) => {
    const gain = await reader.plainIfAny(layer, name);
    const factor = spec.scales?.residual ?? 1;
    return <Vector extends Float32Array | Float64Array>(vector: Vector): Vector =>
      gain || factor !== 1 ? (vector.map((value, dim) => value * (gain?.[dim] ?? 1) * factor) as Vector) : vector;
  };
  const writtenNorms = async (layer: number, name: string, norm: string) => {
    const behind = await behindPart(layer, norm);
    const gain = behind(await reader.plain("unembed", "final_norm"));
    return columnNorms(await reader.linear(layer, name), gain, { isCentred: spec.norm === "layer" });
  };
  const logitDirections = async (mixes: readonly ArrayLike<number>[], first: number) => {
    const gain = await reader.plain("unembed", "final_norm");
    const behind = multiplyAllTransposed(await reader.linear("unembed", "unembedding"), first, mixes);
    return behind.map((each) =>
      readBehindNorm(spec, gain, logitScale === 1 ? each : each.map((value) => value * logitScale)),
    );
  };
  return {
    async embedding(ids) {
      const rows = await Promise.all(ids.map((id) => reader.row("embed", "embedding", id)));
      const embedded = fromRows(rows, spec.modelDim);
      const factor = spec.scales?.embedding ?? 1;
      if (factor !== 1) embedded.data.forEach((value, i) => (embedded.data[i] = value * factor));
      const { positions } = spec;
      if (positions.kind !== "learned") return embedded;
      const first = positions.firstRow ?? 0;
      const places = await Promise.all(ids.map((_, place) => reader.row("embed", "positions", first + place)));
      return matrix(ids.length, spec.modelDim, addScaled(embedded.data, fromRows(places, spec.modelDim).data));
    },
    async valueVectors(neurons) {
      const layers = [...new Set(neurons.map(({ layer }) => layer))];
      const vectors: Float32Array[] = [];
      // layer by layer, so that no more than one layer's weights have to be at hand
      for (const layer of layers) {
        const down = await reader.linear(layer, "down");
        const behind = await behindPart(layer, "mlp_post_norm");
        neurons.forEach((at, index) => {
          if (at.layer === layer) vectors[index] = behind(linearColumn(down, at.neuron));
        });
      }
      return vectors;
    },
    async valueProducts(layer, direction) {
      const behind = await behindPart(layer, "mlp_post_norm");
      return multiplyTransposed(await reader.linear(layer, "down"), behind(Float64Array.from(direction)));
    },
    valueNorms: (layer) => writtenNorms(layer, "down", "mlp_post_norm"),
    outputNorms: (layer) => writtenNorms(layer, "attn_out", "attn_post_norm"),
    unembeddingReach: async () => logitScale * rowReach(await reader.linear("unembed", "unembedding")),
    async unembeddingRows(first, count) {
      const unembedding = await reader.linear("unembed", "unembedding");
      const { modelDim } = spec;
      const rows = new Float32Array(count * modelDim);
      for (let row = 0; row < count; row++) {
        linearRow(unembedding, first + row, rows.subarray(row * modelDim, (row + 1) * modelDim));
      }
      return matrix(count, modelDim, logitScale === 1 ? rows : rows.map((value) => value * logitScale));
    },
    async headOutput({ layer, head }, z) {
      const behind = await behindPart(layer, "attn_post_norm");
      return behind(multiplyColumns(await reader.linear(layer, "attn_out"), head * spec.headDim, z));
    },
    logitDirection: async (mix) => (await logitDirections([mix], 0))[0]!,
    logitDirections,
    async valueOutput(layer, vectors, head) {
      const { heads, kvHeads, headDim } = spec;
      const gain = await preGain(layer, "attn_norm");
      const inputs = vectors.map((vector) => throughNorm(spec, gain, vector));
      const values = multiplyRows(await reader.linear(layer, "qkv"), inputs, firstValue(spec), kvHeads * headDim);
      const group = heads / kvHeads;
      const z = values.map((value) =>
        Float32Array.from({ length: heads * headDim }, (_, i) =>
          head === undefined || head === Math.floor(i / headDim)
            ? value[Math.floor(i / (group * headDim)) * headDim + (i % headDim)]!
            : 0,
        ),
      );
      return multiplyRows(await reader.linear(layer, "attn_out"), z).map(await behindPart(layer, "attn_post_norm"));
    },
    async neuronKeys({ layer, neuron }) {
      const weights = await reader.linear(layer, "mlp_in");
      const gain = await preGain(layer, spec.block === "parallel-shared" ? "attn_norm" : "mlp_norm");
      const key = (row: number) =>
        Float32Array.from(readBehindNorm(spec, gain, Float64Array.from(linearRow(weights, row))));
      return isGated(spec) ? { up: key(spec.neurons + neuron), gate: key(neuron) } : { up: key(neuron) };
    },
    async embeddingProducts(direction) {
      const { vocabulary, modelDim } = spec;
      const products = new Float64Array(vocabulary);
      const factor = spec.scales?.embedding ?? 1;
      for (let first = 0; first < vocabulary; first += TABLE_ROWS) {
        const count = Math.min(TABLE_ROWS, vocabulary - first);
        const rows = await reader.rows("embed", "embedding", first, count);
        for (let row = 0; row < count; row++) {
          products[first + row] = factor * dot(rows.subarray(row * modelDim, (row + 1) * modelDim), direction);
        }
      }
      return products;
    },
    async outputProducts(layer, direction) {
      const behind = await behindPart(layer, "attn_post_norm");
      return multiplyTransposed(await reader.linear(layer, "attn_out"), behind(Float64Array.from(direction)));
    },
    async valueDirection(layer, mix) {
      const { heads, kvHeads, headDim } = spec;
      const group = heads / kvHeads;
      const shared = new Float64Array(kvHeads * headDim);
      for (let i = 0; i < heads * headDim; i++) {
        shared[Math.floor(i / (group * headDim)) * headDim + (i % headDim)]! += mix[i]!;
      }
      const read = multiplyRowsTransposed(await reader.linear(layer, "qkv"), firstValue(spec), shared);
      return readBehindNorm(spec, await preGain(layer, "attn_norm"), read);
    },
    async values(layer, residuals) {
      const { kvHeads, headDim } = spec;
      const gain = await preGain(layer, "attn_norm");
      const normBias = await reader.plainIfAny(layer, "attn_norm.bias");
      const inputs = Array.from({ length: residuals.rows }, (_, row) => {
        const residual = rowOf(residuals, row);
        const scale = preNormScale(spec, residual);
        return throughNorm(spec, gain, residual).map((value, dim) => value * scale + (normBias?.[dim] ?? 0));
      });
      const values = multiplyRows(await reader.linear(layer, "qkv"), inputs, firstValue(spec), kvHeads * headDim);
      const bias = (await reader.plainIfAny(layer, "qkv.bias"))?.subarray(firstValue(spec));
      return fromRows(
        bias ? values.map((value) => value.map((each, i) => each + bias[i]!)) : values,
        kvHeads * headDim,
      );
    },
    async outputBiases(layer) {
      const attention = await reader.plainIfAny(layer, "attn_out.bias");
      const ffn = await reader.plainIfAny(layer, "down.bias");
      return {
        ...(attention && { attention: (await behindPart(layer, "attn_post_norm"))(attention) }),
        ...(ffn && { ffn: (await behindPart(layer, "mlp_post_norm"))(ffn) }),
      };
    },
    async logitBias(mix) {
      const ofNorm = await reader.plainIfAny("unembed", "final_norm.bias");
      const own = await reader.plainIfAny("unembed", "unembedding.bias");
      const read = ofNorm && multiplyTransposed(await reader.linear("unembed", "unembedding"), mix);
      return logitScale * ((ofNorm ? dot(ofNorm, read!) : 0) + (own ? dot(own, mix) : 0));
    },
    async attentionOutputs(layer, zs) {
      const behind = await behindPart(layer, "attn_post_norm");
      return multiplyRows(await reader.linear(layer, "attn_out"), zs).map((vector) => behind(vector));
    },
  };
}

/** Where a layer's values begin among the rows of `qkv`: behind all queries and keys. */
const firstValue = ({ heads, kvHeads, headDim }: ModelSpec) => (heads + kvHeads) * headDim;

/** The norm with its scale at 1 and without its bias: γ ⊙ v, in a LayerNorm model with v's mean taken out first. */
function throughNorm({ norm }: ModelSpec, gain: Float32Array | undefined, vector: Float32Array): Float32Array {
  if (!gain) return vector;
  const mean = norm === "rms" ? 0 : meanOf(vector);
  return vector.map((value, dim) => (value - mean) * gain[dim]!);
}

/** The direction before the norm that a direction behind it reads: the transpose of `throughNorm`. */
function readBehindNorm({ norm }: ModelSpec, gain: Float32Array | undefined, behind: Float64Array): Float64Array {
  if (!gain) return behind;
  const direction = behind.map((value, dim) => value * gain[dim]!);
  if (norm === "rms") return direction;
  // a LayerNorm takes the mean out of what it is given, so the mean of a direction reads nothing
  const mean = meanOf(direction);
  return direction.map((value) => value - mean);
}

const meanOf = (values: Float32Array | Float64Array) => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};
