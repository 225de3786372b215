import type { BlockOutput, BlockRun, Residual, Unembedded, UnembedRun } from "#analysis/runner.ts";
import { concatenated } from "#core/concatenated.ts";
import { matrix } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Tap } from "#model/taps.ts";

/** Products of two numbers that one row takes in a block: its weights at every position, and each position's look at all. */
export function blockWork(spec: ModelSpec, positions: number): number {
  const { modelDim, heads, kvHeads, headDim, neurons } = spec;
  const attention = 2 * modelDim * (heads + kvHeads) * headDim + 2 * positions * heads * headDim;
  return positions * (attention + 3 * modelDim * neurons);
}

/** A run that says of every row where it comes from. */
export type RowsRun = BlockRun & { readonly variants: readonly number[] };

/** Some of a block's rows, as a run of their own. */
export interface BlockPiece {
  /** The rows of the whole input that it needs, in the order in which its run finds them. */
  readonly sources: readonly number[];
  readonly run: RowsRun;
}

/** Rows `from` to `to` (exclusive) of those that go out of a block; attention is computed once for each row that comes in. */
export function blockPiece(
  { heads, headDim, neurons }: ModelSpec,
  positions: number,
  run: RowsRun,
  { from, to }: { readonly from: number; readonly to: number },
): BlockPiece {
  const rows = run.variants.slice(from, to);
  const sources = [...new Set(rows)];
  const place = new Map(sources.map((row, index) => [row, index]));
  const { headScale, headFill, neuronScale, neuronFill } = run;
  const scaled = (scale: Matrix) =>
    scale.rows === 1 ? scale : matrix(to - from, scale.cols, scale.data.subarray(from * scale.cols, to * scale.cols));
  const filled = (fill: Float32Array, size: number) =>
    fill.length === size ? fill : fill.subarray(from * size, to * size);
  return {
    sources,
    run: {
      ...run,
      variants: rows.map((row) => place.get(row)!),
      ...(headScale && { headScale: scaled(headScale) }),
      ...(headFill && { headFill: filled(headFill, heads * positions * headDim) }),
      ...(neuronScale && { neuronScale: scaled(neuronScale) }),
      ...(neuronFill && { neuronFill: filled(neuronFill, positions * neurons) }),
    },
  };
}

/** What one piece of a block gave, in memory. */
export interface PieceOutput extends Pick<BlockPiece, "sources"> {
  readonly residual: Float32Array;
  readonly taps: BlockOutput["taps"];
}

/** What attention gives once for each row that comes in, however many go on from it. */
const OF_INPUT: readonly Tap[] = ["pattern", "q", "k", "v"];

/** Whether a run can be cut into pieces: where a row that comes in goes nowhere, no piece would have its pattern. */
export const canBeCut = ({ variants, taps = [] }: RowsRun, { batch }: Pick<Residual, "batch">): boolean =>
  !taps.some((tap) => OF_INPUT.includes(tap)) || new Set(variants).size === batch;

/** The pieces' outputs as those of one run. */
export function joinedBlock(pieces: readonly PieceOutput[], batch: number): Omit<PieceOutput, "sources"> {
  const taps: { [tap in Tap]?: Float32Array } = {};
  for (const tap of Object.keys(pieces[0]!.taps) as Tap[]) {
    taps[tap] = OF_INPUT.includes(tap)
      ? joinedRows(pieces, tap, batch)
      : concatenated(pieces.map((piece) => piece.taps[tap]!));
  }
  return { residual: concatenated(pieces.map(({ residual }) => residual)), taps };
}

/** A tap's rows of each incoming row, from whichever piece has them. */
function joinedRows(pieces: readonly PieceOutput[], tap: Tap, batch: number): Float32Array {
  const size = pieces[0]!.taps[tap]!.length / pieces[0]!.sources.length;
  const joined = new Float32Array(batch * size);
  for (const { sources, taps } of pieces) {
    sources.forEach((row, index) => joined.set(taps[tap]!.subarray(index * size, (index + 1) * size), row * size));
  }
  return joined;
}

/** Some of the vectors that are unembedded, counted row by row and in each by position. */
export interface UnembedPiece {
  /** Rows of the residual, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  readonly run: UnembedRun;
}

/**
 * Pieces of an unembedding: whole rows, or one row's positions.
 *
 * @param atOnce how many vectors at most the next piece has, asked before each
 */
export function* unembedPieces(
  { batch }: Pick<Residual, "batch">,
  run: UnembedRun,
  atOnce: () => number,
): Generator<UnembedPiece, void, undefined> {
  const { positions, rankedRows = [0] } = run;
  const each = positions.length;
  /** What is ranked of the vectors `first` to `end`, counted from `first`; where nothing is, nothing is ranked. */
  const rankedOf = (first: number, end: number) => {
    const ranked = rankedRows.filter((row) => row >= first && row < end).map((row) => row - first);
    return ranked.length > 0 ? { rankedRows: ranked } : { wants: run.wants.filter((want) => want !== "topIds") };
  };
  for (let first = 0; first < batch * each;) {
    const most = atOnce();
    const size = batch === 1 ? most : each * Math.max(1, Math.floor(most / each));
    const end = Math.min(batch * each, first + size);
    const isWhole = first === 0 && end === batch * each;
    if (isWhole) yield { from: 0, to: batch, run };
    else if (batch === 1) {
      yield { from: 0, to: 1, run: { ...run, positions: positions.slice(first, end), ...rankedOf(first, end) } };
    } else yield { from: first / each, to: end / each, run: { ...run, ...rankedOf(first, end) } };
    first = end;
  }
}

/** The pieces' answers as one; what is ranked has to be in the order of the vectors. */
export function joinedUnembedded(pieces: readonly Unembedded[]): Unembedded {
  if (pieces.length === 1) return pieces[0]!;
  const of = (output: Exclude<keyof Unembedded, "topIds">) => concatenated(pieces.map((piece) => piece[output]));
  return {
    logits: of("logits"),
    logSumExp: of("logSumExp"),
    targetLogits: of("targetLogits"),
    highestLogit: of("highestLogit"),
    lowestLogit: of("lowestLogit"),
    ownScale: of("ownScale"),
    topIds: pieces.flatMap(({ topIds }) => topIds),
  };
}
