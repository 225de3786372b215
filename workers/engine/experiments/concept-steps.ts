import { conceptNeurons } from "#analysis/search/concept-search.ts";
import type { ConceptNeuron } from "#analysis/search/concept-search.ts";
import { conceptSets, READINGS, ablationsOf } from "#analysis/experiments/suite/concept-sets.ts";
import type { ConceptSet, LayerHits } from "#analysis/experiments/suite/concept-sets.ts";
import { conceptLosses } from "#analysis/experiments/tables/concept-table.ts";
import type { ConceptCase } from "#analysis/experiments/tables/concept-table.ts";
import { forcedIds } from "#analysis/experiments/suite/scored-cases.ts";
import { DEFAULT_RESAMPLES } from "#analysis/experiments/tables/statistics.ts";
import { AS_IT_IS } from "#analysis/experiments/ablated-neurons.ts";
import { INDEX_DEPTH, indexLayer } from "#analysis/search/token-index.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { ConceptFindings, FittedRequest } from "#protocol/experiments.ts";
import { conceptTokens } from "../lab/concept-tokens.ts";
import { ablationRuns } from "./experiment-steps.ts";
import type { ExperimentModel, ExperimentSteps } from "./experiment-steps.ts";
import type { ReadCase } from "./suite-reader.ts";
import { ablatedBatches } from "./ablated-batches.ts";
import type { AblatedPart } from "./ablated-batches.ts";

/** Neurons that are shown with what they say, and how much of it. */
const EXAMPLES = 8;
const EXAMPLE_TOKENS = 8;

/** One layer's neurons by their concepts, and those of them that say most. */
interface SearchPart {
  readonly hits: LayerHits;
  readonly examples: readonly ConceptNeuron[];
}

export type ConceptPart = SearchPart | AblatedPart;

/** Shallow neurons that speak of concepts: a step is the search of one layer, then one batch of cases with every set ablated. */
export async function conceptSteps(
  { model }: ExperimentModel,
  cases: readonly ReadCase[],
  request: FittedRequest<"concepts">,
): Promise<ExperimentSteps<ConceptPart, ConceptFindings>> {
  const { runner, spec, tokenizer } = model;
  const { ids, notTokens } = await conceptTokens(request.words, tokenizer);
  const depth = Math.min(INDEX_DEPTH, spec.vocabulary);
  const { thresholds, draws, seed, belowLayer, lastAttention, ablation } = request;
  const batches = ablatedBatches(runner, cases, {
    ablations: 1 + READINGS.length * thresholds.length * (1 + draws),
    ablation,
    seed,
  });
  const question = { concepts: new Set(ids), lastAttention };
  /** Known once every layer was searched. */
  let sets: readonly ConceptSet[] | undefined;

  const setsOf = (parts: readonly SearchPart[]) =>
    conceptSets(
      spec,
      parts.map(({ hits }) => hits),
      { thresholds, draws, seed },
    );

  return {
    runs: {
      kind: "concepts",
      cases: batches.runs,
      concepts: ids,
      thresholds,
      draws,
      seed,
      belowLayer,
      lastAttention,
      ...ablationRuns(ablation, seed),
    },
    count: belowLayer + batches.count,
    alone: batches.alone,
    rowsOf,
    costOf: (step) =>
      step < belowLayer
        ? searchProducts(spec, step, lastAttention) / rowProducts(spec, forcedIds(cases[0]!).length)
        : rowsOf(step),
    reads: (step) => (step < belowLayer ? [] : [{ from: 0, to: belowLayer }]),
    async run(step, before, signal) {
      if (step < belowLayer) return searchLayer(step, signal);
      sets ??= setsOf(searchParts(before, belowLayer));
      return batches.run(step - belowLayer, [AS_IT_IS, ...ablationsOf(sets).ablations], signal);
    },
    found(parts, isWhole) {
      const searched = searchParts(parts, belowLayer);
      const scored = batches
        .scores(parts.slice(belowLayer) as readonly AblatedPart[])
        .flatMap((scores): ConceptCase[] => (scores ? [{ baseline: scores[0]!, ablated: scores.slice(1) }] : []));
      const examples = searched.flatMap((part) => part.examples).sort(byConcepts);
      return {
        ...conceptLosses(scored, setsOf(searched), {
          onlyCorrect: request.onlyCorrect,
          seed,
          draws: isWhole ? DEFAULT_RESAMPLES : 0,
        }),
        concepts: ids.length,
        notTokens,
        belowLayer,
        lastAttention,
        searched: belowLayer * spec.neurons,
        layersSearched: searched.length,
        depth,
        byChance: (depth * ids.length) / spec.vocabulary,
        examples: examples.slice(0, EXAMPLES).map(({ layer, neuron, through, tokens }) => ({
          at: { layer, neuron },
          through,
          concepts: tokens.length,
          tokens: tokens.slice(0, EXAMPLE_TOKENS).map((id) => tokenizer.tokenText(id)),
        })),
      };
    },
  };

  function rowsOf(step: number): number {
    return step < belowLayer ? 0 : batches.rowsOf(step - belowLayer);
  }

  async function searchLayer(layer: number, signal: AbortSignal): Promise<SearchPart> {
    const behind = await conceptNeurons(runner, { ...question, fromLayer: layer, belowLayer: layer + 1 }, { signal });
    const transformed = new Array<number>(spec.neurons).fill(0);
    for (const { neuron, tokens } of behind) transformed[neuron] = tokens.length;
    const { topIds } = await indexLayer(runner, layer, { signal });
    const untransformed = transformed.map(
      (_, neuron) =>
        topIds.subarray(neuron * depth, (neuron + 1) * depth).filter((id) => question.concepts.has(id)).length,
    );
    return { hits: { transformed, untransformed }, examples: behind.sort(byConcepts).slice(0, EXAMPLES) };
  }
}

const searchParts = (parts: readonly ConceptPart[], layers: number) => parts.slice(0, layers) as readonly SearchPart[];

/** Most concepts first; equal ones in the model's order. */
const byConcepts = (a: ConceptNeuron, b: ConceptNeuron) => b.tokens.length - a.tokens.length;

type Widths = Pick<ModelSpec, "layers" | "heads" | "kvHeads" | "headDim" | "modelDim" | "neurons" | "vocabulary">;

/** Multiply-adds of one layer's search: its value vectors through each attention layer above it, and each time to the vocabulary. */
function searchProducts(
  { heads, kvHeads, headDim, modelDim, neurons, vocabulary }: Widths,
  layer: number,
  last: number,
) {
  const through = Math.max(0, last - layer);
  return neurons * modelDim * (through * (heads + kvHeads) * headDim + (through + 1) * vocabulary);
}

/** Multiply-adds of one prompt as a row of a batch. */
function rowProducts({ layers, heads, kvHeads, headDim, modelDim, neurons, vocabulary }: Widths, positions: number) {
  const layer = modelDim * (2 * (heads + kvHeads) * headDim + 3 * neurons);
  return positions * layers * layer + modelDim * vocabulary;
}
