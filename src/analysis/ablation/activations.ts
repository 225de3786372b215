import type { Tap } from "#model/taps.ts";
import { rowsThatFit } from "../batch-budget.ts";
import { throughLayers } from "../lens/layers.ts";
import type { Runner } from "../runner.ts";

/** Activations that can be put in the place of others: a head's z and a neuron's activation. */
export type FilledTap = Extract<Tap, "z" | "post">;

/** What heads and neurons are in a prompt or on average over several, layer by layer. */
export interface Activations {
  /** Whose they are, in token ids. */
  readonly prompts: readonly (readonly number[])[];
  /** [layer] of [heads, positions, headDim]; empty if not asked for. */
  readonly z: readonly Float32Array[];
  /** [layer] of [positions, neurons]; empty if not asked for. */
  readonly post: readonly Float32Array[];
}

export interface ActivationOptions {
  readonly taps: readonly FilledTap[];
  /** Prompts that run in one batch; left out: as many as the memory allows. */
  readonly atOnce?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The mean over several prompts of each activation, position by position: z̄[p] = Σ_j z_j[p] / n.
 *
 * @param prompts token ids, all of one length, at least one
 * @throws what `signal` was aborted with
 */
export async function meanActivations(
  runner: Runner,
  prompts: readonly (readonly number[])[],
  { taps, atOnce = rowsThatFit(runner.spec, prompts[0]!.length), signal }: ActivationOptions,
): Promise<Activations> {
  const sums: Record<FilledTap, Float64Array[]> = { z: [], post: [] };
  for (let from = 0; from < prompts.length; from += atOnce) {
    const batch = prompts.slice(from, from + atOnce);
    await eachActivation(runner, batch, { taps, signal }, (tap, layer, values) => {
      const size = values.length / batch.length;
      const sum = (sums[tap][layer] ??= new Float64Array(size));
      values.forEach((value, at) => (sum[at % size]! += value));
    });
  }
  const means = (tap: FilledTap) => sums[tap].map((sum) => Float32Array.from(sum, (value) => value / prompts.length));
  return { prompts, z: means("z"), post: means("post") };
}

/** Runs prompts of one length as one batch, and hands on what each layer's parts are in them, [prompt, …]. */
export async function eachActivation(
  runner: Runner,
  prompts: readonly (readonly number[])[],
  { taps, signal }: Omit<ActivationOptions, "atOnce">,
  onTap: (tap: FilledTap, layer: number, values: Float32Array) => void,
): Promise<void> {
  const start = await runner.embedBatch(prompts);
  const end = await throughLayers(runner, start, {
    runOf: () => ({ taps }),
    onTaps: (layer, found) => taps.forEach((tap) => onTap(tap, layer, found[tap]!)),
    signal,
  });
  runner.release(end);
}
