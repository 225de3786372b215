import { matrix, rowOf } from "#core/numeric/matrix.ts";
import type { Matrix } from "#core/numeric/matrix.ts";
import type { HeadId, NeuronId } from "#model/ids.ts";
import { hasPostNorm } from "#model/spec.ts";
import type { ModelSpec } from "#model/spec.ts";
import type { Intervention } from "#model/interventions.ts";
import type { Tap } from "#model/taps.ts";
import { changedBlock } from "./ablation/changes.ts";
import type { Changes } from "./ablation/changes.ts";
import { throughLayers } from "./lens/layers.ts";
import type { Runner } from "./runner.ts";

/** What one layer did to one prompt. Rows are positions. */
export interface LayerCapture {
  /** The layer's input, [position, modelDim]. */
  readonly residPre: Matrix;
  /** Input plus attention, [position, modelDim]. */
  readonly residMid: Matrix;
  /** Neuron activations, [position, neurons]. */
  readonly post: Matrix;
  /** [heads, position, headDim] */
  readonly z: Float32Array;
  /** [heads, query, key] */
  readonly pattern: Float32Array;
  /** What the norms behind attention and FFN divide by at each position, √(mean square + ε), in a model that has them. */
  readonly postScales?: { readonly attention: Float32Array; readonly ffn: Float32Array };
}

/** One prompt's run with every activation that the method needs. */
export interface Capture {
  readonly ids: readonly number[];
  /** What was ablated or scaled, whatever stood in for it. */
  readonly interventions: readonly Intervention[];
  readonly layers: readonly LayerCapture[];
  /** The residual after the last layer, [position, modelDim]. */
  readonly residFinal: Matrix;
  /** 1 / rms of `residFinal` at the last position: what the lens freezes when this is the clean run. */
  readonly scale: number;
  /** At the last position, [vocabulary]. */
  readonly logits: Float32Array;
}

/** The residual that enters a layer, [position, modelDim]; what enters the unembedding where there is no such layer. */
export const residualInto = ({ layers, residFinal }: Pick<Capture, "layers" | "residFinal">, layer: number): Matrix =>
  layers[layer]?.residPre ?? residFinal;

const ALL_TAPS: readonly Tap[] = ["residMid", "post", "z", "pattern"];
const POST_NORM_TAPS: readonly Tap[] = ["attnPostScale", "ffnPostScale"];

/** How a run is followed and ended. */
export interface Following {
  readonly signal?: AbortSignal | undefined;
  /** Told of each layer that the prompt has passed. */
  readonly onLayer?: ((layer: number) => void) | undefined;
}

/**
 * Runs a prompt from the first layer to the logits and keeps every tap.
 *
 * @throws what `signal` was aborted with
 */
export async function capture(
  runner: Runner,
  ids: readonly number[],
  changes: Changes,
  { signal, onLayer }: Following = {},
): Promise<Capture> {
  const { spec } = runner;
  const positions = ids.length;
  const shape = (data: Float32Array | undefined, cols: number) => matrix(positions, cols, data);
  const layers: LayerCapture[] = [];
  let residual = await runner.embed(ids);
  try {
    for (let layer = 0; layer < spec.layers; layer++) {
      signal?.throwIfAborted();
      const residPre = shape(await runner.download(residual), spec.modelDim);
      const { residual: next, taps } = await runner.block(layer, residual, {
        ...changedBlock(spec, layer, changes),
        taps: hasPostNorm(spec) ? [...ALL_TAPS, ...POST_NORM_TAPS] : ALL_TAPS,
      });
      runner.release(residual);
      residual = next;
      layers.push({
        residPre,
        residMid: shape(taps.residMid, spec.modelDim),
        post: shape(taps.post, spec.neurons),
        z: taps.z!,
        pattern: taps.pattern!,
        ...(taps.attnPostScale && { postScales: { attention: taps.attnPostScale, ffn: taps.ffnPostScale! } }),
      });
      onLayer?.(layer);
    }
    const residFinal = shape(await runner.download(residual), spec.modelDim);
    const { logits, ownScale } = await runner.unembed(residual, {
      positions: [positions - 1],
      wants: ["logits", "ownScale"],
    });
    return { ids, interventions: changes.interventions, layers, residFinal, scale: ownScale[0]!, logits };
  } finally {
    runner.release(residual);
  }
}

/**
 * The logits at the last position under changes, going on from the clean run at the first layer that one of them
 * touches: earlier layers cannot differ.
 */
export async function resume(
  runner: Runner,
  clean: Capture,
  changes: Changes,
  { signal, onLayer }: Following = {},
): Promise<Float32Array> {
  if (changes.interventions.length === 0) return clean.logits;
  const { spec } = runner;
  const first = Math.min(...changes.interventions.map(({ at }) => at.layer));
  const start = runner.upload(clean.layers[first]!.residPre.data, 1, clean.ids.length);
  const residual = await throughLayers(runner, start, {
    from: first,
    runOf: (layer) => changedBlock(spec, layer, changes),
    onTaps: onLayer,
    signal,
  });
  try {
    const { logits } = await runner.unembed(residual, { positions: [clean.ids.length - 1], wants: ["logits"] });
    return logits;
  } finally {
    runner.release(residual);
  }
}

/** What the interventions multiply a head's own z by; 1 for none. What stands in for the rest of it comes from no position of the prompt. */
export function headScale({ interventions }: Pick<Capture, "interventions">, { layer, head }: HeadId): number {
  const change = interventions.findLast(({ kind, at }) => kind === "head" && at.layer === layer && at.head === head);
  return change?.scale ?? 1;
}

/** A head's z at one position, [headDim]; a view. */
export function headZ(run: Capture, spec: ModelSpec, at: HeadId, position: number): Float32Array {
  const start = (at.head * run.ids.length + position) * spec.headDim;
  return run.layers[at.layer]!.z.subarray(start, start + spec.headDim);
}

/**
 * What a norm behind attention multiplies each head's share of the output by, 1 / √(mean square + ε) of the whole output, taken from the
 * run and kept: the norm is then linear, and what it makes of the heads adds up to what attention adds to the residual. 1 without one.
 */
export const attentionFactor = (run: Pick<Capture, "layers">, layer: number, position: number): number =>
  1 / (run.layers[layer]!.postScales?.attention[position] ?? 1);

/** Factor of the norm behind the FFN on its neurons' share of the output, as `attentionFactor` is for heads. */
export const ffnFactor = (run: Pick<Capture, "layers">, layer: number, position: number): number =>
  1 / (run.layers[layer]!.postScales?.ffn[position] ?? 1);

/** What a neuron's value vector is multiplied by where it is added to the residual: its activation, times `ffnFactor`. */
export const coefficientAt = (run: Capture, { layer, neuron }: NeuronId, position: number): number =>
  rowOf(run.layers[layer]!.post, position)[neuron]! * ffnFactor(run, layer, position);
