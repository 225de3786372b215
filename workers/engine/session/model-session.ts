import type { Activations } from "#analysis/ablation/activations.ts";
import { rankOf } from "#analysis/ablation/answer-score.ts";
import { resume } from "#analysis/capture.ts";
import type { Capture } from "#analysis/capture.ts";
import { NO_CHANGES } from "#analysis/ablation/changes.ts";
import type { Changes } from "#analysis/ablation/changes.ts";
import { headIncrease, headOutput, layerIncreases, midOf, neuronIncreases } from "#analysis/lens/increase.ts";
import { lensLogProbabilities, vectorLogits } from "#analysis/lens/lens.ts";
import type { FrozenLens } from "#analysis/lens/lens.ts";
import { compareNeurons, neuronAt, topNeurons } from "#analysis/lens/neurons.ts";
import type { NeuronSearch, RunPair } from "#analysis/lens/neurons.ts";
import type { NeuronRanges } from "#analysis/search/ranges.ts";
import { throughLayers } from "#analysis/lens/layers.ts";
import type { SweepOptions } from "#analysis/ablation/sweep.ts";
import { Fault } from "#core/fault.ts";
import { fromRows, matrix, rowOf } from "#core/numeric/matrix.ts";
import { logSumExp } from "#core/numeric/softmax.ts";
import { topIndices } from "#core/numeric/top.ts";
import { checkHead, checkNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import { normaliseInterventions } from "#model/interventions.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Asked, Serves } from "#protocol/calls.ts";
import type {
  Generation,
  HeadInspection,
  HeadSweep,
  LayerIncrease,
  NeuronComparison,
  NeuronInspection,
  NeuronTokens,
  Prediction,
  Progress,
  Prompt,
  RankedToken,
  Ranking,
  ScoredAnswer,
  SweepReport,
  Token,
  TokenLogit,
  TokenEnds,
  Tokenization,
  TopNeurons,
} from "#protocol/engine.ts";
import type { RunOptions, AblationSourceOptions, TargetOptions } from "#protocol/fields.ts";
import { scoredAnswer } from "./answers.ts";
import { underSignal } from "../variants/asked-model.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import { Captures } from "./captures.ts";
import { comparedRows, increaseRows } from "./compared-rows.ts";
import { NeuronIndex } from "../lab/neuron-index.ts";
import { promptIds } from "./requests.ts";
import { DonorRuns } from "./ablation-source.ts";
import { rangesFirst } from "./ranges-first.ts";
import { Sweeps } from "./sweeps.ts";
import { answerTokens, targetToken } from "../tokenizer/text-tokens.ts";
import { endsOf } from "../tokenizer/token-ends.ts";

/** Tokens that are listed of a vector. */
const LISTED = 10;

/** What was found of a model, for every call. */
interface Found {
  readonly captures: Captures;
  readonly ablationSource: DonorRuns;
  readonly sweeps: Sweeps;
}

/** One loaded model, or a variant of it, and what was found of it: every analysis the page can ask for. */
export class ModelSession implements Serves<"session"> {
  readonly #model: AskedModel;
  readonly #found: Found;
  /** Has R_k of every neuron, which a comparison needs. */
  readonly #index: NeuronIndex;
  /** Of the one call that this is for. */
  readonly #signal: AbortSignal | undefined;

  constructor(
    model: AskedModel,
    index = new NeuronIndex(model.runner),
    call?: { readonly found: Found; readonly signal: AbortSignal },
  ) {
    this.#model = model;
    this.#index = index;
    const { runner } = model;
    this.#found = call?.found ?? {
      captures: new Captures(runner),
      ablationSource: new DonorRuns(model),
      sweeps: new Sweeps(runner),
    };
    this.#signal = call?.signal;
  }

  /** The same for one call: with the signal it ends before the next run, and what was found of the model stays for all. */
  under(signal: AbortSignal): ModelSession {
    return new ModelSession(underSignal(this.#model, signal), this.#index, { found: this.#found, signal });
  }

  tokenize(text: string): Promise<Tokenization> {
    return this.#model.tokenizer.tokenize(text, this.#signal);
  }

  async tokenEnds(text: string, { most }: Asked<"tokenEnds">): Promise<TokenEnds> {
    return endsOf(await this.tokenize(text), most);
  }

  answerTokens(prompt: Prompt, { answer }: Asked<"answerTokens">): Promise<Token[]> {
    return answerTokens(prompt, answer, { ...this.#model, signal: this.#signal });
  }

  /** Progress counts the layers that are passed: all of them, and those from the first one that is changed on once more. */
  async predict(
    prompt: Prompt,
    options: Asked<"predict">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Prediction> {
    const { layers } = this.#model.spec;
    const first = Math.min(layers, ...(options.interventions ?? []).map(({ at }) => at.layer));
    const passed = (done: number) => onProgress({ done, total: layers + layers - first });
    const { clean, target, changes } = await this.#setUp(prompt, options, (layer) => passed(layer + 1));
    const logits = await resume(this.#model.runner, clean, changes, {
      signal,
      onLayer: (layer) => passed(layers + layer + 1 - first),
    });
    const tokens = clean.ids.map((id) => this.#token(id));
    const [before, after] = [clean.logits, logits].map((each) => topIndices(each, options.top));
    if (changes.interventions.length === 0) return { tokens, ...this.#ranking(logits, target, after!) };
    return {
      tokens,
      ...this.#ranking(logits, target, after!, before),
      clean: this.#ranking(clean.logits, target, before!, after),
    };
  }

  scoreAnswer(prompt: Prompt, options: Asked<"scoreAnswer">, signal: AbortSignal): Promise<ScoredAnswer> {
    return scoredAnswer(this.#model, this.#found.ablationSource, { prompt, options, signal });
  }

  async generate(prompt: Prompt, { tokens }: Asked<"generate">, signal: AbortSignal): Promise<Generation> {
    const ids = await this.#ids(prompt);
    const start = ids.length;
    while (ids.length < start + tokens && ids.length < this.#model.spec.context) {
      ids.push(await this.#nextToken(ids, signal));
    }
    return { ids: ids.slice(start), text: await this.#model.tokenizer.decode(ids.slice(start)) };
  }

  async sweepHeads(
    prompt: Prompt,
    options: Asked<"sweepHeads">,
    onReport: (report: SweepReport) => void,
    signal: AbortSignal,
  ): Promise<HeadSweep> {
    const { target, changes, run } = await this.setUpRun(prompt, options);
    const baseline = run.logits[target]! - logSumExp(run.logits);
    const logProbability = await this.sweep(run, {
      target,
      ablationSource: changes.ablationSource,
      rowByRow: options.rowByRow ?? false,
      onRow: (layer, row) => onReport({ layer, logProbability: row, baseline, target }),
      onWork: (done, total) => onReport({ done, total }),
      signal,
    });
    return { target, baseline, logProbability };
  }

  async layerIncrease(prompt: Prompt, options: Asked<"layerIncrease">): Promise<LayerIncrease> {
    const { lens, target, run } = await this.setUpRun(prompt, options);
    return { target, ...(await layerIncreases(lens, run, target)) };
  }

  async topNeurons(
    prompt: Prompt,
    { count, ...options }: Asked<"topNeurons">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<TopNeurons> {
    const { lens, target, run } = await this.setUpRun(prompt, options);
    const onShare = (done: number) => onProgress({ done, total: 1 });
    const { order, evaluated, certified } = await topNeurons(lens, run, { target, count, onShare, signal });
    const { layers, neurons } = this.#model.spec;
    const found = order.map(({ index, value }) => ({ ...neuronAt(lens, index), increase: value }));
    const rows = await increaseRows(this.#model, run, found);
    return { target, rows, evaluated, total: layers * neurons, certified };
  }

  async compareNeurons(
    prompt: Prompt,
    options: Asked<"compareNeurons">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<NeuronComparison> {
    const { clean, lens, target, changes, run } = await this.setUpRun(prompt, options);
    if (changes.interventions.length === 0) {
      throw new Fault(
        "bad-request",
        "comparison: nothing is switched off or scaled; at least one intervention is needed to compare with",
      );
    }
    const { ranges, onShare } = await rangesFirst(this, onProgress, signal);
    const firstDifferentLayer = Math.min(...changes.interventions.map(({ at }) => at.layer));
    const pair = { before: clean, after: run, firstDifferentLayer };
    return this.#compared(lens, pair, { ranges, target, count: options.count, onShare, signal });
  }

  /**
   * The same prompt through this model and through another variant of it. Target, lens and `promotes` are this one's.
   *
   * @param firstDifferentLayer below it the two have the same weights
   */
  async compareVariants(
    prompt: Prompt,
    options: Asked<"compareNeurons">,
    { variant, firstDifferentLayer }: { readonly variant: ModelSession; readonly firstDifferentLayer: number },
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<NeuronComparison> {
    const { clean, lens, target } = await this.#setUp(prompt, options);
    const after = await variant.#found.captures.get(clean.ids, NO_CHANGES, { signal });
    const { ranges, onShare } = await rangesFirst(variant, onProgress, signal);
    const pair = { before: clean, after, firstDifferentLayer, afterRunner: variant.#model.runner };
    return this.#compared(lens, pair, { ranges, target, count: options.count, onShare, signal });
  }

  async #compared(
    lens: FrozenLens,
    pair: RunPair,
    { ranges, ...search }: NeuronSearch & { readonly ranges: NeuronRanges },
  ): Promise<NeuronComparison> {
    const { spec } = this.#model;
    const { rows, evaluated, certified } = await compareNeurons(lens, pair, ranges, search);
    return {
      target: search.target,
      rows: await comparedRows(this.#model, pair, rows),
      evaluated,
      total: spec.layers * spec.neurons,
      certified,
    };
  }

  async neuron(at: NeuronId, { count }: Asked<"neuron">): Promise<NeuronTokens> {
    checkNeuron(at, this.#model.spec);
    const { runner } = this.#model;
    const [logits] = await this.#vectorLogits({ runner, scale: 1 }, await runner.weights.valueVectors([at]));
    return this.#endTokens(logits!, count);
  }

  async inspectNeuron(prompt: Prompt, options: Asked<"inspectNeuron">, signal: AbortSignal): Promise<NeuronInspection> {
    const at = checkNeuron(options.neuron, this.#model.spec);
    const { clean, lens, target, changes, run } = await this.setUpRun(prompt, options);
    const base = await lensLogProbabilities(lens, fromRows([midOf(run, at.layer)], this.#model.spec.modelDim), target);
    const [increase] = await neuronIncreases(lens, [{ run, at, atBase: base[0]! }], target);
    return {
      at,
      target,
      ...(await this.neuron(at, { count: LISTED })),
      activations: Array.from(
        { length: clean.ids.length },
        (_, position) => rowOf(run.layers[at.layer]!.post, position)[at.neuron]!,
      ),
      increase: increase!,
      ...(await this.#without(clean, target, changes, { kind: "neuron", at, scale: 0 }, signal)),
    };
  }

  async inspectHead(prompt: Prompt, options: Asked<"inspectHead">, signal: AbortSignal): Promise<HeadInspection> {
    const at = checkHead(options.head, this.#model.spec);
    const { clean, lens, target, changes, run } = await this.setUpRun(prompt, options);
    const positions = clean.ids.length;
    const { pattern } = run.layers[at.layer]!;
    const ofHead = matrix(
      positions,
      positions,
      pattern.slice(at.head * positions ** 2, (at.head + 1) * positions ** 2),
    );
    const [logits] = await this.#vectorLogits(lens, [await headOutput(lens, run, at)]);
    return {
      at,
      target,
      pattern: Array.from({ length: positions }, (_, query) => Array.from(rowOf(ofHead, query))),
      increase: await headIncrease(lens, run, at, target),
      ...this.#endTokens(logits!, LISTED),
      ...(await this.#without(clean, target, changes, { kind: "head", at, scale: 0 }, signal)),
    };
  }

  /** Not for a variant, whose files and most of whose sessions are its base's. */
  async dispose(): Promise<void> {
    await this.#model.runner.dispose();
    this.#index.close();
    for (const file of this.#model.files.values()) file.close();
  }

  /** log p(target) of a run with each single head ablated besides, shared by all who ask for it. */
  sweep(run: Capture, options: SweepOptions): Promise<number[][]> {
    return this.#found.sweeps.of(run, options);
  }

  /** R_k or more of every neuron: what a comparison needs to be certain. */
  ranges(onProgress: (progress: Progress) => void, signal: AbortSignal): Promise<NeuronRanges> {
    return this.#index.ranges({ onProgress: (done, total) => onProgress({ done, total }), signal });
  }

  /** log p(target) with the changes, and with one more intervention. */
  async #without(clean: Capture, target: number, changes: Changes, more: Intervention, signal: AbortSignal) {
    const { runner, spec } = this.#model;
    const logProbability = async (list: readonly Intervention[]) => {
      const logits = await resume(
        runner,
        clean,
        { ...changes, interventions: normaliseInterventions(list, spec) },
        { signal },
      );
      return logits[target]! - logSumExp(logits);
    };
    const { interventions } = changes;
    return { baseline: await logProbability(interventions), withoutIt: await logProbability([...interventions, more]) };
  }

  /** The clean run, the lens that it freezes, the target that it predicts, and the changes in their one form. */
  async #setUp(prompt: Prompt, options: TargetOptions & RunOptions, onLayer?: (layer: number) => void) {
    const interventions = normaliseInterventions(options.interventions ?? [], this.#model.spec);
    const following = { signal: this.#signal, onLayer };
    const clean = await this.#found.captures.get(await this.#ids(prompt), NO_CHANGES, following);
    const changes: Changes = { interventions, ablationSource: await this.ablationSource(options, clean.ids.length) };
    const lens: FrozenLens = { runner: this.#model.runner, scale: clean.scale };
    const { target = topIndices(clean.logits, 1)[0]! } = options;
    return {
      clean,
      lens,
      changes,
      target: await targetToken(target, prompt, { ...this.#model, signal: this.#signal }),
    };
  }

  /** As `#setUp`, with the run under the changes beside the clean one. */
  async setUpRun(prompt: Prompt, options: TargetOptions & RunOptions) {
    const known = await this.#setUp(prompt, options);
    return { ...known, run: await this.#found.captures.get(known.clean.ids, known.changes, { signal: this.#signal }) };
  }

  /** What takes the place of parts in prompts of so many tokens. @throws Fault "bad-request" for ablation-source of another length */
  ablationSource({ ablationSource }: AblationSourceOptions, tokens: number): Promise<Activations | undefined> {
    return this.#found.ablationSource.of(ablationSource, { tokens, signal: this.#signal });
  }

  async #nextToken(ids: readonly number[], signal: AbortSignal): Promise<number> {
    const { runner } = this.#model;
    const residual = await throughLayers(runner, await runner.embed(ids), { signal });
    try {
      return (await runner.unembed(residual, { positions: [ids.length - 1], wants: ["topIds"] })).topIds[0]!;
    } finally {
      runner.release(residual);
    }
  }

  async #vectorLogits(lens: FrozenLens, vectors: readonly Float32Array[]): Promise<Float32Array[]> {
    if (vectors.length === 0) return [];
    const logits = await vectorLogits(lens, fromRows(vectors, this.#model.spec.modelDim));
    return vectors.map((_, row) => rowOf(logits, row));
  }

  #endTokens(logits: Float32Array, count: number): NeuronTokens {
    const withLogit = (id: number): TokenLogit => ({ ...this.#token(id), logit: logits[id]! });
    return {
      promotes: topIndices(logits, count).map(withLogit),
      suppresses: topIndices(
        logits.map((logit) => -logit),
        count,
      ).map(withLogit),
    };
  }

  /** @param beside the first tokens of another run */
  #ranking(logits: Float32Array, target: number, top: readonly number[], beside: readonly number[] = []): Ranking {
    const total = logSumExp(logits);
    const ranked = (id: number): RankedToken => {
      const logProbability = logits[id]! - total;
      return { ...this.#token(id), probability: Math.exp(logProbability), logProbability };
    };
    const own = new Set(top);
    return {
      top: top.map(ranked),
      target: { ...ranked(target), rank: rankOf(target, logits) },
      included: beside.filter((id) => !own.has(id)).map(ranked),
    };
  }

  #token(id: number): Token {
    return { id, text: this.#model.tokenizer.tokenText(id) };
  }

  #ids(prompt: Prompt): Promise<number[]> {
    return promptIds(prompt, this.#model, this.#signal);
  }
}
