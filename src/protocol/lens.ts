import type { DirectLogits as DirectParts } from "#analysis/lens/direct-logits.ts";
import type { LensReading } from "#analysis/lens/logit-lens.ts";
import type { Token } from "./engine.ts";

/** Reading the residual stream in words, and who wrote what into it. Log-probabilities are in nats, logits have no unit. */

/** Whose scale the final norm has: each residual's own, or that of the clean run's last one. */
export const LENS_NORMS = ["own", "final"] as const;
export type LensNorm = (typeof LENS_NORMS)[number];

export interface LogitLens {
  readonly target: number;
  readonly norm: LensNorm;
  /** The position that each row begins with: 0 unless only the last ones were asked for. */
  readonly first: number;
  /** The embedding, then behind each layer: layers + 1 rows. */
  readonly layers: {
    /** `embedding`, `layer 0`, `layer 1`, … */
    readonly name: string;
    readonly positions: (Omit<LensReading, "top"> & { readonly top: Token & { readonly probability: number } })[];
  }[];
}

/** What each part adds to a logit, or to the difference of two, by itself. */
export interface DirectLogits extends Omit<DirectParts, "neurons"> {
  readonly target: number;
  readonly against?: number;
  /** What the model bounds its logits by: all numbers are of the logit before that. Left out: nothing. */
  readonly softcap?: number;
  /** The layer that was asked for, and what each of its neurons adds, [neuron]. */
  readonly layer?: number;
  readonly neurons?: number[];
}

/** What a head can be scored for: how much it attends to what. */
export const HEAD_SCORES = ["previousToken", "duplicateToken", "induction", "successor", "firstToken"] as const;
export type HeadScoreName = (typeof HEAD_SCORES)[number];

export interface HeadScores {
  readonly seed: number;
  /** The random tokens, each sequence twice the same behind what the tokenizer begins a text with. */
  readonly sequences: readonly (readonly number[])[];
  /** Lists with an order, in the orders in which they were shown; none where the model's tokens have no such list. */
  readonly lists: readonly (readonly number[])[];
  /** `successor` only where there are lists. */
  readonly scores: { readonly [name in HeadScoreName]?: HeadScoreTable };
}

export interface HeadScoreTable {
  /** [layer][head]: mean attention, 0 to 1, of the queries that have such a key. */
  readonly score: number[][];
  /** How many queries have one, of how many. */
  readonly queries: number;
  readonly positions: number;
}
