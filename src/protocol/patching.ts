import type { PatchMetric, PatchSite } from "#analysis/patching/names.ts";
import type { HeadInput } from "#analysis/patching/path.ts";
import type { Progress, Prompt, Token } from "./engine.ts";

export { PATCH_METRICS, PATCH_SITES } from "#analysis/patching/names.ts";
export type { PatchMetric, PatchSite } from "#analysis/patching/names.ts";

/** Two prompts that differ in one thing, of as many tokens. */
export interface PromptPair {
  readonly clean: Prompt;
  readonly corrupted: Prompt;
}

/** `denoise`: the corrupted prompt runs, with the clean one's activation in one place. `noise`: the other way around. */
export const PATCH_DIRECTIONS = ["denoise", "noise"] as const;
export type PatchDirection = (typeof PATCH_DIRECTIONS)[number];

/** What patches of a pair are judged by, and what the two prompts have of it. */
export interface PatchScale {
  readonly direction: PatchDirection;
  readonly metric: PatchMetric;
  /** Of a difference of logits the right answer and the wrong one, else the target. */
  readonly answers: readonly Token[];
  /** The metric of either prompt as it is. */
  readonly clean: number;
  readonly corrupted: number;
}

/** A map of patches: [layer][position], of z [layer][head], of single neurons [neuron][position]; NaN where not yet computed in a partial result. */
export interface PatchMap extends PatchScale {
  readonly site: PatchSite;
  /** (metric − corrupted) / (clean − corrupted), NaN where the two prompts have the same metric. */
  readonly values: readonly (readonly number[])[];
  /** The metric itself. */
  readonly raw: readonly (readonly number[])[];
  readonly tokens: { readonly clean: readonly Token[]; readonly corrupted: readonly Token[] };
  /** What it cost, in forwards of the prompt: the two prompts' own, and of each patch the share of the layers that it runs. */
  readonly forwards: number;
}

export type PatchReport = PatchMap | Progress;

/** What a sender does by way of one receiver alone. */
export interface PathMap extends PatchScale {
  /** Of a head by its queries, its keys and its values; of a neuron its one input. */
  readonly paths: readonly {
    readonly by: HeadInput | "input";
    /** As of `PatchMap`. */
    readonly value: number;
    readonly raw: number;
  }[];
}
