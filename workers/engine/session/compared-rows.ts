import type { Capture } from "#analysis/capture.ts";
import { activationOf } from "#analysis/lens/increase.ts";
import type { ComparedNeuron } from "#analysis/lens/neurons.ts";
import type { NeuronChange } from "#protocol/engine.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import { promotedBy } from "./promoted.ts";

/** Compared neurons with both activations, and with their tokens: of the first run's subvalue, and of the raw value vector. */
export async function comparedRows(
  model: Pick<AskedModel, "runner" | "tokenizer">,
  { before, after }: { readonly before: Capture; readonly after: Capture },
  rows: readonly ComparedNeuron[],
): Promise<NeuronChange[]> {
  const values = await model.runner.weights.valueVectors(rows);
  const subvalues = values.map((value, index) => {
    const activation = activationOf(before, rows[index]!);
    return value.map((each) => each * activation);
  });
  const promotes = await promotedBy(model, subvalues);
  const raw = await promotedBy(model, values);
  return rows.map((row, index) => ({
    ...row,
    activationBefore: activationOf(before, row),
    activationAfter: activationOf(after, row),
    promotes: promotes[index]!,
    raw: raw[index]!,
  }));
}
