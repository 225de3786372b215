import { formatHead, formatNeuron } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Part } from "#state/question.ts";

export const partName = (part: Part) => (part.kind === "head" ? formatHead(part.at) : formatNeuron(part.at));

/** TransformerLens's name of what is scaled. */
export const hookName = (part: Part) =>
  part.kind === "head"
    ? `blocks.${part.at.layer}.attn.hook_z[:, :, ${part.at.head}]`
    : `blocks.${part.at.layer}.mlp.hook_post[:, :, ${part.at.neuron}]`;

/** `L0H7 off, L4N425 ×0.5` */
export const changesText = (list: readonly Intervention[]) =>
  list.map((change) => `${partName(change)} ${scaleText(change.scale)}`).join(", ");

/** Changes that are named one by one; more are counted. */
const NAMED = 3;

/** Changes in words as `changesText` has them, and of many their number. */
export const interventionsText = (list: readonly Intervention[]) =>
  list.length <= NAMED ? changesText(list) : `${list.length} parts changed`;

/** `off`, or a factor as short as it was set: `×0.5`, `×−1`. */
export const scaleText = (scale: number) => (scale === 0 ? "off" : `×${String(scale).replace("-", "−")}`);
