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
