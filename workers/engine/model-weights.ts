import type { ModelWeights } from "#analysis/runner.ts";
import { addScaled, fromRows, matrix } from "#core/matrix.ts";
import { columnNorms, linearColumn, multiplyColumns, multiplyTransposed, rowReach } from "#formats/linear.ts";
import type { Linear } from "#formats/linear.ts";
import type { ModelSpec } from "#model/spec.ts";

/** A part by its place: the embedding, a block by its layer, or the unembedding. */
export type PartId = "embed" | "unembed" | number;

/** A model's weights as its graphs have them, by the names of the family's plan; what is given must not be written to. */
export interface WeightReader {
  linear(part: PartId, name: string): Promise<Linear>;
  plain(part: PartId, name: string): Promise<Float32Array>;
  /** One row of a table. */
  row(part: PartId, name: string, row: number): Promise<Float32Array>;
}

/** Reads the quantised weights themselves, so that an analysis speaks of the model that runs. */
export function modelWeights(spec: ModelSpec, reader: WeightReader): ModelWeights {
  return {
    async embedding(ids) {
      const rows = await Promise.all(ids.map((id) => reader.row("embed", "embedding", id)));
      const embedded = fromRows(rows, spec.modelDim);
      if (spec.positions.kind === "rotary") return embedded;
      const places = await Promise.all(ids.map((_, place) => reader.row("embed", "positions", place)));
      return matrix(ids.length, spec.modelDim, addScaled(embedded.data, fromRows(places, spec.modelDim).data));
    },
    async valueVectors(neurons) {
      const layers = [...new Set(neurons.map(({ layer }) => layer))];
      const vectors: Float32Array[] = [];
      // layer by layer, so that no more than one layer's weights have to be at hand
      for (const layer of layers) {
        const down = await reader.linear(layer, "down");
        neurons.forEach((at, index) => {
          if (at.layer === layer) vectors[index] = linearColumn(down, at.neuron);
        });
      }
      return vectors;
    },
    valueProducts: async (layer, direction) => multiplyTransposed(await reader.linear(layer, "down"), direction),
    async valueNorms(layer) {
      const gain = await reader.plain("unembed", "final_norm");
      return columnNorms(await reader.linear(layer, "down"), gain, { isCentred: spec.norm === "layer" });
    },
    unembeddingReach: async () => rowReach(await reader.linear("unembed", "unembedding")),
    headOutput: async ({ layer, head }, z) =>
      multiplyColumns(await reader.linear(layer, "attn_out"), head * spec.headDim, z),
    async logitDirection(mix) {
      const gain = await reader.plain("unembed", "final_norm");
      const direction = multiplyTransposed(await reader.linear("unembed", "unembedding"), mix).map(
        (value, dim) => value * gain[dim]!,
      );
      if (spec.norm === "rms") return direction;
      // a LayerNorm takes the mean out of what it is given, so the mean of a direction reads nothing
      const mean = direction.reduce((sum, value) => sum + value, 0) / direction.length;
      return direction.map((value) => value - mean);
    },
  };
}
