import { ablateEach, ablatedNeuron } from "#analysis/ablation/ablations.ts";
import { assembleChain, chainInRun } from "#analysis/chain/assemble.ts";
import type { Chain, PathEffect } from "#analysis/chain/chain.ts";
import { chainCuts } from "#analysis/chain/edges/chain-cuts.ts";
import { cutEdges } from "#analysis/chain/edges/cut-edges.ts";
import { DEFAULT_THRESHOLDS } from "#analysis/chain/thresholds.ts";
import { effectOf } from "#analysis/ablation/effect.ts";
import { enhancingGraph, lowestNeuron, meanDrop } from "#analysis/trace/enhancing-graph.ts";
import { activationOf, headIncreases, headOutput, layerIncreases, positionIncreases } from "#analysis/lens/increase.ts";
import { compareNeurons, neuronAt, topNeurons } from "#analysis/lens/neurons.ts";
import {
  queryLayersOfAttention,
  queryLayersOfNeurons,
  queryNeurons,
  valueAttentionNeurons,
} from "#analysis/trace/query-neurons.ts";
import { attentionOutput, ffnOutput } from "#analysis/trace/transfer.ts";
import { logProbability } from "#core/numeric/softmax.ts";
import { checkHead, checkNeuron } from "#model/ids.ts";
import type { Asked, Serves } from "#protocol/calls.ts";
import type {
  AttentionNeurons,
  ChainEdges,
  ChainEdgesReport,
  EnhancingGraph,
  HeadValues,
  LayerValues,
  PositionValues,
  PromptComparison,
  QueryNeurons,
} from "#protocol/chain.ts";
import type { Progress, Prompt } from "#protocol/engine.ts";
import { comparedRows } from "../session/compared-rows.ts";
import { underSignal } from "../variants/asked-model.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import type { ModelSession } from "../session/model-session.ts";
import { rangesFirst } from "../session/ranges-first.ts";
import { promotedBy, residualsOf } from "../session/promoted.ts";

/** Chains that a person goes back and forth between. */
const MAX_CHAINS = 4;
/** The sweep's part of the way behind the ranges: most forwards of a chain are its. */
const SWEEP_SHARE = 0.8;
/** Share of the work on a chain's edges that putting the chain together takes, where that is still to be done. */
const CHAIN_SHARE = 0.5;

/** The logic chain and what of it is asked of whole layers, heads and runs, on one loaded model. */
export class ChainSession implements Serves<"chains"> {
  readonly #model: AskedModel;
  /** Whose runs are remembered. */
  readonly #session: ModelSession;
  /** Clean chains by what was asked, the most recent last: a switch then costs one run and no sweep. */
  readonly #chains: Map<string, Chain>;

  constructor(model: AskedModel, session: ModelSession, chains = new Map<string, Chain>()) {
    this.#model = model;
    this.#session = session;
    this.#chains = chains;
  }

