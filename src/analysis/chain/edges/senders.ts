import { rowOf } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Activations } from "../../ablation/activations.ts";
import { rowsThatFit } from "../../batch-budget.ts";
import type { Capture } from "../../capture.ts";
import { throughLayers } from "../../lens/layers.ts";
import { subvaluesAt, tappedValue, valuesOf } from "../../lens/subvalues.ts";
import { writtenChanges } from "../../patching/one-layer.ts";
import { activationPatch, turnHeads } from "../../patching/sites.ts";
import type { Patch } from "../../patching/wavefront.ts";
import type { Runner } from "../../runner.ts";
import type { CutSender, Job } from "./cuts.ts";

type Writer = Exclude<CutSender, { kind: "embedding" }>;
type Move = Extract<CutSender, { kind: "move" }>;

interface Ablation {
  readonly ablationSource: Activations | undefined;
  readonly signal: AbortSignal | undefined;
}

const keyOf = (sender: CutSender) => JSON.stringify(sender);
const layerOf = (sender: Writer) => (sender.kind === "move" ? sender.layer : sender.at.layer);

/** s₀ − s of every sender at its position, as the residual gets it, [modelDim]: known once the jobs have run. */
export function senderJobs(
  runner: Runner,
  clean: Capture,
  senders: readonly CutSender[],
  { ablationSource, signal }: Ablation,
): { readonly jobs: readonly Job[]; readonly changeBy: (sender: CutSender) => Float32Array } {
  const { spec } = runner;
  const changes = new Map<string, Float32Array>();
  const all = [...new Map(senders.map((sender) => [keyOf(sender), sender])).values()];
  const embedded = all.filter(({ kind }) => kind === "embedding");
  const writers = all.filter((sender): sender is Writer => sender.kind !== "embedding");
  const moves = writers.filter(({ kind }) => kind === "move") as Move[];
  const meanMoves = new Map<string, Float64Array>();
  // beside those that change it a layer runs once as it is
  const atOnce = Math.max(1, rowsThatFit(spec, clean.ids.length) - 1);
  const jobs: Job[] = [];
  if (embedded.length > 0) jobs.push({ rows: 0, run: embeddings });
  if (moves.length > 0 && ablationSource) {
    const rows = ablationSource.prompts.length * (1 + Math.max(...moves.map(({ layer }) => layer)));
    jobs.push({ rows, run: () => takeMeanMoves(runner, ablationSource.prompts, moves, { found: meanMoves, signal }) });
  }
  for (const [layer, ofLayer] of Map.groupBy(writers, layerOf)) {
    for (let from = 0; from < ofLayer.length; from += atOnce) {
      const some = ofLayer.slice(from, from + atOnce);
      jobs.push({ rows: some.length + 1, run: () => written(layer, some) });
    }
  }
  return { jobs, changeBy: (sender) => changes.get(keyOf(sender))! };

  /** Of a word: its vector, or that of the source's words at its position on average. */
  async function embeddings(): Promise<void> {
    const sums = embedded.map(() => new Float64Array(spec.modelDim));
    const prompts = ablationSource?.prompts ?? [];
    for (const ids of prompts) {
      const rows = await runner.weights.embedding(ids);
      embedded.forEach(({ position }, index) =>
        rowOf(rows, position).forEach((value, i) => (sums[index]![i]! += value / prompts.length)),
      );
    }
    embedded.forEach((sender, index) => {
      const own = rowOf(clean.layers[0]!.residPre, sender.position);
      changes.set(
        keyOf(sender),
        own.map((value, i) => sums[index]![i]! - value),
      );
    });
  }

  /** One layer, as it is and with each of its senders ablated in a row of its own. */
  async function written(layer: number, some: readonly Writer[]): Promise<void> {
    const values = some.some(({ kind }) => kind === "move") ? await valuesOf(runner, clean, layer) : undefined;
    const found = await writtenChanges(
      runner,
      clean,
      layer,
      some.map((sender) => ablated(layer, sender, values)),
      some.map(({ position }) => position),
    );
    some.forEach((sender, index) => changes.set(keyOf(sender), found[index]!));
  }

  /** @param values of the layer, where a move is among its senders */
  function ablated(layer: number, sender: Writer, values: Matrix | undefined): Patch {
    const { kind, position } = sender;
    if (kind === "neuron") {
      const { neuron } = sender.at;
      const theirs = ablationSource?.post[layer]?.[position * spec.neurons + neuron] ?? 0;
      return activationPatch(spec, clean, sender.at, () => theirs, [position]);
    }
    if (kind === "move") {
      const own = rowOf(subvaluesAt(runner, clean, { layer, query: position }, values!), sender.source);
      return { layer, addToZ: (fill) => takeMove(fill, sender, own, meanMoves.get(keyOf(sender))) };
    }
    const z = { own: clean.layers[layer]!.z, theirs: ablationSource?.z[layer] };
    const turned = { heads: [sender.at.head], positions: [position], length: clean.ids.length, headDim: spec.headDim };
    return { layer, addToZ: (fill) => turnHeads(fill, z, turned) };
  }

  /** @param own what all heads bring, [heads · headDim]; `theirs` the same in the ablation's source */
  function takeMove(fill: Float32Array, { position }: Move, own: Float32Array, theirs: Float64Array | undefined): void {
    own.forEach((value, i) => {
      const head = Math.floor(i / spec.headDim);
      fill[(head * clean.ids.length + position) * spec.headDim + (i % spec.headDim)] = (theirs?.[i] ?? 0) - value;
    });
  }
}

/** Σ_j α_j[position, source] · v_j(source) / n of the source's prompts, for every head: [heads · headDim] by move. Over all sources it is their mean z. */
async function takeMeanMoves(
  runner: Runner,
  prompts: readonly (readonly number[])[],
  moves: readonly Move[],
  { found, signal }: { readonly found: Map<string, Float64Array>; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { spec } = runner;
  const positions = prompts[0]!.length;
  const atOnce = rowsThatFit(spec, positions);
  for (const move of moves) found.set(keyOf(move), new Float64Array(spec.heads * spec.headDim));
  for (let from = 0; from < prompts.length; from += atOnce) {
    const batch = prompts.slice(from, from + atOnce);
    const end = await throughLayers(runner, await runner.embedBatch(batch), {
      to: 1 + Math.max(...moves.map(({ layer }) => layer)),
      runOf: (layer) => (moves.some((move) => move.layer === layer) ? { taps: ["pattern", "v"] } : {}),
      onTaps(layer, { pattern, v }) {
        for (const move of moves.filter((each) => each.layer === layer)) {
          const sum = found.get(keyOf(move))!;
          batch.forEach((_, row) =>
            addMove(spec, sum, { pattern: pattern!, v: v!, row, positions }, move, prompts.length),
          );
        }
      },
      signal,
    });
    runner.release(end);
  }
}

interface MovedRow {
  /** [rows, heads, query, key] */
  readonly pattern: Float32Array;
  /** [rows, kvHeads, position, headDim] */
  readonly v: Float32Array;
  readonly row: number;
  readonly positions: number;
}

function addMove(
  spec: ModelSpec,
  sum: Float64Array,
  { pattern, v, row, positions }: MovedRow,
  { source, position }: Move,
  count: number,
): void {
  const { heads, headDim } = spec;
  for (let head = 0; head < heads; head++) {
    const weight = pattern[((row * heads + head) * positions + position) * positions + source]!;
    tappedValue(spec, v, { row, head, position: source, positions }).forEach(
      (value, i) => (sum[head * headDim + i]! += (weight * value) / count),
    );
  }
}
