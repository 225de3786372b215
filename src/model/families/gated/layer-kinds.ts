import { Fault } from "#core/fault.ts";
import { shown } from "#core/shown.ts";
import { layersOf } from "../../config.ts";
import type { LayerKind } from "../../rope.ts";
import type { Config } from "../../spec.ts";

/**
 * Each layer's kind of attention, as `layer_types` says.
 *
 * @param kindOf what transformers takes a layer for where the field is missing
 * @throws Fault "bad-config" for a list of another length, or with other kinds
 */
export function layerKinds(config: Config, kindOf: (layer: number) => LayerKind): LayerKind[] {
  const layers = layersOf(config);
  const types = config.raw("layer_types");
  if (types === undefined) return Array.from({ length: layers }, (_, layer) => kindOf(layer));
  if (!Array.isArray(types) || types.length < layers || !types.slice(0, layers).every(isKind)) {
    throw new Fault(
      "bad-config",
      `config.json: layer_types is ${shown(types)}; sliding_attention or full_attention for each of ${layers} layers is needed`,
    );
  }
  return types.slice(0, layers) as LayerKind[];
}

const isKind = (kind: unknown) => kind === "sliding_attention" || kind === "full_attention";
