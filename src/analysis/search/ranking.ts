import type { KeyScore } from "../trace/keys.ts";
import { sumOfKeys } from "../trace/keys.ts";
import type { Source } from "../trace/source-tracing.ts";

/**
 * How the authors' notebook orders and rounds its tables, where its orders differ from one another: sources by up alone, heads and
 * neurons by up + gate, compared neurons by their change rounded to four places. Equal ones keep the order in which they came.
 */

/** A number to four places as Python's `round` prints it, which is exact to the nearest double; −0 stays −0. */
export const toFourPlaces = (value: number): number => Number(value.toFixed(4));

export const byUp = <Row extends { readonly score: KeyScore }>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => b.score.up - a.score.up);

export const bySum = <Row extends { readonly score: KeyScore }>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => sumOfKeys(b.score) - sumOfKeys(a.score));

export const byRoundedChange = <Row extends { readonly change: number }>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => toFourPlaces(b.change) - toFourPlaces(a.change));

/** −0.5 for the embedding, l for the attention of layer l, l + 0.5 for its FFN: how the notebook writes a source. */
export const sourceLabel = ({ kind, layer }: Source): number =>
  kind === "embedding" ? -0.5 : kind === "attention" ? layer : layer + 0.5;

/** @returns undefined for what is no label */
export function readSourceLabel(label: number): Source | undefined {
  if (label === -0.5) return { kind: "embedding", layer: -1 };
  if (label < 0 || !Number.isInteger(2 * label)) return undefined;
  return Number.isInteger(label) ? { kind: "attention", layer: label } : { kind: "ffn", layer: Math.floor(label) };
}
