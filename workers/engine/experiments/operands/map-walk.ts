import { caseBatches } from "#analysis/experiments/suite/scored-cases.ts";
import { throughLayers } from "#analysis/lens/layers.ts";
import type { Residual, Runner } from "#analysis/runner.ts";
import { hasPostNorm } from "#model/spec.ts";
import type { Tap } from "#model/taps.ts";
import type { OperandProblem } from "./operand-problems.ts";

interface Standing {
  readonly layer: number;
  readonly batches: readonly { readonly indices: readonly number[]; readonly residual: Residual }[];
}

/** The prompts of an operand map on their way through the layers, held between steps, so that a layer is run once for all its pairs. */
export class MapWalk {
  readonly #runner: Runner;
  readonly #problems: readonly OperandProblem[];
  #standing: Standing | undefined;

  constructor(runner: Runner, problems: readonly OperandProblem[]) {
    this.#runner = runner;
    this.#problems = problems;
  }

  /**
   * Every neuron's activation at each prompt's last token, [problem, neuron], and what a norm behind the FFN multiplies them by, [problem]. Layers
   * come in order; a run that goes on begins anywhere.
   */
  async activations(
    layer: number,
    signal: AbortSignal,
  ): Promise<{ readonly activations: Float32Array; readonly factors: Float32Array }> {
    const { spec } = this.#runner;
    const { neurons } = spec;
    const activations = new Float32Array(this.#problems.length * neurons);
    const factors = new Float32Array(this.#problems.length).fill(1);
    const wanted: readonly Tap[] = hasPostNorm(spec) ? ["post", "ffnPostScale"] : ["post"];
    const before = await this.#upTo(layer, signal);
    this.#standing = undefined;
    const after: { indices: readonly number[]; residual: Residual }[] = [];
    try {
      for (const { indices, residual } of before.batches) {
        signal.throwIfAborted();
        const { residual: next, taps } = await this.#runner.block(layer, residual, { taps: wanted });
        after.push({ indices, residual: next });
        const { positions } = residual;
        indices.forEach((index, row) => {
          const last = (row + 1) * positions - 1;
          activations.set(taps.post!.subarray(last * neurons, (last + 1) * neurons), index * neurons);
          if (taps.ffnPostScale) factors[index] = 1 / taps.ffnPostScale[last]!;
        });
      }
    } catch (reason) {
      for (const { residual } of after) this.#runner.release(residual);
      throw reason;
    } finally {
      for (const { residual } of before.batches) this.#runner.release(residual);
    }
    this.#standing = { layer: layer + 1, batches: after };
    return { activations, factors };
  }

  close(): void {
    for (const { residual } of this.#standing?.batches ?? []) this.#runner.release(residual);
    this.#standing = undefined;
  }

  async #upTo(layer: number, signal: AbortSignal): Promise<Standing> {
    if (this.#standing?.layer === layer) return this.#standing;
    this.close();
    const prompts = this.#problems.map(({ ids, answerIds }) => ({ ids, answerIds: answerIds.slice(0, 1) }));
    const batches: { indices: readonly number[]; residual: Residual }[] = [];
    try {
      for (const { indices } of caseBatches(this.#runner.spec, prompts, 1)) {
        const start = await this.#runner.embedBatch(indices.map((index) => prompts[index]!.ids));
        batches.push({ indices, residual: await throughLayers(this.#runner, start, { to: layer, signal }) });
      }
    } catch (reason) {
      for (const { residual } of batches) this.#runner.release(residual);
      throw reason;
    }
    return { layer, batches };
  }
}
