import { matrix } from "#core/numeric/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { fillOf } from "../ablation/changes.ts";
import { throughLayers } from "../lens/layers.ts";
import type { BlockRun, Runner } from "../runner.ts";
import type { AblationSource } from "./ablation.ts";
import { forcedIds, rowsOfShape, scoresOf } from "./suite/scored-cases.ts";
import type { CaseScore, ScoredCase } from "./suite/scored-cases.ts";

/**
 * An ablation of neurons at every position: those listed get the scale (0 in `ablationOf`, the paper's “mask”), or all others
 * from a layer on are at 0 (`only`, the paper's “keep”).
 */
export type NeuronAblation =
  | { readonly kind: "scale"; readonly neurons: readonly NeuronId[]; readonly scale: number }
  | { readonly kind: "only"; readonly neurons: readonly NeuronId[]; readonly fromLayer: number };

export interface AblationOptions {
  /** What takes the place of what is ablated, as far as it is; left out: 0. */
  readonly ablationSource?: AblationSource | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const ablationOf = (neurons: readonly NeuronId[]): NeuronAblation => ({ kind: "scale", neurons, scale: 0 });

/** The model as it is, with nothing ablated. */
export const AS_IT_IS: NeuronAblation = ablationOf([]);

/**
 * The scores of cases of one shape under each of several ablations, [ablation][case]: a case and an ablation are a row of one batch,
 * and the layers that no ablation touches are run once for each case.
 *
 * @throws what `signal` was aborted with
 */
export async function scoresUnder(
  runner: Runner,
  cases: readonly ScoredCase[],
  ablations: readonly NeuronAblation[],
  options: AblationOptions = {},
): Promise<CaseScore[][]> {
  const rows = rowsOfShape(runner.spec, cases[0]!.ids.length, cases[0]!.answerIds.length);
  const atOnce = Math.max(1, Math.floor(rows / cases.length));
  const found: CaseScore[][] = [];
  while (found.length < ablations.length) {
    found.push(...(await runUnder(runner, cases, ablations.slice(found.length, found.length + atOnce), options)));
  }
  return found;
}

async function runUnder(
  runner: Runner,
  cases: readonly ScoredCase[],
  ablations: readonly NeuronAblation[],
  { ablationSource, signal }: AblationOptions,
): Promise<CaseScore[][]> {
  const { spec } = runner;
  const first = Math.min(...ablations.map((each) => firstLayer(each, spec)));
  const start = await throughLayers(runner, await runner.embedBatch(cases.map(forcedIds)), { to: first, signal });
  const variants = ablations.flatMap(() => cases.map((_, index) => index));
  const residual = await throughLayers(runner, start, {
    from: first,
    runOf: (layer) => ({
      ...(layer === first && { variants }),
      ...ablated(spec, layer, { ablations, cases: cases.length, ablationSource }),
    }),
    signal,
  });
  try {
    const scores = await scoresOf(
      runner,
      residual,
      ablations.flatMap(() => cases),
    );
    return ablations.map((_, index) => scores.slice(index * cases.length, (index + 1) * cases.length));
  } finally {
    runner.release(residual);
  }
}

/** The first layer that an ablation touches; where it touches none, the last, so that all rows part before the end. */
const firstLayer = (each: NeuronAblation, spec: ModelSpec) =>
  each.kind === "only"
    ? Math.min(each.fromLayer, spec.layers - 1)
    : each.neurons.reduce((least, { layer }) => Math.min(least, layer), spec.layers - 1);

interface AblatedRows {
  readonly ablations: readonly NeuronAblation[];
  readonly cases: number;
  readonly ablationSource: AblationSource | undefined;
}

function ablated(spec: ModelSpec, layer: number, { ablations, cases, ablationSource }: AblatedRows): BlockRun {
  if (!ablations.some((each) => touches(each, layer))) return {};
  const neuronScale = matrix(ablations.length * cases, spec.neurons);
  ablations.forEach((each, index) => {
    const row = ablatedRow(spec, layer, each);
    for (let at = 0; at < cases; at++) neuronScale.data.set(row, (index * cases + at) * spec.neurons);
  });
  const neuronFill = fillOf(neuronScale, "neuron", (row) => ablationSource?.post(layer, row % cases));
  return { neuronScale, ...(neuronFill && { neuronFill }) };
}

const touches = (each: NeuronAblation, layer: number) =>
  each.kind === "only" ? layer >= each.fromLayer : each.neurons.some((at) => at.layer === layer);

/** What an ablation multiplies each neuron of a layer by, [neurons]. */
export function ablatedRow(spec: Pick<ModelSpec, "neurons">, layer: number, each: NeuronAblation): Float32Array {
  const isOnly = each.kind === "only" && layer >= each.fromLayer;
  const row = new Float32Array(spec.neurons).fill(isOnly ? 0 : 1);
  const scale = each.kind === "scale" ? each.scale : 1;
  for (const at of each.neurons) if (at.layer === layer) row[at.neuron] = scale;
  return row;
}
