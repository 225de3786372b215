import type { Family, ReferenceModel } from "./families/family.ts";
import { gpt2 } from "./families/gpt2.ts";
import { gptNeox } from "./families/gpt-neox.ts";
import { gptj } from "./families/gptj.ts";
import { gemma2, gemma3 } from "./families/gated/gemma.ts";
import { granite } from "./families/gated/granite.ts";
import { olmo2, olmo3 } from "./families/gated/olmo.ts";
import { phi3 } from "./families/gated/phi3.ts";
import { smollm3 } from "./families/gated/smollm3.ts";
import { opt } from "./families/opt.ts";
import { llama } from "./families/llama.ts";
import { mistral } from "./families/mistral.ts";
import { qwen2 } from "./families/qwen2.ts";
import { qwen3 } from "./families/qwen3.ts";
import { readSafetensors } from "./tensors.ts";
import type { Tensor } from "./tensors.ts";

const FAMILIES: readonly Family[] = [
  llama,
  mistral,
  qwen2,
  qwen3,
  gpt2,
  gptNeox,
  gptj,
  gemma2,
  gemma3,
  olmo2,
  olmo3,
  granite,
  smollm3,
  opt,
  phi3,
];

/**
 * Reads a checkpoint folder: `config.json` and all safetensors files in it.
 *
 * @param replace gives another tensor of the same shape instead of a read one, for instance what is left of it after
 *   quantisation
 * @throws Error if the config is of no family that the reference knows
 */
export function readModel(
  files: ReadonlyMap<string, Uint8Array>,
  replace: (name: string, tensor: Tensor) => Tensor = (_, tensor) => tensor,
): ReferenceModel {
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as { readonly model_type: string };
  const family = FAMILIES.find(({ modelType }) => modelType === config.model_type);
  if (!family) {
    const known = FAMILIES.map(({ modelType }) => modelType).join(", ");
    throw new Error(`reference: ${config.model_type} is none of ${known}`);
  }
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
  return { ...family.describe(config as never), tensors };
}
