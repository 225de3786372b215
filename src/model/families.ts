import { Fault } from "#core/fault.ts";
import { readConfig } from "./config.ts";
import { gpt2 } from "./families/gpt2.ts";
import { gptNeox } from "./families/gpt-neox.ts";
import { gptj } from "./families/gptj.ts";
import { llama } from "./families/llama.ts";
import { mistral } from "./families/mistral.ts";
import { qwen2 } from "./families/qwen2.ts";
import { qwen3 } from "./families/qwen3.ts";
import type { Family, ModelSpec } from "./spec.ts";

/** Every architecture that can be read. A new one is a file in `families/` and an entry here. */
const FAMILIES: readonly Family[] = [llama, mistral, qwen2, qwen3, gpt2, gptNeox, gptj];

/** What a config says a model is, and the family that knows where its weights are. */
export interface ReadSpec {
  readonly family: Family;
  readonly spec: ModelSpec;
}

/**
 * What a config.json describes.
 *
 * @throws Fault "unknown-architecture" with the families there are; "bad-config" for a field that is missing or impossible
 */
export function readSpec(json: unknown): ReadSpec {
  const config = readConfig(json);
  const found = config.raw("architectures");
  const names = Array.isArray(found) ? found.map(String) : [];
  const family = FAMILIES.find(({ architectures }) => names.some((name) => architectures.includes(name)));
  if (!family) {
    const known = FAMILIES.flatMap(({ architectures }) => architectures).join(", ");
    const what = names.length > 0 ? names.join(", ") : "no architecture at all";
    throw new Fault("unknown-architecture", `config.json names ${what}; this explorer reads ${known}`);
  }
  const quantised = config.raw("quantization_config");
  if (quantised !== undefined) {
    const { quant_method: method } = quantised as { readonly quant_method?: unknown };
    throw new Fault(
      "unknown-architecture",
      `config.json: the weights are quantised already (${JSON.stringify(method ?? "no method named")}); weights in F32, F16 or BF16 are needed`,
    );
  }
  return { family, spec: family.readConfig(config) };
}
