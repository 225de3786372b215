import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { layersOf } from "../../config.ts";
import { rotaryPositions } from "../../rope.ts";
import type { Config, Family } from "../../spec.ts";
import { gatedSpec, gatedWeights } from "../llama.ts";
import { layerKinds } from "./layer-kinds.ts";

/** What transformers' SmolLM3Config takes missing fields for. */
const KV_HEADS = 4;
const CONTEXT = 32_768;
const THETA = 2e6;
const INTERVAL = 4;

/** SmolLM3: Llama's wiring; positions do not enter every fourth layer. */
export const smollm3: Family = {
  name: "smollm3",
  architectures: ["SmolLM3ForCausalLM"],
  readConfig(config) {
    const spec = gatedSpec("smollm3", config, {
      biased: [
        ...(config.flag("attention_bias", false) ? (["qkv", "attn_out"] as const) : []),
        ...(config.flag("mlp_bias", false) ? (["ffn"] as const) : []),
      ],
      kvHeads: KV_HEADS,
      context: CONTEXT,
      tied: true,
      positions: (headDim) => rotaryPositions(config, headDim, "rope_theta", THETA),
    });
    const turns = turningLayers(config, layersOf(config));
    const isWindowed = config.flag("use_sliding_window", false) && config.raw("sliding_window") !== undefined;
    const kinds = layerKinds(config, (layer) => (isWindowed && !turns[layer] ? "sliding_attention" : "full_attention"));
    const perLayer = turns.map((isTurned, layer) => ({
      ...(!isTurned && { positions: { kind: "none" } as const }),
      ...(isWindowed && kinds[layer] === "sliding_attention" && { window: config.count("sliding_window") }),
    }));
    return { ...spec, perLayer };
  },
  weights: gatedWeights,
};

/** Whether each layer turns queries and keys: `no_rope_layers` has 1 for those that do, in spite of its name. */
function turningLayers(config: Config, layers: number): boolean[] {
  const given = config.raw("no_rope_layers");
  const interval = config.count("no_rope_layer_interval", INTERVAL);
  if (given === undefined) return Array.from({ length: layers }, (_, layer) => (layer + 1) % interval !== 0);
  if (!Array.isArray(given) || given.length < layers || !given.every((each) => each === 0 || each === 1)) {
    throw new Fault(
      "bad-config",
      `config.json: no_rope_layers is ${shown(given)}; 0 or 1 for each of ${layers} layers is needed`,
    );
  }
  return given.slice(0, layers).map((each) => each === 1);
}
