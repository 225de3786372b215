import type { AdapterParts } from "../random/adapter.ts";
import { patternOf } from "../random/adapter.ts";
import { nameIn, tensorOf } from "./families/family.ts";
import type { ReferenceModel } from "./families/family.ts";
import { transposed } from "./tensors.ts";
import type { Tensor } from "./tensors.ts";

/**
 * The model with an adapter merged into its weights, in float64: W + s·B·A for each pair, s = alpha / rank, or alpha / √rank
 * where the config says `use_rslora`. (Hu et al. 2021, arXiv 2106.09685; Kalajdzievski 2023, arXiv 2312.03732.)
 */
export function merged(base: ReferenceModel, { config, tensors: factors }: AdapterParts): ReferenceModel {
  const tensors = new Map(base.tensors);
  const model = { ...base, tensors };
  for (const A of factors.filter(({ name }) => name.includes(".lora_A."))) {
    const B = factors.find(({ name }) => name === A.name.replace(".lora_A.", ".lora_B."))!;
    const module = A.name.replace(/^base_model\.model\./, "").replace(/\.lora_A\..*$/, "");
    const rank = A.shape[0]!;
    const alpha =
      patternOf(config["alpha_pattern"] as Record<string, number>, module) ?? (config["lora_alpha"] as number);
    const scale = alpha / (config["use_rslora"] === true ? Math.sqrt(rank) : rank);
    const weight = tensorOf(model, `${module}.weight`);
    const plain = base.anatomy.isConv1d ? transposed(weight) : weight;
    const sum = plusProduct(plain, B.data, A.data, scale);
    tensors.set(nameIn(model, `${module}.weight`), base.anatomy.isConv1d ? transposed(sum) : sum);
  }
  return model;
}

function plusProduct({ shape, data }: Tensor, up: Float32Array, down: Float32Array, scale: number): Tensor {
  const [rows, cols] = shape as [number, number];
  const rank = down.length / cols;
  const sum = Float64Array.from(data);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      for (let r = 0; r < rank; r++) {
        sum[row * cols + col]! += scale * up[row * rank + r]! * down[r * cols + col]!;
      }
    }
  }
  return { shape, data: sum };
}
