import { Fault } from "#core/fault.ts";
import { storedDtype } from "#formats/stored.ts";
import type { TensorTable } from "#formats/checkpoint.ts";
import type { OnnxGraph } from "#formats/onnx/encode.ts";
import { blockGraph, unembedGraph } from "#graph/parts.ts";
import { layOut } from "#graph/weights.ts";
import type { Held, WeightLayout } from "#graph/weights.ts";
import type { CheckpointFormat, Dtype } from "#model/checkpoint.ts";
import type { ReadSpec } from "#model/families.ts";
import type { ModelSpec, WeightPlan } from "#model/spec.ts";
import type { PartId } from "./model-weights.ts";

/** How a linear layer's weights are held. */
const heldAs = { stored: "stored", q4: 4, q8: 8, f32: 32 } as const satisfies Record<Dtype, Held>;

/** One file of weights: the embedding's tables, a block, or the unembedding. */
export interface ModelPart {
  readonly id: PartId;
  /** As progress names it. */
  readonly name: string;
  readonly plans: readonly WeightPlan[];
  readonly layout: WeightLayout;
  /** What runs on these weights; the embedding is looked up and has none. */
  readonly graph?: () => OnnxGraph;
}

/** A model as its config and the headers of its tensors describe it, before any of its weights is read. */
export interface ModelPlan {
  readonly spec: ModelSpec;
  readonly format: CheckpointFormat;
  readonly dtype: Dtype;
  /** The embedding, the blocks in order, the unembedding. */
  readonly parts: readonly ModelPart[];
  readonly tensors: TensorTable;
  /** Each tensor counted once, also where the unembedding is the embedding. */
  readonly parameters: number;
}

/**
 * The plan of a model's parts. Everything that can be wrong between config and headers is found here.
 *
 * @throws Fault "bad-file" for a tensor that is missing, has another shape, or is stored in a type that cannot be read
 */
export function planModel({ family, spec, format }: ReadSpec, tensors: TensorTable, dtype: Dtype): ModelPlan {
  const plans = family.weights(spec, tensors.has);
  const layoutOf = (part: readonly WeightPlan[]) => {
    for (const plan of part) checkShapes(tensors, format, plan);
    return layOut(part, heldAs[dtype], (tensor) => {
      const entry = tensors.entry(tensor);
      return { dtype: storedDtype(entry), rows: entry.shape[0] ?? 1 };
    });
  };
  const embed = { id: "embed", name: "embedding", plans: plans.embed, layout: layoutOf(plans.embed) } as const;
  // each as it is made: a config that claims millions of layers fails at the first one that the file does not have
  const blocks = Array.from({ length: spec.layers }, (_, layer): ModelPart => {
    const blockPlans = plans.block(layer);
    const layout = layoutOf(blockPlans);
    return {
      id: layer,
      name: `block ${layer + 1} of ${spec.layers}`,
      plans: blockPlans,
      layout,
      graph: () => blockGraph(spec, layer, layout),
    };
  });
  const layout = layoutOf(plans.unembed);
  const unembed = {
    id: "unembed",
    name: "unembedding",
    plans: plans.unembed,
    layout,
    graph: () => unembedGraph(spec, layout),
  } as const;
  const parts = [embed, ...blocks, unembed];
  return { spec, format, dtype, parts, tensors, parameters: countParameters(parts, tensors) };
}

/** The stacked tensors have to give the plan's shape: the config and the file could disagree. */
function checkShapes(
  file: TensorTable,
  format: CheckpointFormat,
  { tensors, shape, transposed = false }: WeightPlan,
): void {
  const stored = tensors.map((tensor) => file.entry(tensor).shape);
  const shapes = transposed ? stored.map((dims) => dims.toReversed()) : stored;
  const inner = shape.slice(1).join(" × ");
  const rows = shapes.reduce((sum, [first = 0]) => sum + first, 0);
  if (rows !== shape[0] || shapes.some((found) => found.slice(1).join(" × ") !== inner)) {
    const found = shapes.map((dims) => `[${dims.join(", ")}]`).join(" + ");
    const [what, asks] = format === "GGUF" ? ["GGUF", "the file's metadata ask"] : ["checkpoint", "config.json asks"];
    throw new Fault(
      "bad-file",
      `${what}: ${tensors.join(" + ")} has shape ${found}; ${asks} for [${shape.join(", ")}]`,
    );
  }
}

function countParameters(parts: readonly ModelPart[], tensors: TensorTable): number {
  return [...neededTensors(parts)].reduce(
    (sum, name) => sum + tensors.entry(name).shape.reduce((count, size) => count * size, 1),
    0,
  );
}

/** The tensors that the graphs and tables are made of; a checkpoint can hold others. */
export const neededTensors = (parts: readonly ModelPart[]): ReadonlySet<string> =>
  new Set(parts.flatMap(({ plans }) => plans.flatMap((plan) => plan.tensors)));

/** The bytes that have to be read of the checkpoint. */
export const sourceBytes = ({ parts, tensors }: ModelPlan): number =>
  [...neededTensors(parts)].reduce((sum, name) => sum + tensors.entry(name).endByte - tensors.entry(name).startByte, 0);

/** What the parts take as they are stored and run, in bytes. */
export const packedBytes = (parts: readonly ModelPart[]): number =>
  parts.reduce((sum, { layout }) => sum + layout.totalBytes, 0);
