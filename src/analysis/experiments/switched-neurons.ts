import { matrix } from "#core/matrix.ts";
import type { Matrix } from "#core/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import type { ModelSpec } from "#model/spec.ts";
import { throughLayers } from "../layers.ts";
import type { Runner } from "../runner.ts";
import { forcedIds, rowsOfShape, scoresOf } from "./scored-cases.ts";
import type { CaseScore, ScoredCase } from "./scored-cases.ts";

/**
 * What is done to neurons at every position: those listed get the scale (`off`, the paper's “mask”, is scale 0), or all others
 * from a layer on are at 0 (`only`, the paper's “keep”).
 */
export type NeuronSwitch =
  | { readonly kind: "scale"; readonly neurons: readonly NeuronId[]; readonly scale: number }
  | { readonly kind: "only"; readonly neurons: readonly NeuronId[]; readonly fromLayer: number };

export const off = (neurons: readonly NeuronId[]): NeuronSwitch => ({ kind: "scale", neurons, scale: 0 });

/** Nothing is switched. */
export const AS_IT_IS: NeuronSwitch = off([]);

/**
 * The scores of cases of one shape under each of several switches, [switch][case]: a case and a switch are a row of one batch,
 * and the layers that no switch touches are run once for each case.
 *
 * @throws what `signal` was aborted with
 */
export async function scoresUnder(
  runner: Runner,
  cases: readonly ScoredCase[],
  switches: readonly NeuronSwitch[],
  signal?: AbortSignal,
): Promise<CaseScore[][]> {
  const rows = rowsOfShape(runner.spec, cases[0]!.ids.length, cases[0]!.answerIds.length);
  const atOnce = Math.max(1, Math.floor(rows / cases.length));
  const found: CaseScore[][] = [];
  while (found.length < switches.length) {
    found.push(...(await runUnder(runner, cases, switches.slice(found.length, found.length + atOnce), signal)));
  }
  return found;
}

async function runUnder(
  runner: Runner,
  cases: readonly ScoredCase[],
  switches: readonly NeuronSwitch[],
  signal: AbortSignal | undefined,
): Promise<CaseScore[][]> {
  const { spec } = runner;
  const first = Math.min(...switches.map((each) => firstLayer(each, spec)));
  const start = await throughLayers(runner, await runner.embedBatch(cases.map(forcedIds)), { to: first, signal });
  const variants = switches.flatMap(() => cases.map((_, index) => index));
  const residual = await throughLayers(runner, start, {
    from: first,
    runOf: (layer) => ({
      ...(layer === first && { variants }),
      ...scaleOf(spec, layer, { switches, cases: cases.length }),
    }),
    signal,
  });
  try {
    const scores = await scoresOf(
      runner,
      residual,
      switches.flatMap(() => cases),
    );
    return switches.map((_, index) => scores.slice(index * cases.length, (index + 1) * cases.length));
  } finally {
    runner.release(residual);
  }
}

/** The first layer that a switch touches; where it touches none, the last, so that all rows part before the end. */
const firstLayer = (each: NeuronSwitch, spec: ModelSpec) =>
  each.kind === "only"
    ? Math.min(each.fromLayer, spec.layers - 1)
    : each.neurons.reduce((least, { layer }) => Math.min(least, layer), spec.layers - 1);

function scaleOf(
  spec: ModelSpec,
  layer: number,
  { switches, cases }: { readonly switches: readonly NeuronSwitch[]; readonly cases: number },
): { readonly neuronScale?: Matrix } {
  if (!switches.some((each) => touches(each, layer))) return {};
  const neuronScale = matrix(switches.length * cases, spec.neurons);
  switches.forEach((each, index) => {
    const row = switchedRow(spec, layer, each);
    for (let at = 0; at < cases; at++) neuronScale.data.set(row, (index * cases + at) * spec.neurons);
  });
  return { neuronScale };
}

const touches = (each: NeuronSwitch, layer: number) =>
  each.kind === "only" ? layer >= each.fromLayer : each.neurons.some((at) => at.layer === layer);

/** What a switch multiplies each neuron of a layer by, [neurons]. */
function switchedRow(spec: Pick<ModelSpec, "neurons">, layer: number, each: NeuronSwitch): Float32Array {
  const isOnly = each.kind === "only" && layer >= each.fromLayer;
  const row = new Float32Array(spec.neurons).fill(isOnly ? 0 : 1);
  const scale = each.kind === "scale" ? each.scale : 1;
  for (const at of each.neurons) if (at.layer === layer) row[at.neuron] = scale;
  return row;
}