  /** The same for one call, which ends with the signal before its next run. */
  under(signal: AbortSignal): ChainSession {
    return new ChainSession(underSignal(this.#model, signal), this.#session.under(signal), this.#chains);
  }

  async layerValues(prompt: Prompt, options: Asked<"layerValues">): Promise<LayerValues> {
    const { lens, target, run } = await this.#session.setUpRun(prompt, options);
    const { attention, ffn } = await layerIncreases(lens, run, target);
    const last = run.ids.length - 1;
    const outputs = run.layers.flatMap((_, layer) => [attentionOutput(run, layer, last), ffnOutput(run, layer, last)]);
    const promotes = await promotedBy(this.#model, outputs);
    return {
      target,
      attention: attention.map((increase, layer) => ({ increase, promotes: promotes[2 * layer]! })),
      ffn: ffn.map((increase, layer) => ({ increase, promotes: promotes[2 * layer + 1]! })),
    };
  }

  async headValues(prompt: Prompt, options: Asked<"headValues">): Promise<HeadValues> {
    const { lens, target, run } = await this.#session.setUpRun(prompt, options);
    const increases = await headIncreases(lens, run, target);
    const heads = increases.flatMap((row, layer) => row.map((increase, head) => ({ layer, head, increase })));
    heads.sort((a, b) => b.increase - a.increase);
    const outputs: Float32Array[] = [];
    for (const at of heads) outputs.push(await headOutput(lens, run, at));
    const promotes = await promotedBy(this.#model, outputs);
    return { target, rows: heads.map((row, index) => ({ ...row, promotes: promotes[index]! })) };
  }

  async positionValues(prompt: Prompt, options: Asked<"positionValues">): Promise<PositionValues> {
    const at = checkHead(options.head, this.#model.spec);
    const { lens, target, run } = await this.#session.setUpRun(prompt, options);
    const found = await positionIncreases(lens, run, at, target);
    const promotes = await promotedBy(
      this.#model,
      found.map(({ vector }) => vector),
    );
    const reads = await promotedBy(this.#model, residualsOf(run, at.layer));
    return {
      target,
      at,
      positions: found.map(({ position, attention, increase }) => ({
        position,
        attention,
        increase,
        promotes: promotes[position]!,
        reads: reads[position]!,
      })),
    };
  }

  async comparePrompts(
    prompt: Prompt,
    options: Asked<"comparePrompts">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<PromptComparison> {
    const { lens, target, run: before } = await this.#session.setUpRun(prompt, options);
    const { run: after } = await this.#session.setUpRun(options.other, { ...options, target });
    const { spec } = this.#model;
    const { ranges, onShare } = await rangesFirst(this.#session, onProgress, signal);
    // two prompts share no layer, not even the embedding
    const pair = { before, after, firstDifferentLayer: 0 };
    const { count } = options;
    const { rows, evaluated, certified } = await compareNeurons(lens, pair, ranges, { target, count, onShare, signal });
    return {
      target,
      rows: await comparedRows(this.#model, pair, rows),
      evaluated,
      total: spec.layers * spec.neurons,
      certified,
      logProbability: { before: logProbability(before.logits, target), after: logProbability(after.logits, target) },
    };
  }

  async enhancingGraph(prompt: Prompt, options: Asked<"enhancingGraph">, signal: AbortSignal): Promise<EnhancingGraph> {
    const neurons = options.neurons.map((at) => checkNeuron(at, this.#model.spec));
    const { runner } = this.#model;
    const { target, clean, changes } = await this.#session.setUpRun(prompt, options);
    const { ablationSource } = changes;
    const lowest = lowestNeuron(neurons)!;
    const higher = neurons.filter(({ layer }) => layer > lowest.layer);
    const question = { target, watched: higher, ablationSource, signal };
    const [without] = await ablateEach(runner, clean, [ablatedNeuron(lowest)], question);
    const before = higher.map((at) => activationOf(clean, at));
    return {
      edges: await enhancingGraph(runner, clean, neurons),
      lowest,
      others: higher.map((at, index) => ({ ...at, before: before[index]!, after: without!.activations[index]! })),
      drop: meanDrop(before, without!.activations),
      effect: effectOf({ baseline: logProbability(clean.logits, target), withoutIt: without!.logProbability }),
    };
  }

  async chain(
    prompt: Prompt,
    options: Asked<"chain">,
    onProgress: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Chain> {
    const { runner, spec } = this.#model;
    const thresholds = { ...DEFAULT_THRESHOLDS, ...options.thresholds };
    const head = options.head && checkHead(options.head, spec);
    const { clean, lens, target, changes, run } = await this.#session.setUpRun(prompt, options);
    const { ablationSource } = changes;
    const key = JSON.stringify([clean.ids, target, thresholds, head, ablationSource?.prompts]);
    let chain = this.#chains.get(key);
    if (!chain) {
      const { ranges, onShare } = await rangesFirst(this.#session, onProgress, signal);
      chain = await assembleChain(runner, clean, {
        prompt: typeof prompt === "string" ? prompt : undefined,
        target,
        thresholds,
        ...(head && { head }),
        ranges,
        sweep: () => {
          const onWork = (done: number, total: number) => onShare(SWEEP_SHARE * (done / total));
          return this.#session.sweep(clean, {
            target,
            ablationSource,
            rowByRow: false,
            onRow: () => undefined,
            onWork,
            signal,
          });
        },
        onStep: (done, total) => onShare(SWEEP_SHARE + (done / total) * (1 - SWEEP_SHARE)),
        text: (id) => this.#model.tokenizer.tokenText(id),
        ablationSource,
        run: async (interventions) =>
          (await this.#session.setUpRun(clean.ids, { ...options, target, interventions })).run,
        signal,
      });
      // a chain without a predicting head ends early
      onShare(1);
    }
    this.#remember(key, chain);
    return changes.interventions.length === 0 ? chain : chainInRun(lens, { clean, run }, chain, target);
  }

  async chainEdges(
    prompt: Prompt,
    options: Asked<"chainEdges">,
    onReport: (report: ChainEdgesReport) => void,
    signal: AbortSignal,
  ): Promise<ChainEdges> {
    const { runner, spec } = this.#model;
    // remembered where it is on the page, and then not part of the work
    let chainShare = 0;
    const chain = await this.chain(
      prompt,
      options,
      ({ done, total }) => {
        chainShare = CHAIN_SHARE;
        onReport({ done: (done / total) * CHAIN_SHARE, total: 1 });
      },
      signal,
    );
    const { clean, target, changes } = await this.#session.setUpRun(prompt, options);
    let forwards = 0;
    const found = (effects: readonly (PathEffect | undefined)[]): ChainEdges => ({
      target,
      baseline: logProbability(clean.logits, target),
      edges: chain.edges.flatMap(({ from, to, kind, position, claimed }, index) => {
        const effect = effects[index];
        return effect ? [{ from, to, kind, position, claimed, ...effect }] : [];
      }),
      forwards,
    });
    const effects = await cutEdges(runner, clean, chainCuts(chain), {
      target,
      ablationSource: changes.ablationSource,
      onFound: (some) => onReport(found(some)),
      onWork(done, total) {
        forwards = total / spec.layers;
        onReport({ done: chainShare + (done / total) * (1 - chainShare), total: 1 });
      },
      signal,
    });
    return found(effects);
  }

  async attentionNeurons(
    prompt: Prompt,
    options: Asked<"attentionNeurons">,
    signal: AbortSignal,
  ): Promise<AttentionNeurons> {
    const { lens, target, run } = await this.#session.setUpRun(prompt, options);
    const { layers, heads, headDim } = this.#model.spec;
    const { count } = options;
    const { rows, evaluated, certified } = await valueAttentionNeurons(lens, run, { target, count, signal });
    const outputs: Float32Array[] = [];
    for (const { layer, head, dim, coefficient } of rows) {
      const z = Float32Array.from({ length: headDim }, (_, i) => (i === dim ? coefficient : 0));
      outputs.push(await lens.runner.weights.headOutput({ layer, head }, z));
    }
    const promotes = await promotedBy(this.#model, outputs);
    return {
      target,
      rows: rows.map((row, index) => ({ ...row, promotes: promotes[index]! })),
      evaluated,
      total: layers * heads * headDim * run.ids.length,
      certified,
    };
  }

  async queryNeurons(prompt: Prompt, options: Asked<"queryNeurons">, signal: AbortSignal): Promise<QueryNeurons> {
    const { runner } = this.#model;
    const { lens, target, run } = await this.#session.setUpRun(prompt, options);
    const search = { target, count: options.of, signal };
    const { rows: attention } = await valueAttentionNeurons(lens, run, search);
    const { order } = await topNeurons(lens, run, search);
    const ffn = order.map(({ index, value }) => ({ ...neuronAt(lens, index), increase: value }));
    return {
      target,
      neurons: await queryNeurons(runner, run, attention, options.count),
      layersOfAttention: await queryLayersOfAttention(runner, run, attention),
      layersOfNeurons: await queryLayersOfNeurons(runner, run, ffn),
    };
  }

  #remember(key: string, chain: Chain): void {
    this.#chains.delete(key);
    this.#chains.set(key, chain);
    const [oldest] = this.#chains.keys();
    if (this.#chains.size > MAX_CHAINS) this.#chains.delete(oldest!);
  }
}
