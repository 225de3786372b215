import type { Activations } from "#analysis/ablation/activations.ts";
import { conceptNeurons } from "#analysis/search/concept-search.ts";
import type { ConceptNeuron } from "#analysis/search/concept-search.ts";
import { vectorLogits } from "#analysis/lens/lens.ts";
import {
  groupOutput,
  ablatedLogProbabilities,
  meanAndSpread,
  neuronsPerLayer,
  randomGroups,
} from "#analysis/ablation/neuron-group.ts";
import { operandPlot } from "#analysis/operand-plot.ts";
import { rawLogits } from "#analysis/lens/projection.ts";
import type { ChunkedWork } from "#analysis/lens/projection.ts";
import { byRank, hitsInLayer, neuronsByLogit } from "#analysis/search/token-search.ts";
import type { TokenHit } from "#analysis/search/token-search.ts";
import { extremes } from "#core/numeric/extremes.ts";
import { Fault } from "#core/fault.ts";
import { fromRows } from "#core/numeric/matrix.ts";
import { checkHead, checkNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import { normaliseInterventions } from "#model/interventions.ts";
import type { Asked, Serves } from "#protocol/calls.ts";
import type { Prompt, Token, TokenLogit } from "#protocol/engine.ts";
import type {
  ConceptSearchResult,
  IndexInfo,
  NeuronGroup,
  NeuronKey,
  NeuronWiring,
  OperandPlot,
  PlotProgress,
  TokenSearchResult,
} from "#protocol/lab.ts";
import { underSignal } from "../variants/asked-model.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import type { ModelSession } from "../session/model-session.ts";
import type { NeuronIndex } from "./neuron-index.ts";
import { conceptTokens } from "./concept-tokens.ts";
import { gridCells, operands } from "./operand-grid.ts";
import type { OperandCell } from "./operand-grid.ts";
import { checkWhole, promptIds } from "../session/requests.ts";
import { searchedToken } from "../tokenizer/text-tokens.ts";

/** Tokens that are listed of a group. */
const LISTED = 10;

/** The neuron lab on one loaded model, or on a variant of it: searches over all its neurons, and plots over many prompts. */
export class LabSession implements Serves<"lab"> {
  readonly #model: AskedModel;
  readonly #index: NeuronIndex;
  /** Whose clean runs are remembered. */
  readonly #session: ModelSession;

  constructor(model: AskedModel, index: NeuronIndex, session: ModelSession) {
    this.#model = model;
    this.#index = index;
    this.#session = session;
  }

  /** The same for one call, which ends with the signal before its next run. */
  under(signal: AbortSignal): LabSession {
    return new LabSession(underSignal(this.#model, signal), this.#index, this.#session.under(signal));
  }

  async buildIndex(_options: Asked<"buildIndex">, work: ChunkedWork): Promise<IndexInfo> {
    await this.#index.build(work);
    const { depth, layersFromStorage } = this.#index;
    return { layers: this.#model.spec.layers, depth, layersFromStorage };
  }

  async searchNeurons(
    asked: number | string,
    { count, end, by }: Asked<"searchNeurons">,
    work: ChunkedWork,
  ): Promise<TokenSearchResult> {
    const { runner, spec } = this.#model;
    const question = { token: await searchedToken(asked, this.#model), count, end };
    const token = this.#token(question.token);
    if (by === "logit") {
      const rows = await neuronsByLogit(runner, question, work.signal);
      return { token, rows, total: spec.layers * spec.neurons };
    }
    await this.#index.build(work);
    const hits: TokenHit[] = [];
    for (let layer = 0; layer < spec.layers; layer++) {
      work.signal?.throwIfAborted();
      hits.push(...hitsInLayer(await this.#index.layer(layer), question.token, question.end));
    }
    return { token, rows: hits.sort(byRank).slice(0, question.count), total: hits.length };
  }

  async searchConcepts(options: Asked<"searchConcepts">, work: ChunkedWork): Promise<ConceptSearchResult> {
    const { runner, spec, tokenizer } = this.#model;
    const { ids, notTokens } = await conceptTokens(options.words, tokenizer);
    const belowLayer = checkWhole("belowLayer", options.belowLayer ?? Math.ceil(spec.layers / 2), 1, spec.layers);
    const lastAttention = checkWhole(
      "lastAttention",
      options.lastAttention ?? Math.min(belowLayer, spec.layers - 1),
      0,
      spec.layers - 1,
    );
    const atLeast = checkWhole("atLeast", options.atLeast, 1, this.#index.depth);
    const found = await conceptNeurons(runner, { concepts: new Set(ids), belowLayer, lastAttention }, work);
    const searched = Math.min(belowLayer, lastAttention) * spec.neurons;
    return {
      concepts: ids.map((id) => this.#token(id)),
      notTokens,
      belowLayer,
      lastAttention,
      searched,
      byChance: (this.#index.depth * ids.length) / spec.vocabulary,
      atLeast: countsAtLeast(found, searched),
      rows: found
        .filter(({ tokens }) => tokens.length >= atLeast)
        .sort((a, b) => b.tokens.length - a.tokens.length)
        .slice(0, options.count)
        .map((each) => ({ ...each, tokens: each.tokens.map((id) => this.#token(id)) })),
    };
  }

  async operandPlot(
    options: Asked<"operandPlot">,
    onCells: (progress: PlotProgress) => void,
    signal: AbortSignal,
  ): Promise<OperandPlot> {
    const { runner, spec, tokenizer } = this.#model;
    const { quantity } = options;
    if (quantity.kind === "activation") checkNeuron(quantity.at, spec);
    if (quantity.kind === "head") checkHead(quantity.at, spec);
    const cells = await gridCells(options, tokenizer);
    for (const { ids } of cells) await promptIds(ids, this.#model);
    const width = operands(options.b).length;
    const asRows = <T>(flat: ArrayLike<T>) =>
      operands(options.a).map((_, row) => Array.from({ length: width }, (_each, col) => flat[row * width + col]!));
    const interventions = normaliseInterventions(options.interventions ?? [], spec);
    const soFar = new Float64Array(cells.length).fill(Number.NaN);
    let done = 0;
    const values = await operandPlot(runner, cells, {
      quantity,
      changes: { interventions, ablationSource: await this.#plotAblationSource(options, cells) },
      signal,
      onValues(indices, measured) {
        indices.forEach((index, row) => (soFar[index] = measured[row]!));
        done += indices.length;
        onCells({ done, total: cells.length, values: asRows(soFar) });
      },
    });
    return {
      values: asRows(values),
      answers: asRows(cells.map(({ answer }) => answer)),
      unanswered: cells.filter(({ target }) => target === undefined).length,
      lengths: [...new Set(cells.map(({ ids }) => ids.length))].sort((a, b) => a - b),
    };
  }

  async neuronGroup(prompt: Prompt, options: Asked<"neuronGroup">, signal: AbortSignal): Promise<NeuronGroup> {
    const { runner, spec } = this.#model;
    const neurons = this.#checkGroup(options.neurons);
    const { clean, lens, target, changes, run } = await this.#session.setUpRun(prompt, options);
    const sets = [[], neurons, ...randomGroups(spec, neurons, options)];
    const [baseline, withoutGroup, ...withoutRandom] = await ablatedLogProbabilities(runner, clean, sets, {
      ...changes,
      target,
      signal,
    });
    const { mean, spread } = meanAndSpread(withoutRandom);
    const logits = await vectorLogits(lens, fromRows([await groupOutput(runner, run, neurons)], spec.modelDim));
    return {
      target,
      neurons: neurons.length,
      perLayer: neuronsPerLayer(spec, neurons),
      ...this.#ends(logits.data, LISTED),
      baseline: baseline!,
      withoutGroup: withoutGroup!,
      withoutRandom,
      randomMean: mean,
      randomSpread: spread,
    };
  }

  async neuronWiring(at: NeuronId, { count }: Asked<"neuronWiring">): Promise<NeuronWiring> {
    const { runner, spec } = this.#model;
    checkNeuron(at, spec);
    const { up, gate } = await runner.weights.neuronKeys(at);
    const keys: NeuronKey[] = [];
    for (const [part, key] of [["gate", gate] as const, ["up", up] as const]) {
      if (!key) continue;
      const { promotes, suppresses } = this.#ends(
        Float32Array.from(await runner.weights.embeddingProducts(key)),
        count,
      );
      keys.push({ part, raisedBy: promotes, loweredBy: suppresses });
    }
    const [value] = await runner.weights.valueVectors([at]);
    const through: { layer: number; promotes: TokenLogit[]; suppresses: TokenLogit[] }[] = [];
    for (let layer = at.layer + 1; layer < spec.layers; layer++) {
      const [logits] = await rawLogits(runner, await runner.weights.valueOutput(layer, [value!]));
      through.push({ layer, ...this.#ends(logits!, count) });
    }
    return { at, keys, through };
  }

  /** @throws Fault "bad-request" where the plot's prompts are not all as long as what stands in */
  async #plotAblationSource(
    options: Asked<"operandPlot">,
    cells: readonly OperandCell[],
  ): Promise<Activations | undefined> {
    const lengths = [...new Set(cells.map(({ ids }) => ids.length))];
    if (options.ablationSource === undefined || lengths.length === 1)
      return this.#session.ablationSource(options, lengths[0]!);
    throw new Fault(
      "bad-request",
      `ablation-source: the plot's prompts have ${lengths.join(", ")} tokens; position by position, all need as many as the ablation-source`,
    );
  }

  /** @throws Fault "bad-request" */
  #checkGroup(neurons: readonly NeuronId[]): NeuronId[] {
    const { spec } = this.#model;
    const byKey = new Map(neurons.map((at) => [checkNeuron(at, spec).layer * spec.neurons + at.neuron, at]));
    return [...byKey.values()].map(({ layer, neuron }) => ({ layer, neuron }));
  }

  #ends(logits: Float32Array, count: number): { promotes: TokenLogit[]; suppresses: TokenLogit[] } {
    const { top, bottom } = extremes(logits, count);
    const listed = (ids: Uint32Array) => Array.from(ids, (id) => ({ ...this.#token(id), logit: logits[id]! }));
    return { promotes: listed(top), suppresses: listed(bottom) };
  }

  #token(id: number): Token {
    return { id, text: this.#model.tokenizer.tokenText(id) };
  }
}

/** [m]: how many neurons have at least m concepts, up to the most that one has. */
function countsAtLeast(found: readonly ConceptNeuron[], searched: number): number[] {
  const most = found.reduce((max, { tokens }) => Math.max(max, tokens.length), 0);
  return Array.from({ length: most + 1 }, (_, least) =>
    least === 0 ? searched : found.filter(({ tokens }) => tokens.length >= least).length,
  );
}
