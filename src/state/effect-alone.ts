import { partOf } from "./chain-nodes.ts";
import { headEffects } from "./effects.ts";
import { samePart } from "./question.ts";
import type { Part } from "./question.ts";
import type { Slots } from "./run/results.ts";
import { isSameRun, isSameSource } from "./subject.ts";
import type { Subject } from "./subject.ts";

/**
 * What a part is worth with nothing else off, as the sweep or the chain has it. Beside numbers of another run it would be taken for one of
 * theirs.
 *
 * @param about of the numbers that it stands beside; undefined where there are none yet
 * @returns undefined where neither has it
 */
export function effectAlone(
  { sweep, chain }: Pick<Slots, "sweep" | "chain">,
  part: Part,
  about: Subject | undefined,
): number | undefined {
  const isOfRun = (other: Subject | undefined) =>
    about === undefined || (isSameRun(other, about) && isSameSource(other, about));
  const swept =
    part.kind === "head" && sweep.value && isOfRun(sweep.about)
      ? headEffects(sweep.value)[part.at.layer]?.[part.at.head]
      : undefined;
  if (swept !== undefined && !Number.isNaN(swept)) return swept;
  if (!chain.value || !isOfRun(chain.about)) return undefined;
  return chain.value.nodes.find((node) => samePart(partOf(node), part))?.effect;
}
