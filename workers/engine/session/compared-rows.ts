import type { Capture } from "#analysis/capture.ts";
import { activationOf } from "#analysis/lens/increase.ts";
import type { ComparedNeuron } from "#analysis/lens/neurons.ts";
import type { NeuronId } from "#model/ids.ts";
import type { NeuronChange, NeuronIncrease } from "#protocol/engine.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import { promotedBy, subvaluesIn } from "./promoted.ts";

/** Compared neurons with both activations, and with their tokens: of the first run's subvalue, and of the raw value vector. */
export async function comparedRows(
  model: Pick<AskedModel, "runner" | "tokenizer">,
  { before, after }: { readonly before: Capture; readonly after: Capture },
  rows: readonly ComparedNeuron[],
): Promise<NeuronChange[]> {
  const values = await model.runner.weights.valueVectors(rows);
  const promotes = await promotedBy(model, subvaluesIn(before, rows, values));
  const raw = await promotedBy(model, values);
  return rows.map((row, index) => ({
    ...row,
    activationBefore: activationOf(before, row),
    activationAfter: activationOf(after, row),
    promotes: promotes[index]!,
    raw: raw[index]!,
  }));
}

/** Neurons of one run with their activations there, and with the tokens of their subvalues. */
export async function increaseRows(
  model: Pick<AskedModel, "runner" | "tokenizer">,
  run: Capture,
  found: readonly (NeuronId & { readonly increase: number })[],
): Promise<NeuronIncrease[]> {
  const values = await model.runner.weights.valueVectors(found);
  const promotes = await promotedBy(model, subvaluesIn(run, found, values));
  return found.map((row, index) => ({ ...row, activation: activationOf(run, row), promotes: promotes[index]! }));
}
