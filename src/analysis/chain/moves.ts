import type { HeadId } from "#model/ids.ts";
import type { Activations } from "../ablation/activations.ts";
import { rowsThatFit } from "../batch-budget.ts";
import type { Capture } from "../capture.ts";
import { throughLayers } from "../lens/layers.ts";
import { turnHeads } from "../patching/sites.ts";
import type { Runner } from "../runner.ts";
import type { Reading, Reference } from "./readings.ts";

export interface MoveQuestion {
  readonly head: HeadId;
  readonly reference: Reference;
  /** What takes the place of attention that is ablated; left out: 0. */
  readonly ablationSource?: Activations | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Below this a head says the same with its own z and with what takes its place, and nothing can be a part of the difference. */
const LEAST_DIFFERENCE = 1e-6;

/**
 * How much of what the head reads goes when the attention layer that moved a reading is ablated where it writes. With C the product of
 * the head's output at the last position with the reference neuron's signed keys,
 *
 *     measured = (C − C without the layer at that position) / (C − C of the head ablated)
 *
 * Without: the z of all heads of layer `via` is 0, or the ablation source's, at the position `at` alone, and everything behind it up
 * to the head reacts. A direct share leaves out what FFNs make at `at` of what was moved there; here it counts. The scale of a norm behind
 * the head's own attention is in none of the three.
 *
 * @param moves readings with a `via`
 * @returns of each move; undefined where the head says the same ablated
 */
export async function measuredMoves(
  runner: Runner,
  clean: Capture,
  moves: readonly Reading[],
  { head, reference, ablationSource, signal }: MoveQuestion,
): Promise<(number | undefined)[]> {
  if (moves.length === 0) return [];
  const { spec } = runner;
  const size = spec.headDim;
  const keys = await signedProducts(runner, head, reference);
  const productOf = (z: Float32Array, start: number) => keys.reduce((sum, key, i) => sum + key * z[start + i]!, 0);
  const positions = clean.ids.length;
  const lastZ = (head.head * positions + positions - 1) * size;
  const whole = productOf(clean.layers[head.layer]!.z, lastZ);
  const source = ablationSource?.z[head.layer];
  const ofHead = whole - (source ? productOf(source, lastZ) : 0);
  const places = new Map(moves.map(({ via, at }) => [placeKey(via!, at), { layer: via!, at }]));
  const found = new Map<string, number | undefined>();
  for (const [layer, all] of Map.groupBy(places.values(), (place) => place.layer)) {
    const atOnce = rowsThatFit(spec, positions);
    for (let from = 0; from < all.length; from += atOnce) {
      const rows = all.slice(from, from + atOnce);
      const z = await without(layer, rows);
      rows.forEach(({ at }, row) => {
        const left = productOf(z, row * spec.heads * positions * size + lastZ);
        found.set(placeKey(layer, at), Math.abs(ofHead) > LEAST_DIFFERENCE ? (whole - left) / ofHead : undefined);
      });
    }
  }
  return moves.map(({ via, at }) => found.get(placeKey(via!, at)));

  /** The z of the head's layer with a lower layer's attention ablated, each row at a position: [rows, heads, positions, headDim]. */
  async function without(layer: number, rows: readonly { readonly at: number }[]): Promise<Float32Array> {
    let z: Float32Array | undefined;
    const start = runner.upload(clean.layers[layer]!.residPre.data, 1, positions);
    const end = await throughLayers(runner, start, {
      from: layer,
      to: head.layer + 1,
      signal,
      runOf: (each) => ({
        ...(each === layer && { variants: rows.map(() => 0), headFill: fillOf(layer, rows) }),
        ...(each === head.layer && { taps: ["z"] as const }),
      }),
      onTaps: (_, taps) => (z = taps.z ?? z),
    });
    runner.release(end);
    return z!;
  }

  /** What turns the layer's z at a row's position into the source's, 0 at all others. */
  function fillOf(layer: number, rows: readonly { readonly at: number }[]): Float32Array {
    const z = { own: clean.layers[layer]!.z, theirs: ablationSource?.z[layer] };
    const each = z.own.length;
    const fill = new Float32Array(rows.length * each);
    const heads = Array.from({ length: spec.heads }, (_, head) => head);
    rows.forEach(({ at }, row) =>
      turnHeads(fill.subarray(row * each, (row + 1) * each), z, {
        heads,
        positions: [at],
        length: positions,
        headDim: size,
      }),
    );
    return fill;
  }
}

const placeKey = (layer: number, at: number) => `${layer} ${at}`;

/** What each dimension of the head's z adds to ± up ± gate of the reference neuron: [headDim]. */
async function signedProducts({ spec, weights }: Runner, { layer, head }: HeadId, { directions, sign }: Reference) {
  const { up, gate } = directions;
  const direction = up.map((value, i) => value * sign.up + (gate ? gate[i]! * sign.gate! : 0));
  const products = await weights.outputProducts(layer, direction);
  return products.subarray(head * spec.headDim, (head + 1) * spec.headDim);
}
