import { Fault } from "#core/fault.ts";
import { shownName } from "#core/shown.ts";
import type { TensorEntry } from "./stored.ts";

/** The tensors by which each way of quantising stores a layer, asked in this order. */
const WAYS: readonly (readonly [RegExp, string])[] = [
  [/\.g_idx$/, "GPTQ"],
  [/\.quant_state\.bitsandbytes__|\.(?:absmax|SCB|quant_map)$/, "bitsandbytes"],
  [/\.weight_(?:packed|shape)$/, "compressed-tensors"],
  [/\.weight_scale(?:_inv)?$/, "FP8"],
  [/\.W_q$/, "HQQ"],
  [/_blocks$/, "MXFP4"],
];

/**
 * Weights that were quantised elsewhere are no numbers that could be read one by one. Old files say so nowhere but in the names
 * of their tensors.
 *
 * @throws Fault "other-format" naming the way and the tensor that tells
 */
export function refuseQuantised(entries: readonly TensorEntry[]): void {
  const shapes = new Map(entries.map(({ name, shape }) => [name, shape]));
  for (const { name, dtype, shape } of entries) {
    const way =
      packedWay(name, shape, shapes) ?? mlxWay(name, dtype, shapes) ?? WAYS.find(([fits]) => fits.test(name))?.[1];
    if (way !== undefined) throw quantised(way, `tensor ${shownName(name)}`);
  }
}

/** GPTQ packs the inputs of a layer, AWQ the outputs, eight to a number at 4 bits: `scales` has as many columns as there are outputs. */
function packedWay(name: string, shape: readonly number[], shapes: ReadonlyMap<string, readonly number[]>) {
  if (!name.endsWith(".qweight")) return undefined;
  const outputs = shapes.get(name.replace(/qweight$/, "scales"))?.[1];
  return outputs === undefined || outputs === shape[1] ? "GPTQ" : "AWQ";
}

/** MLX keeps `weight` as whole numbers, with `scales` and `biases` beside it. */
const mlxWay = (name: string, dtype: string, shapes: ReadonlyMap<string, unknown>) =>
  name.endsWith(".weight") && dtype === "U32" && shapes.has(name.replace(/weight$/, "scales")) ? "MLX" : undefined;

const quantised = (way: string, told: string) =>
  new Fault(
    "other-format",
    `checkpoint: the weights are quantised by ${way}, which ${told} tells; weights in F32, F16 or BF16 are needed: open the checkpoint that it was made from`,
  );
