import type { Variant } from "#protocol/engine.ts";
import type { ChainSettings } from "../../link/finding.ts";
import type { Question } from "../../question.ts";
import type { Moment } from "../demand.ts";

/** A run that is asked about, which may be another one than the page's own. */
export interface AskedOf extends Pick<Question, "interventions" | "ablationSource"> {
  readonly prompt: string;
  readonly variant: Variant;
  /** Left out: the run's own answer. */
  readonly target?: number;
}

/**
 * The run to compare with: a second prompt answers for itself, the same prompt in the other variant is asked about the same target.
 *
 * @returns undefined where nothing is asked to stand beside, or there is no such variant
 */
export function otherRun(
  { prompt, variant = "base", hasAdapter }: Pick<Moment, "prompt" | "variant" | "hasAdapter">,
  { other, otherVariant }: Pick<ChainSettings, "other" | "otherVariant">,
  target: number,
): Pick<AskedOf, "prompt" | "variant" | "target"> | undefined {
  const isMissing = otherVariant === "adapted" && !hasAdapter;
  if ((!other && !otherVariant) || isMissing) return undefined;
  const own = other || prompt;
  return { prompt: own, variant: otherVariant ?? variant, ...(own === prompt && { target }) };
}
