import type { Capture } from "#analysis/capture.ts";
import { asDirections, residualScore } from "#analysis/trace/keys.ts";
import type { KeyDirections } from "#analysis/trace/keys.ts";
import { bySum, byUp, sourceLabel } from "#analysis/search/ranking.ts";
import { throughHop, traceNeurons, traceSources, transformed } from "#analysis/trace/source-tracing.ts";
import { subvalues } from "#analysis/lens/subvalues.ts";
import { featureTransfer, transferAlong } from "#analysis/trace/transfer.ts";
import { rowOf } from "#core/numeric/matrix.ts";
import { checkNeuron } from "#model/ids.ts";
import type { NeuronId } from "#model/ids.ts";
import type { Asked, Serves } from "#protocol/calls.ts";
import type { TracedNeurons, TracedPositions, TracedSources, TransferIntoNeuron } from "#protocol/chain.ts";
import type { Prompt } from "#protocol/engine.ts";
import { checkHop, checkLayer } from "./chain-requests.ts";
import { underSignal } from "../variants/asked-model.ts";
import type { AskedModel } from "../variants/asked-model.ts";
import type { ModelSession } from "../session/model-session.ts";
import { promotedBy, residualsOf } from "../session/promoted.ts";

/** What feeds a neuron, and what feeds that, on one loaded model. */
export class TraceSession implements Serves<"traces"> {
  readonly #model: AskedModel;
  /** Whose runs are remembered. */
  readonly #session: ModelSession;

  constructor(model: AskedModel, session: ModelSession) {
    this.#model = model;
    this.#session = session;
  }

  /** The same for one call, which ends with the signal before its next run. */
  under(signal: AbortSignal): TraceSession {
    return new TraceSession(underSignal(this.#model, signal), this.#session.under(signal));
  }

  async featureTransfer(prompt: Prompt, options: Asked<"featureTransfer">): Promise<TransferIntoNeuron> {
    const { runner, spec } = this.#model;
    const at = checkNeuron(options.neuron, spec);
    const layer = checkLayer(options.layer, this.#reachedBelow(at), "transfer");
    const { run } = await this.#session.setUpRun(prompt, options);
    const { table, byPosition, byHead, total } = await featureTransfer(runner, run, layer, at);
    const reads = await promotedBy(this.#model, residualsOf(run, layer));
    const writes = await promotedBy(this.#model, await this.#writesOf(run, layer));
    const heads = bySum(byHead.map((score, head) => ({ head, score })));
    return {
      at,
      layer,
      residual: await residualScore(runner, run, at),
      total,
      byPosition: byPosition.map((score, position) => ({
        position,
        ...score,
        reads: reads[position]!,
        writes: writes[position]!,
      })),
      byHead: heads.map(({ head, score }) => ({ head, ...score })),
      table: table.map((row) => [...row]),
    };
  }

  async traceSources(prompt: Prompt, options: Asked<"traceSources">): Promise<TracedSources> {
    const { run, directions, position, belowLayer } = await this.#setUpTrace(prompt, options);
    const rows = byUp(traceSources(run, { position, belowLayer }, directions));
    return {
      rows: rows.map(({ kind, layer, score }) => ({ kind, layer, label: sourceLabel({ kind, layer }), ...score })),
    };
  }

  async tracePositions(prompt: Prompt, options: Asked<"tracePositions">): Promise<TracedPositions> {
    const { run, directions, belowLayer } = await this.#setUpTrace(prompt, options);
    const layer = checkLayer(options.layer, belowLayer, "trace");
    const { byPosition } = await transferAlong(this.#model.runner, run, layer, directions);
    const writes = await promotedBy(this.#model, await this.#writesOf(run, layer));
    return {
      layer,
      rows: byPosition.map((score, position) => ({ position, ...score, writes: writes[position]! })),
    };
  }

  async traceNeurons(prompt: Prompt, options: Asked<"traceNeurons">): Promise<TracedNeurons> {
    const { runner } = this.#model;
    const { run, directions, position, belowLayer, lastHop } = await this.#setUpTrace(prompt, options);
    const layer = checkLayer(options.layer, belowLayer, "trace");
    const all = bySum(await traceNeurons(runner, run, { layer, position }, directions));
    const rows = all.slice(0, options.count);
    const values = await runner.weights.valueVectors(rows);
    const written = rows.map(({ activation }, index) => times(values[index]!, activation));
    const promotes = await promotedBy(this.#model, written);
    const byLayer = { kind: "layer-frozen", layer: lastHop.layer, position } as const;
    const throughLayer = await promotedBy(this.#model, await transformed(runner, run, byLayer, written));
    const { head } = lastHop;
    const throughHead =
      head === undefined
        ? undefined
        : await promotedBy(
            this.#model,
            await transformed(runner, run, { kind: "head-own-norm", layer: lastHop.layer, head }, written),
          );
    return {
      position,
      rows: rows.map(({ neuron, activation, score }, index) => ({
        layer,
        neuron,
        ...score,
        activation,
        promotes: promotes[index]!,
        throughLayer: throughLayer[index]!,
        throughHead: throughHead?.[index],
      })),
    };
  }

  /** The directions at the end of a path of hops, and what lies below it. */
  async #setUpTrace(prompt: Prompt, { neuron, path, ...options }: Asked<"traceSources">) {
    const { runner, spec } = this.#model;
    const at = checkNeuron(neuron, spec);
    const { run } = await this.#session.setUpRun(prompt, options);
    let belowLayer = this.#reachedBelow(at);
    let directions: KeyDirections = asDirections(await runner.weights.neuronKeys(at));
    for (const hop of path) {
      checkHop(hop, { belowLayer, positions: run.ids.length, heads: spec.heads });
      directions = await throughHop(runner, run, hop, directions);
      belowLayer = hop.layer;
    }
    const lastHop = path.at(-1)!;
    return { run, directions, position: lastHop.position, belowLayer, lastHop };
  }

  /** Attention below this layer can reach a neuron. */
  #reachedBelow({ layer }: NeuronId): number {
    return this.#model.spec.block === "sequential" ? layer + 1 : layer;
  }

  /** What a layer's heads together take from each position to the last. */
  async #writesOf(run: Capture, layer: number): Promise<Float32Array[]> {
    const { runner } = this.#model;
    const mixed = await subvalues(runner, run, layer);
    return runner.weights.attentionOutputs(
      layer,
      run.ids.map((_, position) => rowOf(mixed, position)),
    );
  }
}

const times = (vector: Float32Array, factor: number) => vector.map((value) => value * factor);
