import { ablateEachHead } from "../ablation/head-variants.ts";
import { throughLayers } from "../lens/layers.ts";
import type { Residual, Runner } from "../runner.ts";
import type { AblationSource } from "./ablation.ts";
import { forcedIds, rowsOfShape, scoresOf } from "./suite/scored-cases.ts";
import type { CaseScore, ScoredCase } from "./suite/scored-cases.ts";

/** One case with every head on, and with each single one off: [layer · heads + head]. */
export interface SweptCase {
  readonly baseline: CaseScore;
  readonly heads: readonly CaseScore[];
}

export interface CaseSweepOptions {
  /** What takes the place of a head's z; left out: 0. */
  readonly ablationSource?: AblationSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Ablates every head in every case, by the wavefront over heads × cases (`ablateEachHead`): L session runs serve all heads of all
 * cases. Layers are taken in groups, so that a batch fits the memory; a group starts from the clean residual at its first layer.
 *
 * @param cases of one shape, as `caseBatches` makes them
 * @throws what `signal` was aborted with
 */
export async function sweepCases(
  runner: Runner,
  cases: readonly ScoredCase[],
  { ablationSource, signal }: CaseSweepOptions = {},
): Promise<SweptCase[]> {
  const { spec } = runner;
  const rows = rowsOfShape(spec, cases[0]!.ids.length, cases[0]!.answerIds.length);
  const layersAtOnce = Math.max(1, Math.floor((rows / cases.length - 1) / spec.heads));
  const heads: CaseScore[][] = cases.map(() => []);
  let baseline: CaseScore[] = [];
  let clean: Residual = await runner.embedBatch(cases.map(forcedIds));
  try {
    for (let start = 0; start < spec.layers; start += layersAtOnce) {
      const end = Math.min(start + layersAtOnce, spec.layers);
      const swept = await ablateEachHead(runner, clean, {
        cases: cases.length,
        range: { start, end },
        keepsClean: end === spec.layers,
        donor: ablationSource?.z,
        signal,
      });
      try {
        const variants = swept.batch / cases.length;
        const scores = await scoresOf(runner, swept, Array.from({ length: variants }, () => cases).flat());
        const ofHeads = scores.slice(0, (end - start) * spec.heads * cases.length);
        ofHeads.forEach((score, row) => heads[row % cases.length]!.push(score));
        // the clean cases come along to the end of the last group
        baseline = scores.slice(ofHeads.length);
      } finally {
        runner.release(swept);
      }
      if (end < spec.layers) clean = await throughLayers(runner, clean, { from: start, to: end, signal });
    }
  } finally {
    runner.release(clean);
  }
  return cases.map((_, index) => ({ baseline: baseline[index]!, heads: heads[index]! }));
}
