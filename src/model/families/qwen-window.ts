import { refuse } from "../config.ts";
import { shown } from "#core/shown.ts";
import type { Config, ModelSpec } from "../spec.ts";
import { layerKinds } from "./gated/layer-kinds.ts";

/** What transformers' Qwen2Config and Qwen3Config take missing fields for. */
const DEFAULT_WINDOW = 4096;
const DEFAULT_FULL_LAYERS = 28;

/**
 * Qwen's sliding windows: `use_sliding_window` switches them on, and then they are in the layers from `max_window_layers` on, or in those
 * that `layer_types` calls so. Null is no window.
 */
export function qwenWindow(config: Config): Pick<ModelSpec, "perLayer"> {
  const isNull = config.has("sliding_window") && config.raw("sliding_window") === undefined;
  if (!config.flag("use_sliding_window", false) || isNull) return {};
  const full = config.raw("max_window_layers") ?? DEFAULT_FULL_LAYERS;
  // 0 of them is a model whose every layer slides
  refuse(
    typeof full !== "number" || !Number.isInteger(full) || full < 0,
    `max_window_layers is ${shown(full)}; a whole number from 0 is needed`,
  );
  const kinds = layerKinds(config, (layer) => (layer < (full as number) ? "full_attention" : "sliding_attention"));
  if (!kinds.includes("sliding_attention")) return {};
  const window = config.count("sliding_window", DEFAULT_WINDOW);
  return { perLayer: kinds.map((kind) => (kind === "full_attention" ? {} : { window })) };
}
