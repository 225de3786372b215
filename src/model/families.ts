import { Fault } from "#core/fault.ts";
import { shown, shownName } from "#core/shown.ts";
import { readConfig } from "./config.ts";
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
import { GGUF_FIELD, asInGguf } from "./gguf/config.ts";
import { unreadKind } from "./families/not-read.ts";
import { checkSize } from "./size.ts";
import type { CheckpointFormat } from "./checkpoint.ts";
import type { Config, Family, ModelSpec } from "./spec.ts";

/** Every architecture that can be read. A new one is a file in `families/` and an entry here. */
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

/** What a config says a model is, and the family that knows where its weights are. */
export interface ReadSpec {
  readonly family: Family;
  readonly spec: ModelSpec;
  readonly format: CheckpointFormat;
}

/**
 * What a config.json describes.
 *
 * @throws Fault "unknown-architecture" with the families there are; "bad-config" for a field that is missing or impossible
 */
export function readSpec(json: unknown): ReadSpec {
  const config = readConfig(json);
  const format = config.raw(GGUF_FIELD) === undefined ? "safetensors" : "GGUF";
  try {
    const family = readableFamily(config);
    return { family, spec: checkSize(family.readConfig(config)), format };
  } catch (reason) {
    if (format !== "GGUF" || !(reason instanceof Fault)) throw reason;
    // nobody who opened a GGUF file has seen the config that was made of it
    throw new Fault(reason.code, reason.message.replace(/^config\.json:? /, MADE_CONFIG), { cause: reason });
  }
}

const MADE_CONFIG = "GGUF: by a config.json's names, ";

/** Why a config describes nothing that can be read, as a clause, from what a list of models has of it; undefined where nothing is against it. */
export function architectureRefusal(json: unknown): string | undefined {
  try {
    readableFamily(readConfig(json));
    return undefined;
  } catch (reason) {
    if (!(reason instanceof Fault)) throw reason;
    // what is needed is the same for a whole list, and is said once
    return reason.message.replace(/^config\.json:? /, "its config ").split(";", 1)[0];
  }
}

/** @throws Fault "unknown-architecture" or "other-format" for a kind of model that is not read, whatever its fields are */
function readableFamily(config: Config): Family {
  const family = familyOf(config);
  const experts = expertsOf(config);
  if (experts) {
    throw new Fault(
      "unknown-architecture",
      `config.json: ${experts} is ${shown(config.raw(experts))}, a mixture of experts; one FFN in every layer is needed`,
    );
  }
  refuseQuantised(config);
  const architecture = config.raw(GGUF_FIELD);
  return architecture === undefined ? family : asInGguf(family, architecture);
}

/**
 * The family that a config names. As in transformers, `model_type` decides wherever there is one, whatever a model was saved as; what
 * it was saved as decides where no type was written down. A type whose architectures are all of kinds that are not read is refused: a
 * head that sorts texts, or somebody's own code, has the type of what it was made from.
 */
function familyOf(config: Config): Family {
  const found = config.raw("architectures");
  const names = Array.isArray(found) ? found.filter((name) => typeof name === "string") : [];
  const isUnsaid = found === undefined || (Array.isArray(found) && found.length === 0);
  const type = config.raw("model_type");
  const saved = FAMILIES.filter(({ architectures }) => names.some((name) => architectures.includes(name)));
  const typed = FAMILIES.find(({ name }) => name === type);
  const family = type === undefined ? saved[0] : isUnsaid || saved.length > 0 ? typed : undefined;
  if (family && (type !== undefined || saved.length === 1)) return family;
  const known = FAMILIES.flatMap(({ architectures }) => architectures).join(", ");
  const named = names.slice(0, MAX_NAMED).map(shownName).join(", ");
  const typeName = typeof type === "string" ? shownName(type) : shown(type);
  const kind = unreadKind([...names, ...(typeof type === "string" ? [type] : [])]) ?? (expertsOf(config) && EXPERTS);
  const what =
    names.length === 0
      ? type === undefined
        ? "no architecture at all"
        : `no architecture, and the model type ${typeName}`
      : saved.length === 0
        ? named
        : type === undefined
          ? `${named} and no model_type that would decide between them`
          : `${named}, and the model type ${typeName}, which decides`;
  throw new Fault(
    "unknown-architecture",
    `config.json names ${what}${kind ? `, ${kind}` : ""}; this explorer reads ${known}`,
  );
}

const EXPERTS = "a mixture of experts";
/** More architectures than this are not repeated in a message. */
const MAX_NAMED = 4;

/** What Mixtral, Qwen-MoE, DeepSeek and gpt-oss call the number of their experts; undefined where there are none or one. */
const expertsOf = (config: Config) =>
  ["num_local_experts", "num_experts", "n_routed_experts"].find((field) => {
    const count = config.raw(field);
    return count !== undefined && count !== 0 && count !== 1;
  });

/** Ways of quantising by the name that configs have for them, with the one that people have. */
const WAYS: ReadonlyMap<unknown, string> = new Map([
  ["gptq", "GPTQ"],
  ["awq", "AWQ"],
  ["bitsandbytes", "bitsandbytes"],
  ["fp8", "FP8"],
  ["fbgemm_fp8", "FP8"],
  ["mxfp4", "MXFP4"],
  ["hqq", "HQQ"],
]);

/** Names of fields that bitsandbytes alone has. */
const OF_BITSANDBYTES = /^_?(?:bnb_|load_in_[48]bit|llm_int8_)/;

const unnamedWay = (quantised: unknown) =>
  typeof quantised === "object" && quantised !== null && Object.keys(quantised).some((key) => OF_BITSANDBYTES.test(key))
    ? "bitsandbytes"
    : "a way that is not named";

/** GPTQ, AWQ, bitsandbytes, FP8, MXFP4 and the like: their tensors are not numbers that can be read one by one. */
function refuseQuantised(config: Config): void {
  const quantised = config.raw("quantization_config") ?? config.raw("compression_config");
  // MLX writes its own field, and since 2025 often a copy under the common name, without a method
  const mlx = config.raw("quantization");
  if (quantised === undefined && mlx === undefined) return;
  const { quant_method: method } = (quantised ?? {}) as { readonly quant_method?: unknown };
  const way =
    method === undefined || method === null
      ? mlx !== undefined
        ? "MLX"
        : unnamedWay(quantised)
      : (WAYS.get(method) ?? shown(method));
  throw new Fault(
    "other-format",
    `config.json: the weights are quantised by ${way}; weights in F32, F16 or BF16 are needed: open the checkpoint that they were made from, or a GGUF file of the model`,
  );
}
