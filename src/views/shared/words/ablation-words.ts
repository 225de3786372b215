import { tokenText } from "./token-text.ts";

export interface AblationWords {
  readonly name: string;
  /** What becomes of a part that is ablated, behind its name: “is multiplied by 0 …”. */
  readonly becomes: string;
}

/** @param ablationSource prompts, at least one; undefined: nothing stands in, it is 0 */
export function ablationWords(ablationSource: readonly string[] | undefined): AblationWords {
  const [first, ...others] = ablationSource ?? [];
  if (first === undefined) return { name: "zero-ablation", becomes: "is multiplied by 0 at every position" };
  if (others.length === 0) {
    return {
      name: "resample ablation",
      becomes: `is replaced by what it is after “${tokenText(first)}”, position by position`,
    };
  }
  return {
    name: "mean ablation",
    becomes: `is replaced by its mean over ${others.length + 1} prompts, position by position`,
  };
}

/** What of its mean a prompt's own run is, where the prompt is among those that stand in: that much of an ablated part is left as it was. */
export function ownShareText(prompt: string, ablationSource: readonly string[] | undefined): string | undefined {
  const own = ablationSource?.filter((each) => each === prompt).length ?? 0;
  if (!ablationSource || own === 0) return undefined;
  const name = `“${tokenText(prompt)}”`;
  if (own === ablationSource.length) return `${name} itself is what stands in: after it nothing changes.`;
  return `${name} is among the ${ablationSource.length} prompts that stand in: after it ${own}/${ablationSource.length} of what is put in place of a part is the part as it was.`;
}
