import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import type { Family, WeightPlan } from "../spec.ts";
import { architectureNamed } from "./architectures.ts";
import { GgufKeys, wrong } from "./metadata.ts";
import type { GgufMetadata, GgufTensors } from "./metadata.ts";

/** The field of a config by which it is known to be made of a GGUF file's metadata: the architecture there. */
export const GGUF_FIELD = "gguf_architecture";

/**
 * What a config.json would say of the model in a GGUF file, in the order and with the numbers that the file has: the same metadata
 * give the same text.
 *
 * @throws Fault "unknown-architecture" or "bad-config" naming the key
 */
export function configOfGguf(metadata: GgufMetadata, tensors: GgufTensors): Record<string, unknown> {
  const type = metadata.get("general.type") ?? "model";
  if (type !== "model") {
    throw new Fault("other-format", `GGUF: general.type is ${shown(type)}; a whole model is needed`);
  }
  const keys = new GgufKeys(metadata);
  const architecture = architectureNamed(keys.architecture);
  const experts = keys.number("expert_count", 0);
  if (experts > 0) {
    throw new Fault(
      "unknown-architecture",
      `GGUF: ${keys.architecture}.expert_count is ${experts}, a mixture of experts; one FFN in every layer is needed`,
    );
  }
  const [vocabulary] = tensors.shapeOf("token_embd.weight") ?? [];
  if (vocabulary === undefined) {
    throw new Fault(
      "bad-file",
      `GGUF: there is no tensor token_embd.weight${isVocabularyAlone(tensors) ? "; the file has a vocabulary alone, a whole model is needed" : ""}`,
    );
  }
  const config = architecture.config(keys, tensors);
  for (const [key, needed] of Object.entries(ALWAYS)) {
    const found = keys.raw(key) ?? needed;
    if (found !== needed) throw wrong(`${keys.architecture}.${key}`, found, String(needed));
  }
  return {
    ...config,
    vocab_size: vocabulary,
    tie_word_embeddings: !tensors.has("output.weight"),
    [GGUF_FIELD]: keys.architecture,
  };
}

/** Keys that llama.cpp heeds in every architecture, with what they have to be where a file has them. */
const ALWAYS = { "attention.causal": true };

const isVocabularyAlone = ({ has }: GgufTensors) => !has("output_norm.weight");

/**
 * A family whose weights stand as llama.cpp's converter writes them: every linear layer as [outputs, inputs], queries, keys and
 * values apart, gains whole, and rows in the order of the architecture.
 */
export function asInGguf(family: Family, architecture: unknown): Family {
  if (typeof architecture !== "string") throw wrong(GGUF_FIELD, architecture, "an architecture's name");
  const { rowOrder } = architectureNamed(architecture);
  return {
    ...family,
    weights(spec, has) {
      const plans = family.weights(spec, has);
      const stored = (each: readonly WeightPlan[]) => each.map((plan) => storedPlan(plan, rowOrder(spec, plan.name)));
      return {
        embed: stored(plans.embed),
        block: (layer) => stored(plans.block(layer)),
        unembed: stored(plans.unembed),
      };
    },
  };
}

function storedPlan(plan: WeightPlan, fileRow: WeightPlan["sourceRow"]): WeightPlan {
  const { sourceRow: moduleRow, transposed: _transposed, plus: _plus, ...rest } = plan;
  const isMoved = moduleRow !== undefined || fileRow !== undefined;
  return {
    ...rest,
    ...(fileRow && { sourceRow: fileRow }),
    ...(isMoved && { moduleRow: moduleRow ?? ((row) => row) }),
  };
}
