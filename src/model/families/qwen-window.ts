import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import type { Config } from "../spec.ts";

/** What transformers' Qwen2Config and Qwen3Config take missing fields for. */
const DEFAULT_WINDOW = 4096;
const DEFAULT_FULL_LAYERS = 28;

/**
 * Qwen's sliding window, where a layer has one: `use_sliding_window` switches it on, and then it is in the layers from
 * `max_window_layers` on, or in those that `layer_types` calls so. Null is no window.
 */
export function qwenWindow(config: Config): { readonly window?: number } {
  const isNull = config.has("sliding_window") && config.raw("sliding_window") === undefined;
  if (!config.flag("use_sliding_window", false) || isNull || !slides(config)) return {};
  return { window: config.count("sliding_window", DEFAULT_WINDOW) };
}

function slides(config: Config): boolean {
  const types = config.raw("layer_types");
  if (types === undefined) {
    const full = config.raw("max_window_layers") ?? DEFAULT_FULL_LAYERS;
    // 0 of them is a model whose every layer slides
    if (typeof full !== "number" || !Number.isInteger(full) || full < 0) {
      throw new Fault(
        "bad-config",
        `config.json: max_window_layers is ${shown(full)}; a whole number from 0 is needed`,
      );
    }
    return config.count("num_hidden_layers") > full;
  }
  if (!Array.isArray(types)) {
    throw new Fault("bad-config", `config.json: layer_types is ${shown(types)}; a list of attention kinds is needed`);
  }
  return types.includes("sliding_attention");
}
