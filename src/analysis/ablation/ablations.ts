import type { NeuronId } from "#model/ids.ts";
import type { Intervention } from "#model/interventions.ts";
import { rowsThatFit } from "../batch-budget.ts";
import type { Activations } from "./activations.ts";
import type { Capture } from "../capture.ts";
import { changedRows, NO_CHANGES } from "./changes.ts";
import { activationOf } from "../lens/increase.ts";
import { throughLayers } from "../lens/layers.ts";
import type { Runner } from "../runner.ts";

/** The answer's numbers in a run with some parts ablated. */
export interface Ablated {
  /** log p(target) at the last position, in nats. */
  readonly logProbability: number;
  /** Of the neurons asked for, at the last position. */
  readonly activations: readonly number[];
}

export const ablatedNeuron = (at: NeuronId): Intervention[] => [{ kind: "neuron", at, scale: 0 }];

export interface AblationQuestion {
  readonly target: number;
  /** Whose activations are wanted in every variant. */
  readonly watched?: readonly NeuronId[];
  /** What the parts are at scale 0; left out: 0. */
  readonly ablationSource?: Activations | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Several sets of interventions, each alone, in one pass over the layers: a variant joins the batch at the first layer that it
 * touches, going on from the clean run, which lies in the batch's last row for as long as somebody still has to start. A variant
 * that touches layer l thus costs layers − l blocks instead of a forward. As many run together as the memory allows.
 *
 * @param variants heads and neurons at any scale; an empty one is the clean run
 * @returns in the order of `variants`
 * @throws what `signal` was aborted with
 */
export async function ablateEach(
  runner: Runner,
  clean: Capture,
  variants: readonly (readonly Intervention[])[],
  question: AblationQuestion,
): Promise<Ablated[]> {
  const atOnce = rowsThatFit(runner.spec, clean.ids.length);
  const found: Ablated[] = [];
  while (found.length < variants.length) {
    const together = variants.slice(found.length, found.length + atOnce);
    found.push(...(await ablateTogether(runner, clean, together, question)));
  }
  return found;
}

async function ablateTogether(
  runner: Runner,
  clean: Capture,
  variants: readonly (readonly Intervention[])[],
  { target, watched = [], ablationSource, signal }: AblationQuestion,
): Promise<Ablated[]> {
  const { spec } = runner;
  const positions = clean.ids.length;
  const starts = variants.map((changes) =>
    changes.reduce((least, { at }) => Math.min(least, at.layer), spec.layers - 1),
  );
  const order = Array.from(variants.keys()).sort((a, b) => starts[a]! - starts[b]!);
  const joinedAt = (layer: number) => order.filter((variant) => starts[variant]! <= layer);
  const activations = variants.map(() => watched.map((at) => activationOf(clean, at)));
  const first = starts[order[0]!]!;
  const start = runner.upload(clean.layers[first]!.residPre.data, 1, positions);
  const residual = await throughLayers(runner, start, {
    from: first,
    signal,
    runOf: (layer) => {
      const joined = joinedAt(layer);
      const rows = joined.length + (joined.length < order.length ? 1 : 0);
      const cleanRow = joinedAt(layer - 1).length;
      const present = joined.map((variant) => ({ interventions: variants[variant]!, ablationSource }));
      return {
        variants: Array.from({ length: rows }, (_, row) => Math.min(row, cleanRow)),
        ...changedRows(spec, layer, rows > present.length ? [...present, NO_CHANGES] : present),
        ...(watched.some((at) => at.layer === layer) && { taps: ["post"] as const }),
      };
    },
    onTaps: (layer, { post }) => {
      for (const [row, variant] of joinedAt(layer).entries()) {
        const last = ((row + 1) * positions - 1) * spec.neurons;
        watched.forEach((at, index) => {
          if (at.layer === layer) activations[variant]![index] = post![last + at.neuron]!;
        });
      }
    },
  });
  try {
    const { logSumExp, targetLogits } = await runner.unembed(residual, {
      positions: [positions - 1],
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
