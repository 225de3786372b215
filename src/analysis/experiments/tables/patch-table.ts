import type { PatchedPair } from "../patched-pairs.ts";
import { bootstrap, resamples, weightedMean } from "./statistics.ts";
import type { Estimate, Resamples } from "./statistics.ts";

/** A pair of a group, with what its patches gave; undefined while it has not been run. */
export interface GroupedPair {
  readonly group: string;
  readonly patched: PatchedPair | undefined;
}

/** A cell over the pairs of a group. */
export interface PatchCellMean {
  /** (mean metric − mean corrupted) / (mean clean − mean corrupted); NaN where the answers are the same. */
  readonly value: Estimate;
  /** Mean of metric − the receiving run's, in logits, or in nats where the answers are the same. */
  readonly moved: Estimate;
  /** `value` with another pair's donor, and with the donor's positions in another order. */
  readonly other: number;
  readonly shuffled: number;
}

export interface PatchGroup {
  readonly name: string;
  readonly pairs: number;
  readonly clean: Estimate;
  readonly corrupted: Estimate;
  /** [layer]; of positions counted from the last one, which comes last. */
  readonly rows: readonly (readonly PatchCellMean[])[];
}

export interface PatchTableOptions {
  readonly direction: "denoise" | "noise";
  /** Heads are laid over each other by their place, positions from the end. */
  readonly isByPosition: boolean;
  /** Groups whose pairs have one answer: nothing lies between their prompts to measure by. */
  readonly unscaled: ReadonlySet<string>;
  readonly seed: number;
  /** Bootstrap resamples; 0: no intervals. */
  readonly draws: number;
}

/**
 * Patches over pairs, group by group. A normalised cell is a ratio of means and no mean of ratios, so that a pair whose two prompts
 * hardly differ weighs no more than it says. Intervals by the bootstrap over the pairs.
 */
export function patchTable(pairs: readonly GroupedPair[], options: PatchTableOptions): PatchGroup[] {
  const names = [...new Set(pairs.map(({ group }) => group))];
  return names.flatMap((name) => {
    const known = pairs.flatMap(({ group, patched }) => (group === name && patched ? [patched] : []));
    return known.length === 0 ? [] : [groupOf(name, known, options)];
  });
}

function groupOf(name: string, pairs: readonly PatchedPair[], options: PatchTableOptions): PatchGroup {
  const { direction, isByPosition, unscaled, seed, draws } = options;
  const drawn = resamples(pairs.length, { draws, seed });
  const mean = (values: readonly number[]) => estimated(values, drawn);
  const width = Math.max(...pairs.map(({ own }) => own[0]!.length));
  const cell = (layer: number, col: number): PatchCellMean => {
    const at = (grid: PatchedPair["own"] | undefined) => {
      const row = grid?.[layer];
      return row?.[isByPosition ? row.length - width + col : col] ?? Number.NaN;
    };
    const scaled = (of: (pair: PatchedPair) => PatchedPair["own"] | undefined) =>
      ratio(
        pairs.map((pair) => ({ metric: at(of(pair)), clean: pair.clean, corrupted: pair.corrupted })),
        unscaled.has(name),
      );
    const receiver = (pair: PatchedPair) => (direction === "denoise" ? pair.corrupted : pair.clean);
    return {
      value: bootstrap(
        pairs.length,
        drawn,
        scaled(({ own }) => own),
      ),
      moved: mean(pairs.map((pair) => at(pair.own) - receiver(pair))),
      other: scaled(({ other }) => other)(ones(pairs.length)),
      shuffled: scaled(({ shuffled }) => shuffled)(ones(pairs.length)),
    };
  };
  return {
    name,
    pairs: pairs.length,
    clean: mean(pairs.map(({ clean }) => clean)),
    corrupted: mean(pairs.map(({ corrupted }) => corrupted)),
    rows: pairs[0]!.own.map((_, layer) => Array.from({ length: width }, (_each, col) => cell(layer, col))),
  };
}

interface Scaled {
  readonly metric: number;
  readonly clean: number;
  readonly corrupted: number;
}

/** A function of how often each pair counts: the ratio of means over the pairs that have the cell. */
const ratio = (cells: readonly Scaled[], isUnscaled: boolean) => (weights: ArrayLike<number>) => {
  if (isUnscaled) return Number.NaN;
  let [above, below] = [0, 0];
  cells.forEach(({ metric, clean, corrupted }, index) => {
    if (Number.isNaN(metric)) return;
    above += weights[index]! * (metric - corrupted);
    below += weights[index]! * (clean - corrupted);
  });
  return below === 0 ? Number.NaN : above / below;
};

/** Means over what is a number. */
const estimated = (values: readonly number[], drawn: Resamples): Estimate =>
  bootstrap(values.length, drawn, (weights) =>
    weightedMean(
      values.map((value) => (Number.isNaN(value) ? 0 : value)),
      values.map((value, index) => (Number.isNaN(value) ? 0 : weights[index]!)),
    ),
  );

const ones = (count: number) => new Uint32Array(count).fill(1);
