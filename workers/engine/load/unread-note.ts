import { shownName } from "#core/shown.ts";
import type { TensorTable } from "#formats/checkpoint.ts";
import type { ModelSpec } from "#model/spec.ts";
import { unreadTensors } from "#model/unread-tensors.ts";
import { neededTensors } from "../weights/model-parts.ts";
import type { ModelPlan } from "../weights/model-parts.ts";

interface Held extends Pick<ModelPlan, "format" | "parts"> {
  readonly spec: Pick<ModelSpec, "family" | "layers" | "tied">;
  readonly tensors: Pick<TensorTable, "entries">;
}

/** More names than these are not repeated in a sentence. */
const MAX_NAMED = 4;
const LAYER = /(?<=\.)\d+(?=\.)/;

/**
 * A sentence that says that a checkpoint holds more than its model; undefined where it does not. A GGUF file that does is refused as it is
 * opened.
 */
export function unreadNote({ format, spec, tensors, parts }: Held): string | undefined {
  if (format === "GGUF") return undefined;
  const unread = unreadTensors(spec, tensors.entries, neededTensors(parts));
  if (unread.length === 0) return undefined;
  // one of each kind, whatever its layer
  const kinds = new Map(unread.toReversed().map((name) => [name.replace(LAYER, "#"), name]));
  const named = [...kinds.values()].toReversed().slice(0, MAX_NAMED);
  const rest = unread.length > named.length ? ", …" : "";
  const [count, they] = unread.length === 1 ? ["1 tensor", "it"] : [`${unread.length} tensors`, "they"];
  return `The checkpoint also holds ${count} that the family ${spec.family} with ${spec.layers} layers has no place for: ${named.map(shownName).join(", ")}${rest}; what ${they} would do is not computed.`;
}
