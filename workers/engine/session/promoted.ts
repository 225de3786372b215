import type { Capture } from "#analysis/capture.ts";
import { promotedTokens } from "#analysis/lens/lens.ts";
import { rowOf } from "#core/numeric/matrix.ts";
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

/** A layer's input at every position. */
export const residualsOf = (run: Capture, layer: number): Float32Array[] =>
  run.ids.map((_, position) => rowOf(run.layers[layer]!.residPre, position));
