import { extremes } from "#core/numeric/extremes.ts";
import type { NeuronId } from "#model/ids.ts";
import { chunks, rawLogits, takeTurn, vectorsAtOnce } from "../lens/projection.ts";
import type { ChunkedWork } from "../lens/projection.ts";
import type { Runner } from "../runner.ts";
import { INDEX_DEPTH, neuronsOf } from "./token-index.ts";

export interface ConceptQuestion {
  /** Token ids that count as a concept, each for itself. */
  readonly concepts: ReadonlySet<number>;
  /** FFN layers that are searched: those below this one. */
  readonly belowLayer: number;
  /** The first of them; left out: 0. */
  readonly fromLayer?: number;
  /** The last attention layer that a value vector is taken through. */
  readonly lastAttention: number;
}

/** A neuron whose value vector says concepts once an attention layer has transformed it. */
export interface ConceptNeuron extends NeuronId {
  /** The attention layer behind which most of its first tokens are concepts; the lowest of equals. */
  readonly through: number;
  /** Those concepts among its first 50 tokens, most promoted first. */
  readonly tokens: readonly number[];
}

/**
 * The paper's search for hidden-interpretable neurons: the value vector of each shallow FFN neuron is taken through the
 * value-output matrices of an attention layer (all heads, the norm's scale frozen, W_O·W_V·(γ ⊙ v)), projected to the vocabulary,
 * and the concepts among its 50 first tokens are counted. Any one attention layer above the neuron's own will do, the best counts:
 * an FFN writes after the attention of its own layer, so that this one never reads it.
 *
 * Only the positive end is looked at, as in the paper; a neuron with a negative activation writes the other one.
 *
 * @returns every searched neuron with at least one concept, in the model's order
 * @throws what `work.signal` was aborted with
 * @see Yu & Ananiadou (2024), section 4.4 and table 8
 */
export async function conceptNeurons(
  runner: Runner,
  question: ConceptQuestion,
  work: ChunkedWork = {},
): Promise<ConceptNeuron[]> {
  const { neurons, layers } = runner.spec;
  const last = Math.min(question.lastAttention, layers - 1);
  const { fromLayer = 0 } = question;
  const pairs = Array.from({ length: question.belowLayer }, (_, layer) =>
    layer < fromLayer ? 0 : Math.max(0, last - layer),
  );
  const total = pairs.reduce((sum, each) => sum + each, 0) * neurons;
  const found: ConceptNeuron[] = [];
  let done = 0;
  for (const [layer, attentions] of pairs.entries()) {
    for (const { from, to } of chunks(attentions > 0 ? neurons : 0, vectorsAtOnce(runner.spec))) {
      const ids = neuronsOf(layer, from, to);
      const values = await runner.weights.valueVectors(ids);
      const best: { through: number; tokens: readonly number[] }[] = ids.map(() => ({ through: 0, tokens: [] }));
      for (let through = layer + 1; through <= last; through++) {
        await takeTurn(work);
        const logits = await rawLogits(runner, await runner.weights.valueOutput(through, values));
        logits.forEach((row, offset) => {
          const tokens = [...extremes(row, INDEX_DEPTH).top].filter((id) => question.concepts.has(id));
          if (tokens.length > best[offset]!.tokens.length) best[offset] = { through, tokens };
        });
        done += to - from;
        work.onProgress?.(done, total);
      }
      ids.forEach((at, offset) => {
        if (best[offset]!.tokens.length > 0) found.push({ ...at, ...best[offset]! });
      });
    }
  }
  return found;
}
