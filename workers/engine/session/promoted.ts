import type { Capture } from "#analysis/capture.ts";
import { activationOf } from "#analysis/lens/increase.ts";
import { promotedTokens } from "#analysis/lens/lens.ts";
import { rowOf } from "#core/numeric/matrix.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Token } from "#protocol/engine.ts";
import type { AskedModel } from "../variants/asked-model.ts";

const LISTED = 10;

/** The tokens that each vector promotes, ten of them, most promoted first. */
export async function promotedBy(
  { runner, tokenizer }: Pick<AskedModel, "runner" | "tokenizer">,
  vectors: readonly Float32Array[],
): Promise<Token[][]> {
  const ids = await promotedTokens(runner, vectors, LISTED);
  return ids.map((row) => row.map((id) => ({ id, text: tokenizer.tokenText(id) })));
}

/**
 * What neurons write at the last position of a run: activation × value vector, one of the model's width for each.
 *
 * @param values the neurons' value vectors
 */
export const subvaluesIn = (
  run: Capture,
  neurons: readonly NeuronId[],
  values: readonly Float32Array[],
): Float32Array[] =>
  values.map((value, index) => {
    const activation = activationOf(run, neurons[index]!);
    return value.map((each) => each * activation);
  });

/** A layer's input at every position. */
export const residualsOf = (run: Capture, layer: number): Float32Array[] =>
  run.ids.map((_, position) => rowOf(run.layers[layer]!.residPre, position));
