import { matrix, rowOf } from "#core/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Capture } from "./capture.ts";
import type { BlockRun, Residual, Runner } from "./runner.ts";

/** What is left of the answer when some parts are off. */
export interface Ablated {
  /** log p(target) at the last position, in nats. */
  readonly logProbability: number;
  /** Of the neurons asked for, at the last position. */
  readonly activations: readonly number[];
}

export interface AblationQuestion {
  readonly target: number;
  /** Whose activations are wanted in every variant. */
  readonly watched?: readonly NeuronId[];
  readonly signal?: AbortSignal;
}

/** Variants that run together: more would only need more memory. */
const VARIANTS_AT_ONCE = 32;

/**
 * Several sets of interventions, each alone, in one pass over the layers: a variant joins the batch at the first layer that it
 * touches, going on from the clean run, which lies in the batch's last row for as long as somebody still has to start. A variant
 * that touches layer l thus costs layers − l blocks instead of a forward.
 *
 * @param variants none of them empty; heads and neurons at any scale
 * @returns in the order of `variants`
 */
export async function ablateEach(
  runner: Runner,
  clean: Capture,
  variants: readonly (readonly Intervention[])[],
  question: AblationQuestion,
): Promise<Ablated[]> {
  const found: Ablated[] = [];
  for (let from = 0; from < variants.length; from += VARIANTS_AT_ONCE) {
    found.push(...(await ablateTogether(runner, clean, variants.slice(from, from + VARIANTS_AT_ONCE), question)));
  }
  return found;
}

async function ablateTogether(
  runner: Runner,
  clean: Capture,
  variants: readonly (readonly Intervention[])[],
  { target, watched = [], signal }: AblationQuestion,
): Promise<Ablated[]> {
  const { spec } = runner;
  const firstLayer = (variant: number) => Math.min(...variants[variant]!.map(({ at }) => at.layer));
  const order = Array.from(variants.keys()).sort((a, b) => firstLayer(a) - firstLayer(b));
  const activations = variants.map(() => watched.map(({ layer, neuron }) => cleanActivation(clean, layer, neuron)));
  const first = firstLayer(order[0]!);
  let residual: Residual = runner.upload(clean.layers[first]!.residPre.data, 1, clean.ids.length);
  let inBatch = 0;
  try {
    for (let layer = first; layer < spec.layers; layer++) {
      signal?.throwIfAborted();
      const joined = order.filter((variant) => firstLayer(variant) <= layer).length;
      const rows = joined + (joined < order.length ? 1 : 0);
      const present = order.slice(0, joined);
      const isWatched = watched.some((at) => at.layer === layer);
      const { residual: next, taps } = await runner.block(layer, residual, {
        variants: Array.from({ length: rows }, (_, row) => Math.min(row, inBatch)),
        ...rowScales(
          spec,
          layer,
          rows,
          present.map((variant) => variants[variant]!),
        ),
        ...(isWatched && { taps: ["post"] as const }),
      });
      runner.release(residual);
      residual = next;
      inBatch = joined;
      if (!isWatched) continue;
      const post = matrix(rows * clean.ids.length, spec.neurons, taps.post);
      present.forEach((variant, row) => {
        const last = rowOf(post, (row + 1) * clean.ids.length - 1);
        watched.forEach((at, index) => {
          if (at.layer === layer) activations[variant]![index] = last[at.neuron]!;
        });
      });
    }
    const { logSumExp, targetLogits } = await runner.unembed(residual, {
      positions: [clean.ids.length - 1],
      targets: [target],
      wants: ["logSumExp", "targetLogits"],
    });
    const found: Ablated[] = [];
    order.forEach((variant, row) => {
      found[variant] = { logProbability: targetLogits[row]! - logSumExp[row]!, activations: activations[variant]! };
    });
    return found;
  } finally {
    runner.release(residual);
  }
}

/** What each row's interventions in this layer multiply its heads and neurons by; nothing where there are none. */
function rowScales(
  spec: ModelSpec,
  layer: number,
  rows: number,
  present: readonly (readonly Intervention[])[],
): BlockRun {
  const here = present.map((changes) => changes.filter(({ at }) => at.layer === layer));
  const ones = (cols: number) => matrix(rows, cols, new Float32Array(rows * cols).fill(1));
  const [heads, neurons] = [ones(spec.heads), ones(spec.neurons)];
  here.forEach((changes, row) => {
    for (const change of changes) {
      if (change.kind === "head") rowOf(heads, row)[change.at.head] = change.scale;
      else rowOf(neurons, row)[change.at.neuron] = change.scale;
    }
  });
  const has = (kind: Intervention["kind"]) => here.some((changes) => changes.some((change) => change.kind === kind));
  return { ...(has("head") && { headScale: heads }), ...(has("neuron") && { neuronScale: neurons }) };
}

const cleanActivation = (clean: Capture, layer: number, neuron: number) =>
  rowOf(clean.layers[layer]!.post, clean.ids.length - 1)[neuron]!;
