import { safetensors } from "./checkpoints.ts";
import type { CheckpointFiles } from "./checkpoints.ts";
import { readModel } from "./reference/model.ts";

/** A checkpoint with one tensor multiplied, all in float32 and in one file. */
export function multiplied(files: CheckpointFiles, tensor: string, factor: number): CheckpointFiles {
  const tensors = [...readModel(files).tensors].map(([name, { shape, data }]) => ({
    name,
    shape,
    data: Float32Array.from(data, (value) => (name === tensor ? value * factor : value)),
  }));
  return new Map(files).set("model.safetensors", safetensors(tensors));
}
